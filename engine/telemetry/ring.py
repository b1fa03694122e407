"""The ring into which the loop writes one row per step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.arrays import zeros_as_written
from engine.statistics import LAYER_COLUMNS, RUN_COLUMNS

MEMORY = 8 * 2**20
"""Bytes that a ring takes once it is full, whatever the number of columns: a network of four layers
that takes 400,000 steps a second fills it in a twelfth of one, and a frame is a thirtieth."""

FEWEST_ROWS, MOST_ROWS = 1024, 65_536

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]


class Ring:
    """Rows of the last steps, written by one thread and read by another without a lock.

    Parameters
    ----------
    weight_layers : sequence of str
        Ids of the layers that learn.
    control : int64[...]
        The loop's counters.
    head : int
        Which of them counts the rows ever written.

    Attributes
    ----------
    columns : tuple[str, ...]
        Names of the columns behind the step: those of `engine.statistics.RunStatistics`, then
        those of `LayerStatistics` for each layer, such as ``dense-1/gradient_rms``.
    data : float64[capacity, 1 + len(columns)]
        The rows; column 0 is the step.
    """

    def __init__(self, weight_layers: Sequence[str], control: Integers, head: int) -> None:
        self._layers = weight_layers
        self.columns = RUN_COLUMNS + tuple(
            f"{layer}/{column}" for layer in weight_layers for column in LAYER_COLUMNS)
        width = 1 + len(self.columns)
        rows = min(MOST_ROWS, max(FEWEST_ROWS, MEMORY // (8 * width)))
        self.data = zeros_as_written((rows, width))
        self._control = control
        self._head = head

    def beside(self, control: Integers) -> Ring:
        """Return another one with the same columns, for the loop of other counters."""
        return Ring(self._layers, control, self._head)

    def read(self, cursor: int) -> tuple[Integers, Reals, int]:
        """Return the rows that were written since.

        Parameters
        ----------
        cursor : int
            What the last call returned; 0 at first.

        Returns
        -------
        steps : int64[m]
            Step of every row.
        rows : float64[m, len(columns)]
            The rows; those that were overwritten before they could be read are missing.
        cursor : int
            For the next call.
        """
        capacity = len(self.data)
        head = int(self._control[self._head])
        # The oldest eighth may be overwritten while it is copied, so it is not asked for.
        first = max(cursor, head - capacity * 7 // 8)
        if first >= head:
            return np.zeros(0, np.int64), np.zeros((0, len(self.columns))), head
        begin, end = first % capacity, head % capacity
        if begin < end:
            rows = self.data[begin:end].copy()
        else:
            rows = np.concatenate([self.data[begin:], self.data[:end]])
        overwritten = int(self._control[self._head]) + 1 - capacity
        rows = rows[max(0, overwritten - first):]
        return rows[:, 0].astype(np.int64), rows[:, 1:], head
