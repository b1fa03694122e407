"""A convolutional network learns to read digits."""

from __future__ import annotations

import time

import pytest

from engine.data import load
from engine.spec import DataSpec, LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer

EPOCHS = 60
SECONDS = 60.0
HE = {"weights": "he_normal"}

NETWORK = NetworkSpec((
    LayerSpec("input", "input"), LayerSpec("image", "reshape"),
    LayerSpec("conv-1", "conv2d", {"filters": 8, **HE}), LayerSpec("pool-1", "max_pooling"),
    LayerSpec("conv-2", "conv2d", {"filters": 16, **HE}), LayerSpec("pool-2", "max_pooling"),
    LayerSpec("flat", "flatten"),
    LayerSpec("output", "dense", {"units": 10, "activation": "linear"})))


def project(seed: int, split: int) -> ProjectSpec:
    """Return the project; without L2 it overfits, and most seeds stay below the mark."""
    return ProjectSpec(
        data=DataSpec("digits", seed=split, training_share=0.8), network=NETWORK,
        training=TrainingSpec(loss="softmax_cross_entropy", optimizer=OptimizerSpec("adam"),
                              learning_rate=0.003, batch_size=32, l2=0.003, seed=seed))


@pytest.mark.data
def test_digits_are_read() -> None:
    begin = time.perf_counter()
    wanted = project(seed=1, split=42)
    run = Trainer(wanted, load(wanted.data))
    while run.epoch < EPOCHS:
        run.run(EPOCHS * run.steps_per_epoch - run.step, budget_s=1.0)
    found = run.evaluate("validation")
    assert found.examples == 359
    assert found.accuracy >= 0.985
    assert time.perf_counter() - begin < SECONDS
    # The gradient reaches the first filters, and no channel is dead.
    readings = {reading.layer_id: reading for reading in run.snapshot().layers}
    assert readings["conv-1"].gradient_rms > 0
    assert readings["conv-1"].dead_share == 0
