"""Tokens to learn from, built directly."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.spec import Task
from tests.engine.training.networks import dataset


def tokens(inputs: NDArray[np.int64], labels: NDArray[np.int64], classes: int, vocabulary: int,
           task: Task = "sequence") -> Dataset:
    """Return tokens with a class for each example, or with labels that are of another task."""
    data = dataset(inputs.astype(np.float64), labels)
    return dataclasses.replace(
        data, task=task if labels.ndim == 2 else "classification",
        class_names=tuple(map(str, range(classes))), tokens=tuple(map(str, range(vocabulary))))
