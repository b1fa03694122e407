"""Tables with sparse gradients beside those that PyTorch ran (tests/golden)."""

from __future__ import annotations

import numpy as np
import pytest

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.beside_pytorch import TOLERANCE, assert_follows, initial
from tests.engine.training.texts import tokens
from tests.golden.sparse_cases import (
    BATCH,
    BUCKETS,
    CLASSES,
    EPSILON,
    RATES,
    SPARSE_CASES,
    STEPS,
    UNITS,
    VOCABULARY,
    SparseCase,
)


def project(case: SparseCase, rule: str, precision: Precision) -> ProjectSpec:
    layers = (LayerSpec("table", "ngram_bag", {
        "vocabulary": VOCABULARY, "units": UNITS, "longest": case.longest, "buckets": BUCKETS,
        "combine": case.combine, "sparse": True}),) if case.longest else (
        LayerSpec("table", "embedding", {"vocabulary": VOCABULARY, "units": UNITS,
                                         "padding": True, "sparse": True}),
        LayerSpec("mean", "sequence_mean"))
    return ProjectSpec(
        network=NetworkSpec((
            LayerSpec("input", "input"), *layers,
            LayerSpec("output", "dense", {"units": CLASSES, "activation": "linear"}))),
        training=TrainingSpec(
            loss="softmax_cross_entropy", optimizer=OptimizerSpec(rule, epsilon=EPSILON),
            learning_rate=RATES[rule], batch_size=BATCH, precision=precision, shuffle=False))


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
@pytest.mark.parametrize("case", SPARSE_CASES, ids=lambda case: case.name)
def test_eight_steps_are_pytorchs(case: SparseCase, rule: str, precision: Precision) -> None:
    with np.load(case.file) as golden:
        data = tokens(golden["inputs"], golden["labels"], CLASSES, VOCABULARY)
        run = Trainer(project(case, rule, precision), data, weights=initial(golden))
        assert_follows(run, data.inputs, golden, f"{rule}/{precision}", STEPS, precision)
