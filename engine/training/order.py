"""The order of the training examples, and where recurrent layers carry their state over."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Integers
from engine.data.dataset import Dataset
from engine.kernels.runtime import layout
from engine.kernels.runtime.random import shuffle
from engine.layers import kind
from engine.plan import Shared
from engine.spec import NetworkSpec, ProjectSpec

LOOKED_AT = 2
"""Epochs of which one tells whether runs take the same batches: the second is shuffled anew."""


def carries_state(network: NetworkSpec) -> bool:
    """Say whether any layer goes on from where the batch before ended."""
    return any(layer_kind.carries(layer_kind.options(layer))
               for layer in network for layer_kind in (kind(layer.kind),))


def continued(examples: Integers, batch_size: int) -> Integers:
    """Return an order in which example n of every batch follows on from n of the batch before.

    The examples are cut into ``batch_size`` runs of equal length that are read side by side.

    Parameters
    ----------
    examples : int64[m]
        Rows of the data set in the order of time.
    batch_size : int
        At most m.

    Returns
    -------
    int64[m - m % batch_size]
        The order of an epoch; what is left over at the end is not seen.
    """
    batches = len(examples) // batch_size
    return examples[:batches * batch_size].reshape(batch_size, batches).T.ravel()


class Order:
    """The order in which training examples are taken.

    Parameters
    ----------
    is_free : bool
        Whether it may be shuffled. Where state is carried over, it hangs on the batch size instead;
        see `carries_state`.
    rows : int64[m]
        Training examples in the order in which they are otherwise taken at first.

    Attributes
    ----------
    rows : int64[m]
        The order; the loop shuffles it and reads as many of it as the control array says.
    is_free : bool
        Whether it may be shuffled.
    """

    def __init__(self, is_free: bool, rows: Integers) -> None:
        self.is_free = is_free
        self.rows = rows.astype(np.int64)
        self._given = rows
        self._batch_size = 0
        self._copy: NDArray[np.int32] | None = None

    @cached_property
    def _in_time(self) -> Integers:
        return np.sort(self._given).astype(np.int64)

    def copy(self) -> NDArray[np.int32]:
        """Return the order, read-only: the same array until it `changed`."""
        if self._copy is None:
            self._copy = self.rows.astype(np.int32)
            self._copy.flags.writeable = False
        return self._copy

    def changed(self) -> None:
        """Take note that the loop may have shuffled the rows."""
        self._copy = None

    def accepts(self, order: NDArray[np.int32], examples: int, batch_size: int) -> bool:
        """Say whether an epoch of these training examples could have this order.

        Parameters
        ----------
        order : int32[m]
            The order.
        examples : int
            How many of it an epoch takes.
        batch_size : int
            Examples in a batch, at most m; where state is carried over, the order depends on it.
        """
        if self.is_free:
            return examples == len(order) and np.array_equal(np.sort(order), self._in_time)
        wanted = continued(self._in_time, batch_size)
        return (len(order) == len(self.rows) and examples == len(wanted)
                and np.array_equal(order[:examples], wanted))

    def take(self, order: NDArray[np.int32]) -> None:
        """Go on in an order that `accepts` finds right."""
        self.rows[:] = order
        self._copy = order

    def follow(self, shared: Shared, capacity: int) -> None:
        """Take over the requested batch size; an order that depends on it begins a new epoch.

        Parameters
        ----------
        shared : Shared
            What is requested; control and results are changed.
        capacity : int
            Largest batch for which there is room.
        """
        if self.is_free:
            return
        most = len(self.rows)
        batch_size = min(int(shared.requested[layout.BATCH_SIZE]) or most, most, capacity)
        if batch_size == self._batch_size:
            return
        self._batch_size = batch_size
        order = continued(self._in_time, batch_size)
        self.rows[:len(order)] = order
        self._copy = None
        shared.control[layout.EXAMPLES] = len(order)
        shared.control[layout.POSITION] = 0
        shared.results[layout.EPOCH_SUM] = shared.results[layout.EPOCH_ITEMS] = 0.0


def first_batches(project: ProjectSpec, dataset: Dataset, epochs: int = LOOKED_AT
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
    order = Order(not carries_state(project.network), dataset.training)
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
