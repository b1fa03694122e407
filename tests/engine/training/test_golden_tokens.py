"""Networks that read tokens beside those that PyTorch ran (tests/golden)."""

from __future__ import annotations

import numpy as np
import pytest

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.beside_pytorch import TOLERANCE, assert_follows, initial
from tests.engine.training.texts import tokens
from tests.golden.token_cases import (
    HIDDEN,
    RATES,
    STEPS,
    TOKEN_CASES,
    VECTOR,
    VOCABULARY,
    TokenCase,
)


def project(case: TokenCase, rule: str, precision: Precision) -> ProjectSpec:
    middle = LayerSpec("hidden", "dense", {"units": HIDDEN, "activation": "tanh"}) \
        if case.by_step else LayerSpec("mean", "sequence_mean")
    return ProjectSpec(
        network=NetworkSpec((
            LayerSpec("input", "input"),
            LayerSpec("embedding", "embedding", {"vocabulary": VOCABULARY, "units": VECTOR,
                                                 "padding": case.padding}),
            middle,
            LayerSpec("output", "dense", {"units": case.classes, "activation": "linear"}))),
        training=TrainingSpec(
            loss="sequence_cross_entropy" if case.by_step else "softmax_cross_entropy",
            optimizer=OptimizerSpec(rule), learning_rate=RATES[rule], batch_size=case.batch_size,
            precision=precision, shuffle=False))


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
@pytest.mark.parametrize("case", TOKEN_CASES, ids=lambda case: case.name)
def test_ten_steps_are_pytorchs(case: TokenCase, rule: str, precision: Precision) -> None:
    with np.load(case.file) as golden:
        data = tokens(golden["inputs"], golden["labels"], case.classes, VOCABULARY)
        run = Trainer(project(case, rule, precision), data, weights=initial(golden))
        assert_follows(run, data.inputs, golden, f"{rule}/{precision}", STEPS, precision)
