"""Networks over images and sequences beside those that PyTorch ran (tests/golden)."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.networks import dataset
from tests.golden.image_cases import IMAGE_CASES, RATES, STEPS, ImageCase

TOLERANCE = {"float32": 2e-5, "float64": 1e-9}
"""Relative, to the largest number of an array."""


def project(case: ImageCase, rule: str, precision: Precision) -> ProjectSpec:
    layers = [LayerSpec(step.id, step.kind, step.options) for step in case.layers]
    return ProjectSpec(
        network=NetworkSpec((LayerSpec("input", "input"), *layers)),
        training=TrainingSpec(
            loss="mean_squared_error" if case.regression else "softmax_cross_entropy",
            optimizer=OptimizerSpec(rule), learning_rate=RATES[rule], batch_size=case.batch_size,
            precision=precision, shuffle=False))


def assert_equal(name: str, found: NDArray[np.float64], truth: NDArray[np.float64],
                 precision: str) -> None:
    truth = truth.astype(np.float64)
    assert found.shape == truth.shape, name
    error = float(np.abs(found - truth).max() / np.abs(truth).max())
    assert error <= TOLERANCE[precision], f"{name}: {error:.1e}"


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
@pytest.mark.parametrize("case", IMAGE_CASES, ids=lambda case: case.name)
def test_ten_steps_are_pytorchs(case: ImageCase, rule: str, precision: Precision) -> None:
    with np.load(case.file) as golden:
        data = dataset(golden["inputs"], golden.get("labels"), golden.get("values"), case.outputs)
        start = {name.removeprefix("initial/"): golden[name] for name in golden
                 if name.startswith("initial/")}
        run = Trainer(project(case, rule, precision), data, weights=start)
        place = f"{rule}/{precision}"
        assert_equal("output", run.predict(golden["inputs"]), golden[f"{place}/outputs"],
                     precision)
        for step in range(STEPS):
            assert run.run(1) == 1
            _, rows, _ = run.ring.read(step)
            assert rows[-1][0] == pytest.approx(golden[f"{place}/losses"][step],
                                                rel=TOLERANCE[precision])
            gradients = run.gradients()
            assert gradients.keys() == start.keys()
            for name, gradient in gradients.items():
                assert_equal(f"step {step}, gradient of {name}", gradient,
                             golden[f"{place}/gradient/{name}"][step], precision)
        for name, parameter in run.weights().items():
            assert_equal(f"final {name}", parameter, golden[f"{place}/final/{name}"], precision)
