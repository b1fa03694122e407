"""What a run starts with: its first weights, and its batches as the loop takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Integers
from engine.data.dataset import Dataset
from engine.experiments.checksums import ParameterSum, Start, digest
from engine.kernels.runtime.random import shuffle
from engine.spec import ProjectSpec
from engine.training.order import Order, continued

EPOCHS = 2
"""Epochs whose order is looked at: a second one shows that shuffling goes on alike."""


def start_of(project: ProjectSpec, dataset: Dataset, weights: Mapping[str, NDArray[Any]]) -> Start:
    """Return the checksums of a run's start.

    Parameters
    ----------
    project, dataset : ProjectSpec, Dataset
        What is trained, on what.
    weights : Mapping[str, real array]
        What `engine.training.Trainer.weights` has returned before the first step.
    """
    rows, sizes = first_batches(project, dataset)
    return Start({name: ParameterSum.of(array) for name, array in weights.items()}, digest(rows),
                 digest(sizes), project.training.seed, dataset)


def first_batches(project: ProjectSpec, dataset: Dataset, epochs: int = EPOCHS
                  ) -> tuple[Integers, Integers]:
    """Return the batches of the first epochs, as the loop takes them.

    Parameters
    ----------
    project, dataset : ProjectSpec, Dataset
        What is trained, on what.
    epochs : int
        How many epochs.

    Returns
    -------
    rows : int64[epochs * m]
        Rows of the data set, one epoch behind the other.
    sizes : int64[epochs * batches]
        Examples in each batch.
    """
    training = project.training
    order = Order(project.network, dataset.training)
    size = min(training.batch_size or len(order.rows), len(order.rows))
    # State that is carried over allows one order alone, which hangs on the size of the batch.
    rows = order.rows if order.is_free else continued(np.sort(order.rows), size)
    taken = []
    for epoch in range(epochs):
        if training.shuffle and order.is_free:
            # In place, from the order of the epoch before, as in the loop.
            shuffle(rows, training.seed, epoch)
        taken.append(rows.copy())
    whole, rest = divmod(len(rows), size)
    sizes = np.array([size] * whole + [rest] * bool(rest), np.int64)
    return np.concatenate(taken), np.tile(sizes, epochs)
