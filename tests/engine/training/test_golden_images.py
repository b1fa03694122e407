"""Networks over images and sequences beside those that PyTorch ran (tests/golden)."""

from __future__ import annotations

import numpy as np
import pytest

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.beside_pytorch import TOLERANCE, assert_follows, initial
from tests.engine.training.networks import dataset
from tests.golden.image_cases import IMAGE_CASES, RATES, STEPS, ImageCase


def project(case: ImageCase, rule: str, precision: Precision) -> ProjectSpec:
    layers = [LayerSpec(step.id, step.kind, step.options) for step in case.layers]
    return ProjectSpec(
        network=NetworkSpec((LayerSpec("input", "input"), *layers)),
        training=TrainingSpec(
            loss="mean_squared_error" if case.regression else "softmax_cross_entropy",
            optimizer=OptimizerSpec(rule), learning_rate=RATES[rule], batch_size=case.batch_size,
            precision=precision, shuffle=False))


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
@pytest.mark.parametrize("case", IMAGE_CASES, ids=lambda case: case.name)
def test_ten_steps_are_pytorchs(case: ImageCase, rule: str, precision: Precision) -> None:
    with np.load(case.file) as golden:
        data = dataset(golden["inputs"], golden.get("labels"), golden.get("values"), case.outputs)
        run = Trainer(project(case, rule, precision), data, weights=initial(golden))
        assert_follows(run, golden["inputs"], golden, f"{rule}/{precision}", STEPS, precision)
