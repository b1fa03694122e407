"""How gradients fade with depth, and that skips keep them: against PyTorch and against theory."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.spec import LayerSpec, Precision
from engine.training import Trainer
from tests.engine.training.networks import dataset
from tests.engine.training.runs import advance, dense, project
from tests.engine.training.test_golden import assert_equal
from tests.golden.depth_cases import (
    BRANCHES,
    CLASSES,
    DEPTH,
    FILE,
    NETWORKS,
    PRECISIONS,
    WIDTH,
)

Arrays = Mapping[str, NDArray[np.float64]]

FADING = (0.45, 0.6)
"""Per layer, backpropagation multiplies a gradient's deviation by √(fan out · variance) = √(1/3),
tanh's slope and, in a network as narrow as this, chance."""


@pytest.fixture(scope="module")
def golden() -> Arrays:
    with np.load(FILE) as content:
        return dict(content)


def layers(network: str) -> list[LayerSpec]:
    """Return the layers behind the input."""
    found, before = [dense("stem", WIDTH)], "stem"
    for i in range(DEPTH):
        found.append(dense(f"dense-{i}", WIDTH))
        if network == "residual":
            found.append(LayerSpec(f"add-{i}", "add", inputs=(before, f"dense-{i}")))
        before = found[-1].id
    return [*found, dense("output", CLASSES, "linear")]


def trained(network: str, golden: Arrays) -> Trainer:
    """Return a trainer after one step that changes nothing."""
    weights = {name.removeprefix("initial/"): array for name, array in golden.items()
               if name.startswith("initial/")}
    data = dataset(golden["inputs"], golden["labels"].astype(np.int64), classes=CLASSES)
    return advance(Trainer(project(*layers(network), precision="float64", batch_size=0,
                                   learning_rate=0.0, shuffle=False), data, weights=weights), 1)


def profile(run: Trainer) -> NDArray[np.float64]:
    """Return every hidden layer's gradient RMS, as the plot shows it."""
    _, rows, _ = run.ring.read(0)
    figures = dict(zip(run.ring.columns, rows[-1], strict=True))
    return np.array([figures[f"dense-{i}/gradient_rms"] for i in range(DEPTH)])


@pytest.mark.parametrize("network", NETWORKS)
def test_every_layer_measures_what_pytorch_does(network: str, golden: Arrays) -> None:
    run = trained(network, golden)
    np.testing.assert_allclose(profile(run), golden[f"{network}/rms"], rtol=1e-9)
    for name in ("stem/w", "output/w"):
        theirs = golden[f"{network}/gradient/{name}"]
        np.testing.assert_allclose(run.gradients()[name], theirs, rtol=1e-9,
                                   atol=1e-9 * np.abs(theirs).max())


def test_gradients_vanish_in_a_plain_network_and_not_in_a_residual_one(golden: Arrays) -> None:
    plain, residual = (profile(trained(network, golden)) for network in NETWORKS)
    assert plain[0] < 1e-10 * plain[-1]
    slope = np.polyfit(np.arange(DEPTH), np.log(plain), 1)[0]
    assert FADING[0] < np.exp(-slope) < FADING[1]
    assert 0.1 < residual[0] / residual[-1] < 1000
    assert residual.min() > 0.1 * np.median(residual)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_branches_that_meet_side_by_side_have_pytorchs_gradients(precision: Precision,
                                                                 golden: Arrays) -> None:
    weights = {name.removeprefix("branched/initial/"): array for name, array in golden.items()
               if name.startswith("branched/initial/")}
    side_by_side = LayerSpec("joined", "concatenate", inputs=("left", "stem", "right"))
    branches = [dense(name, units).with_inputs("stem") for name, units in BRANCHES.items()]
    network = [dense("stem", WIDTH), *branches, side_by_side, dense("output", CLASSES, "linear")]
    data = dataset(golden["inputs"], golden["labels"].astype(np.int64), classes=CLASSES)
    run = advance(Trainer(project(*network, precision=precision, batch_size=0, learning_rate=0.0,
                                  shuffle=False), data, weights=weights), 1)
    for name, gradient in run.gradients().items():
        assert_equal(name, gradient, golden[f"branched/{precision}/gradient/{name}"], precision)
