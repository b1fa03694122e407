"""Threads share the loss of a sequence, of which only the sum has an order."""

from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops.losses import ROWS
from engine.kernels.runtime import layout
from engine.kernels.runtime.policy import OPS
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, contents
from tests.engine.training.texts import tokens

EXAMPLES, STEPS, VOCABULARY, CLASSES = 12, 11, 7, 5


def trainer(precision: str) -> Trainer:
    """Return a network whose batch is four blocks of steps and a part of one, with gaps."""
    rng = np.random.default_rng(8)
    labels = rng.integers(-1, CLASSES, (EXAMPLES, STEPS))
    data = tokens(rng.integers(0, VOCABULARY, labels.shape), labels, CLASSES, VOCABULARY)
    layers = (LayerSpec("input", "input"),
              LayerSpec("embedding", "embedding", {"vocabulary": VOCABULARY, "units": 4}),
              LayerSpec("output", "dense", {"units": CLASSES, "activation": "linear"}))
    return Trainer(ProjectSpec(network=NetworkSpec(layers), training=TrainingSpec(
        loss="sequence_cross_entropy", batch_size=0, learning_rate=0.5, seed=3,
        precision=precision)), data)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_any_number_of_shards_gives_the_same_bytes(precision: str) -> None:
    assert EXAMPLES * STEPS % ROWS != 0
    address = OPS["sequence_cross_entropy"].address(precision)
    found = []
    for shards in (1, 2, 3, 7):
        run = trainer(precision)
        own = run._plan.table[:, layout.ADDRESS] == address
        assert own.sum() == 1
        run._plan.table[own, layout.SHARDS] = shards
        advance(run, 5)
        found.append(contents(run))
    assert found[0] == found[1] == found[2] == found[3]
