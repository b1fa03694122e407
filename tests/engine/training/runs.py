"""Small runs: data with a validation set, a network in a line, a trainer on both."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.networks import dataset

Reals = NDArray[np.float64]


def split(data: Dataset, validation: int) -> Dataset:
    """Return the data set with its last rows for validation."""
    rows = np.arange(len(data.inputs))
    border = len(rows) - validation
    return dataclasses.replace(data, training=rows[:border], validation=rows[border:])


def clouds(n: int = 23, validation: int = 7, classes: int = 3, width: int = 4) -> Dataset:
    """Return labelled points around a centre for each class."""
    rng = np.random.default_rng(n)
    labels = rng.integers(0, classes, n + validation)
    centres = rng.standard_normal((classes, width))
    inputs = centres[labels] + 0.5 * rng.standard_normal((n + validation, width))
    return split(dataset(inputs, labels, classes=classes), validation)


def curve(n: int = 23, validation: int = 7, outputs: int = 2, width: int = 3) -> Dataset:
    """Return points of a smooth function."""
    rng = np.random.default_rng(n)
    inputs = rng.standard_normal((n + validation, width))
    values = np.sin(inputs @ rng.standard_normal((width, outputs))) + 1.0
    return split(dataset(inputs, values=values), validation)


def dense(name: str, units: int, activation: str = "tanh", **options: bool | float | str
          ) -> LayerSpec:
    return LayerSpec(name, "dense", {"units": units, "activation": activation, **options})


def project(*layers: LayerSpec, optimizer: str = "adam", **training: Any) -> ProjectSpec:
    """Return a project whose network has these layers behind its input."""
    return ProjectSpec(network=NetworkSpec((LayerSpec("input", "input"), *layers)),
                       training=TrainingSpec(optimizer=OptimizerSpec(optimizer), **training))


LAYERS = (dense("dense-1", 8), dense("dense-2", 5, "relu"), dense("output", 3, "linear"))


def trainer(data: Dataset | None = None, *layers: LayerSpec,
            weights: Mapping[str, NDArray[Any]] | None = None, optimizer: str = "adam",
            **training: Any) -> Trainer:
    """Return a trainer; without layers, on a network of three for three classes."""
    return Trainer(project(*(layers or LAYERS), optimizer=optimizer, **training),
                   clouds() if data is None else data, weights=weights)


def advance(run: Trainer, steps: int) -> Trainer:
    """Train for exactly so many steps."""
    wanted = run.step + steps
    while run.step < wanted:
        assert run.run(wanted - run.step, budget_s=10.0) > 0
    return run


def contents(run: Trainer) -> dict[str, bytes]:
    """Return everything that a run has learned and measured, byte for byte."""
    found = {name: array.tobytes() for name, array in run.weights().items()}
    steps, rows, _ = run.ring.read(0)
    return found | {"steps": steps.tobytes(), "rows": rows.tobytes()}


def change(run: Trainer, **changes: Any) -> None:
    """Apply training options that differ in some fields."""
    run.apply(msgspec.structs.replace(run.project.training, **changes))
