"""Runs of every kind that keeps something from step to step, for tests that stop and go on."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.layers import OPTIMIZERS
from engine.spec import (
    AugmentationSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    StoppingSpec,
    TrainingSpec,
)
from engine.training import Trainer
from tests.engine.training.networks import dataset
from tests.engine.training.runs import LAYERS, clouds, dense, project, split

H, W = 6, 5
OUTPUT = dense("output", 3, "linear")


@cache
def images() -> Dataset:
    """Return small pictures of three classes, some for validation."""
    return dataclasses.replace(clouds(23, 7, width=H * W), modality=image(H, W))


@cache
def windows() -> Dataset:
    """Return windows of three streams, and some for validation."""
    rng = np.random.default_rng(8)
    data = split(dataset(rng.standard_normal((19, 5)), values=rng.standard_normal((19, 2))), 5)
    return dataclasses.replace(data, training=rng.permutation(14))


def recurrent(kind: str, **options: Any) -> ProjectSpec:
    """Return a project that carries the state of a recurrent layer from batch to batch."""
    return ProjectSpec(
        network=NetworkSpec((
            LayerSpec("input", "input"),
            LayerSpec("fold", "reshape", {"form": "sequence", "features": 1, "steps": 5}),
            LayerSpec("layer", kind, {"units": 6, "carried": True}), dense("output", 2, "linear"))),
        training=TrainingSpec(loss="mean_squared_error", batch_size=3, learning_rate=0.01,
                              optimizer=OptimizerSpec("adam"), **options))


CONV = (LayerSpec("picture", "reshape", {"form": "image", "height": H, "width": W, "channels": 1}),
        LayerSpec("conv", "conv2d", {"filters": 4}), LayerSpec("flat", "flatten"), OUTPUT)
DROPOUT = (dense("a", 8), LayerSpec("drop", "dropout", {"rate": 0.3}),
           LayerSpec("noise", "gaussian_noise"), OUTPUT)
NORM = (dense("a", 8, "linear"), LayerSpec("norm", "batch_norm"), OUTPUT)
FROZEN = (LayerSpec("a", "dense", {"units": 8, "activation": "tanh"}, frozen=True),
          dense("b", 6), OUTPUT)
BATCHES: dict[str, Any] = {"batch_size": 5, "learning_rate": 0.02}
PLATEAU = ScheduleSpec("plateau", patience=0, threshold=0.2, decay=0.7)

CASES: dict[str, tuple[ProjectSpec, Dataset]] = {
    **{rule: (project(*LAYERS, optimizer=rule, **BATCHES), clouds()) for rule in OPTIMIZERS},
    "double": (project(*LAYERS, precision="float64", **BATCHES), clouds()),
    "whole-set": (project(*LAYERS, batch_size=0), clouds()),
    "in-turn": (project(*LAYERS, shuffle=False, **BATCHES), clouds()),
    "convolution": (project(*CONV, **BATCHES), images()),
    "augmentation": (project(*CONV, **BATCHES, augmentation=AugmentationSpec(
        shift=0.2, rotation=20.0, flip=True, noise=0.1, cutout=0.2)), images()),
    **{kind: (recurrent(kind), windows()) for kind in ("rnn", "lstm", "gru")},
    "dropout": (project(*DROPOUT, **BATCHES), clouds()),
    "batch-norm": (project(*NORM, **BATCHES), clouds()),
    "frozen": (project(*FROZEN, **BATCHES), clouds()),
    "plateau": (project(*LAYERS, schedule=PLATEAU, **BATCHES), clouds()),
    "patience": (project(*LAYERS, optimizer="sgd", batch_size=5, learning_rate=1.5,
                         stopping=StoppingSpec(patience=2)), clouds()),
    "clipped": (project(*LAYERS, clip_norm=0.1, max_norm=1.0, l2=0.01, **BATCHES), clouds()),
}
"""Projects with their data, by what they keep."""


def fresh(case: str) -> Trainer:
    """Return a trainer of a case at step 0."""
    of, data = CASES[case]
    return Trainer(of, data, threads=1)


def onward(run: Trainer, step: int) -> Trainer:
    """Train up to a step, whatever stopping rules say on the way."""
    while run.step < step:
        run.run(step - run.step, budget_s=10.0)
    return run


def rows_from(run: Trainer, step: int) -> bytes:
    """Return the ring's rows behind a step."""
    steps, rows, _ = run.ring.read(0)
    return rows[steps > step].tobytes()


def learned(run: Trainer) -> dict[str, bytes]:
    """Return all that a run has learned."""
    return {name: array.tobytes() for name, array in run.weights().items()}
