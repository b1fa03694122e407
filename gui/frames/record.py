"""A run's history whose beginning is told step by step, however long it has become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.telemetry.history import History

Reals = NDArray[np.float64]

BEGINNING = 256
"""First steps that are kept one by one."""

KEPT = ("loss", "validation_loss", "gradient_rms", "update_ratio")
"""What is kept of them: these figures of the run or of its layers."""


def kept_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return those columns of a history that its beginning has too."""
    return tuple(name for name in columns if name.rpartition("/")[2] in KEPT)


@dataclass(frozen=True)
class Record:
    """Series as a `History` gives them, of `KEPT` columns only: first steps, then stretches.

    Attributes
    ----------
    beginning : History
        The first steps, one by one.
    history : History
        The whole run.
    """

    beginning: History
    history: History

    def steps(self) -> Reals:
        """Return where the points stand, float64[n], ascending."""
        return self._joined(History.steps)

    def mean(self, column: str) -> Reals:
        """Return the mean at every point, float64[n]."""
        return self._joined(lambda history: history.mean(column))

    def low(self, column: str) -> Reals:
        """Return the smallest value at every point, float64[n]."""
        return self._joined(lambda history: history.low(column))

    def high(self, column: str) -> Reals:
        """Return the largest value at every point, float64[n]."""
        return self._joined(lambda history: history.high(column))

    def log_mean(self, column: str) -> Reals:
        """Return the mean of the logarithm at every point, float64[n]."""
        return self._joined(lambda history: history.log_mean(column))

    def log_means(self, columns: Sequence[str]) -> Reals:
        """Return what `log_mean` does of several columns at once, float64[columns, n]."""
        return self._joined(lambda history: history.log_means(columns))

    def _joined(self, read: Callable[[History], Reals]) -> Reals:
        first = self.beginning.steps()
        later = self.history.steps() > (first[-1] if len(first) else 0.0)
        return np.concatenate((read(self.beginning), read(self.history)[..., later]), axis=-1)
