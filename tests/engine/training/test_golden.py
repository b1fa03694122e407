"""Runs of the engine beside those that PyTorch made (tests/golden)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from engine.spec import Precision
from engine.training import Trainer
from tests.engine.training.beside_pytorch import DISSECTED, assert_dissected
from tests.engine.training.networks import dataset, project
from tests.golden.cases import CASES, DEEP, PRECISIONS, STEPS, Case

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
"""Relative, to the largest number of an array."""

ELEMENTWISE = {"float32": 1e-3, "float64": 1e-8}
"""Relative, for every number that is not small beside the largest."""

NOT_SMALL = 1e-3

RUNS = [pytest.param(case, rule, id=f"{case.name}-{rule}")
        for case in CASES for rule in case.optimizers]


@pytest.fixture
def golden(case: Case) -> Iterator[NpzFile]:
    with np.load(case.file) as file:
        yield file


def trainer(case: Case, rule: str, precision: Precision, golden: NpzFile) -> Trainer:
    data = dataset(golden["inputs"], golden.get("labels"), golden.get("values"), case.outputs)
    start = {name: golden[f"initial/{name}"] for name in case.parameters()}
    return Trainer(project(case, rule, precision), data, weights=start)


def assert_equal(name: str, found: NDArray[np.float64], truth: NDArray[np.float64],
                 precision: Precision) -> None:
    """Compare relative to the largest number, and number by number where they are not small."""
    truth = truth.astype(np.float64)
    scale = float(np.abs(truth).max())
    error = np.abs(found - truth)
    assert error.max() <= TOLERANCE[precision] * scale, f"{name}: {error.max() / scale:.1e}"
    large = np.abs(truth) > NOT_SMALL * scale
    apart = (error[large] / np.abs(truth[large])).max(initial=0.0)
    assert apart <= ELEMENTWISE[precision], f"{name}: a number is {apart:.1e} off"
    # What PyTorch finds to be exactly 0, behind a ReLU that is off, is exactly 0.
    assert not found[truth == 0].any(), name


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("case", "rule"), RUNS)
def test_ten_steps_are_pytorchs(case: Case, rule: str, precision: Precision,
                                golden: NpzFile) -> None:
    run = trainer(case, rule, precision, golden)
    place = f"{rule}/{precision}"
    for step in range(STEPS):
        if precision == "float64" and step in DISSECTED:
            assert_dissected(run, {name: golden[f"{place}/gradient/{name}"][step]
                                   for name in case.parameters()})
        assert run.run(1) == 1
        _, rows, _ = run.ring.read(step)
        truth = golden[f"{place}/losses"][step]
        assert rows[-1][0] == pytest.approx(truth, rel=TOLERANCE[precision])
        gradients = run.gradients()
        assert gradients.keys() == case.parameters().keys()
        for name, gradient in gradients.items():
            assert_equal(f"step {step}, gradient of {name}", gradient,
                         golden[f"{place}/gradient/{name}"][step], precision)
    for name, parameter in run.weights().items():
        assert_equal(f"final {name}", parameter, golden[f"{place}/final/{name}"], precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_call_of_ten_steps_is_ten_calls_of_one(case: Case, precision: Precision,
                                                   golden: NpzFile) -> None:
    rule = "adam" if "adam" in case.optimizers else case.optimizers[0]
    run = trainer(case, rule, precision, golden)
    done = 0
    while done < STEPS:
        done += run.run(STEPS - done, budget_s=1.0)
    assert run.step == STEPS
    for name, parameter in run.weights().items():
        assert_equal(f"final {name}", parameter, golden[f"{rule}/{precision}/final/{name}"],
                     precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("case", [DEEP], ids=["deep_sigmoid"])
def test_gradients_through_ten_sigmoid_layers(case: Case, precision: Precision,
                                              golden: NpzFile) -> None:
    run = trainer(case, "sgd", precision, golden)
    run.run(1)
    readings = {reading.layer_id: reading for reading in run.snapshot().layers}
    truth = {}
    for block in case.blocks:
        gradient = golden[f"sgd/{precision}/gradient/{block.id}/w"][0].astype(np.float64)
        truth[block.id] = float(np.sqrt(np.mean(gradient**2)))
        assert readings[block.id].gradient_rms == pytest.approx(truth[block.id], rel=1e-4)
        assert readings[block.id].gradient_max == pytest.approx(np.abs(gradient).max(), rel=1e-4)
        assert readings[block.id].gradient_zero_share == 0
    first, last = readings["dense-1"].gradient_rms, readings["dense-10"].gradient_rms
    assert first < 1e-4 * last
