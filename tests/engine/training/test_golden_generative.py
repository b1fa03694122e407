"""Variational autoencoders beside those that PyTorch ran with the same normal numbers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.golden.generative_cases import (
    GENERATIVE_CASES,
    RATES,
    SAMPLING,
    SEED,
    STEPS,
    GenerativeCase,
)

TOLERANCE = {"float32": 2e-5, "float64": 1e-9}
"""Relative, to the largest number of an array."""


def project(case: GenerativeCase, rule: str, precision: Precision) -> ProjectSpec:
    layers = [LayerSpec(name, "dense", {
        "units": units, "activation": "linear" if name in ("moments", "output") else "tanh"})
        for name, (_, units) in case.units.items()]
    code = LayerSpec(SAMPLING, "sampling", {"weight": case.weight})
    return ProjectSpec(
        network=NetworkSpec((LayerSpec("input", "input"), *layers[:2], code, *layers[2:])),
        training=TrainingSpec(
            loss=case.loss, optimizer=OptimizerSpec(rule), learning_rate=RATES[rule],
            batch_size=case.batch_size, precision=precision, shuffle=False, seed=SEED))


def dataset(inputs: NDArray[np.float64], values: NDArray[np.float64]) -> Dataset:
    names = tuple(f"x{i}" for i in range(inputs.shape[1]))
    return Dataset("made", "Made", "reconstruction", inputs, np.zeros(0, np.int64), values, (),
                   names, names, np.arange(len(inputs)), np.zeros(0, np.int64))


def assert_equal(name: str, found: NDArray[np.float64], truth: NDArray[np.float64],
                 precision: str) -> None:
    truth = truth.astype(np.float64)
    assert found.shape == truth.shape, name
    error = float(np.abs(found - truth).max() / np.abs(truth).max())
    assert error <= TOLERANCE[precision], f"{name}: {error:.1e}"


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
@pytest.mark.parametrize("case", GENERATIVE_CASES, ids=lambda case: case.name)
def test_ten_steps_are_pytorchs(case: GenerativeCase, rule: str, precision: Precision) -> None:
    with np.load(case.file) as golden:
        start = {name.removeprefix("initial/"): golden[name] for name in golden
                 if name.startswith("initial/")}
        run = Trainer(project(case, rule, precision), dataset(golden["inputs"], golden["values"]),
                      weights=start)
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
