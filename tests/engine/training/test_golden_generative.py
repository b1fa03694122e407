"""Variational autoencoders beside those that PyTorch ran with the same normal numbers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.beside_pytorch import TOLERANCE, assert_follows, initial
from tests.golden.generative_cases import (
    GENERATIVE_CASES,
    RATES,
    SAMPLING,
    SEED,
    STEPS,
    GenerativeCase,
)


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


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
@pytest.mark.parametrize("case", GENERATIVE_CASES, ids=lambda case: case.name)
def test_ten_steps_are_pytorchs(case: GenerativeCase, rule: str, precision: Precision) -> None:
    with np.load(case.file) as golden:
        run = Trainer(project(case, rule, precision), dataset(golden["inputs"], golden["values"]),
                      weights=initial(golden))
        assert_follows(run, golden["inputs"], golden, f"{rule}/{precision}", STEPS, precision)
