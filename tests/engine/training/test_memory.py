"""An LSTM learns to remember what came first; an average of the sequence cannot know it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.spec import LayerSpec
from engine.training import Trainer
from tests.engine.training.networks import dataset
from tests.engine.training.runs import project, split

STEPS, EPOCHS = 20, 30
TRAINING, VALIDATION = 1000, 500


def symbols() -> Dataset:
    """Return sequences of random signs, labelled by their first one."""
    signs = np.random.default_rng(1).choice([-1.0, 1.0], (TRAINING + VALIDATION, STEPS))
    return split(dataset(signs, (signs[:, 0] > 0).astype(np.int64)), VALIDATION)


def accuracy(*middle: LayerSpec, seed: int) -> float:
    """Return the share of right validation examples after training."""
    run = Trainer(project(
        LayerSpec("fold", "reshape", {"form": "sequence", "steps": STEPS, "features": 1}), *middle,
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"}),
        batch_size=20, learning_rate=0.01, seed=seed), symbols())
    while run.epoch < EPOCHS:
        run.run(EPOCHS * run.steps_per_epoch - run.step, budget_s=1.0)
    return run.evaluate("validation").accuracy


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_lstm_remembers_the_first_symbol(seed: int) -> None:
    assert accuracy(LayerSpec("memory", "lstm", {"units": 8}), seed=seed) > 0.95


def test_an_average_cannot() -> None:
    mean = LayerSpec("mean", "global_average_pooling")
    dense = LayerSpec("dense", "dense", {"units": 8})
    assert accuracy(mean, dense, seed=1) < 0.7
