"""What the rows of a series are: windows of it, and which of its values they are to forecast."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows of one or several series.

    An example has ``steps`` times ``features`` numbers, those of the oldest step first. Its targets
    are ``columns`` numbers for each of the ``ahead``, those of the nearest step first.

    Attributes
    ----------
    steps, features : int
        Steps of a window, and numbers of each.
    ahead : tuple[int, ...]
        How many steps behind the end of the window the targets are.
    fed : tuple[int, ...]
        For each feature of a step the column of the targets that it is a past value of; -1 for one
        that is not forecast.
    series : int64[n]
        Number of the series that each row is a window of.
    times : int64[n]
        Step of time of each row; rows of one series whose steps follow one another do so.
    last : float64[n, columns]
        The newest values of what is forecast, as they are known at the end of the window.
    before : float64[n, k] | None
        For every target the value of a whole number of periods before it; None without a period.
        NaN where the series had not begun.
    period : int
        Steps after which the series repeats itself; 0 if it plainly does not.
    step : str
        What a step is: ``day``, ``month``; ``step`` where nobody knows.
    unit : str
        What the targets are measured in; empty where nobody knows.
    """

    steps: int
    features: int
    ahead: tuple[int, ...]
    fed: tuple[int, ...]
    series: Indices
    times: Indices
    last: Reals
    before: Reals | None = None
    period: int = 0
    step: str = "step"
    unit: str = ""

    @property
    def columns(self) -> int:
        """How many columns are forecast."""
        return int(self.last.shape[1])

    @property
    def again(self) -> Reals:
        """The newest values as forecasts of all targets: float64[n, k]."""
        return np.tile(self.last, (1, len(self.ahead)))

    @cached_property
    def feeds_itself(self) -> bool:
        """Whether a window can be moved on by what was forecast for the next step alone."""
        return self.ahead[0] == 1 and min(self.fed) >= 0

    def run(self, rows: Indices, most: int) -> Indices:
        """Return rows that follow one another, the longest such stretch, cut off at a length.

        Parameters
        ----------
        rows : int64[...]
            Rows to choose from, in any order; at least one.
        most : int
            How many are returned at most.
        """
        order = rows[np.lexsort((self.times[rows], self.series[rows]))]
        breaks = np.flatnonzero((np.diff(self.times[order]) != 1)
                                | (np.diff(self.series[order]) != 0)) + 1
        return max(np.split(order, breaks), key=len)[:most]
