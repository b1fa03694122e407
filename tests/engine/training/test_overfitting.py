"""Overfitting made and cured: 100 noisy points, and what each cure does to examples never seen.

The settings were chosen with other seeds than those that are tried here.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pytest

from engine.data import load
from engine.data.dataset import Dataset
from engine.spec import (
    AugmentationSpec,
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    StoppingSpec,
    TrainingSpec,
)
from engine.training import Trainer

SEEDS = range(5)
STEPS = 3000
CURES: dict[str, dict[str, Any]] = {
    "L2": {"l2": 0.03}, "dropout": {"dropout": 0.5},
    "early stopping": {"stopping": StoppingSpec(patience=20)},
    "augmentation": {"augmentation": AugmentationSpec(noise=1.0)},
}


@functools.cache
def points(seed: int) -> tuple[Dataset, Dataset]:
    """Return 100 points to learn from with 200 to validate on, and 200 that no run ever sees."""
    data = load(DataSpec(source="circle", noise=30.0, seed=seed, training_share=0.2))
    assert len(data.training) == 100
    seen, unseen = np.split(data.validation, 2)
    return (dataclasses.replace(data, validation=seen),
            dataclasses.replace(data, validation=unseen))


def losses(seed: int, dropout: float = 0.0, **training: Any) -> tuple[float, float]:
    """Return the loss of training examples and of those never seen, after a run."""
    layers = [LayerSpec("input", "input")]
    for n in (1, 2):
        layers.append(LayerSpec(f"dense-{n}", "dense", {"units": 32, "activation": "tanh"}))
        if dropout:
            layers.append(LayerSpec(f"dropout-{n}", "dropout", {"rate": dropout}))
    layers.append(LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))
    data, unseen = points(seed)
    project = ProjectSpec(network=NetworkSpec(tuple(layers)), training=TrainingSpec(
        optimizer=OptimizerSpec("adam"), learning_rate=0.01, seed=seed, **training))
    run = Trainer(project, data)
    while run.step < STEPS and run.ended is None:
        run.run(STEPS - run.step, budget_s=10.0)
    assert (run.ended is not None) == ("stopping" in training)
    other = Trainer(project, unseen, weights=run.weights())
    return run.evaluate("training").loss, other.evaluate("validation").loss


@functools.cache
def medians(cure: str) -> tuple[float, float]:
    """Return the median losses over the seeds: of training examples, and of those never seen."""
    found = np.median([losses(seed, **CURES.get(cure, {})) for seed in SEEDS], axis=0)
    return float(found[0]), float(found[1])


def test_without_a_cure_the_points_are_learned_by_heart() -> None:
    trained, unseen = medians("none")
    assert trained < 0.1
    assert unseen > 5 * trained


@pytest.mark.parametrize("cure", CURES)
def test_every_cure_beats_none(cure: str) -> None:
    trained, unseen = medians(cure)
    assert trained > medians("none")[0]
    assert unseen < 0.75 * medians("none")[1]
