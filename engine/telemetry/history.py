"""A whole run in a fixed amount of memory: extremes and means of stretches of steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.statistics import LOGARITHM, MAGNITUDE, layer_columns

Reals = NDArray[np.float64]

MAGNITUDES = layer_columns(MAGNITUDE)
"""Figures of a layer that run over many powers of ten; of these `History.log_mean` tells."""

LOGARITHMS = layer_columns(LOGARITHM)
"""Figures of a layer that are log10 of something already; of these it tells too."""


class History:
    """Series of numbers, one row per step, kept in a fixed number of buckets.

    A bucket holds `width` neighbouring rows. When all buckets are full, neighbours are merged in
    pairs and the width doubles, so extremes stay exact whatever the length of the run.

    Parameters
    ----------
    columns : Sequence[str]
        Names of the series; the part behind a ``/`` names the figure of a layer.
    buckets : int
        Number of buckets, even.
    """

    def __init__(self, columns: Sequence[str], buckets: int = 512) -> None:
        if buckets < 2 or buckets % 2:
            raise ValueError(f"buckets must be even and at least 2, got {buckets}")
        self.columns = tuple(columns)
        self.buckets = buckets
        self.width = 1
        self.length = 0
        self._index = {name: position for position, name in enumerate(self.columns)}
        figures = [name.rpartition("/")[2] for name in self.columns]
        self._magnitudes = [i for i, figure in enumerate(figures) if figure in MAGNITUDES]
        logarithmic = [*self._magnitudes,
                       *(i for i, figure in enumerate(figures) if figure in LOGARITHMS)]
        # Behind the series stand the logarithms that means are taken of.
        self._log_row = {self.columns[column]: len(self.columns) + row
                         for row, column in enumerate(logarithmic)}
        self._logarithmic = logarithmic
        series = (len(self.columns) + len(logarithmic), buckets)
        # Empty buckets hold what a reduction leaves unchanged: NaN for fmin and fmax, else 0.
        self._low = np.full(series, np.nan)
        self._high = np.full(series, np.nan)
        self._sum = np.zeros(series)
        self._count = np.zeros(series)
        self._first_step = np.zeros(buckets)
        self._last_step = np.zeros(buckets)
        self._last = np.full(len(self.columns), np.nan)

    def extend(self, steps: NDArray[np.int64], rows: Reals) -> None:
        """Append rows; a NaN means that the series was not measured at that step.

        Parameters
        ----------
        steps : int64[m]
            Step of every row, ascending.
        rows : float64[m, c]
            One number per series.
        """
        if len(steps) != len(rows) or rows.ndim != 2 or rows.shape[1] != len(self.columns):
            raise ValueError(f"{len(steps)} steps and rows of shape {rows.shape} for "
                             f"{len(self.columns)} columns")
        values = self._with_logarithms(rows)
        self._note_last(values[:len(self.columns)])
        done = 0
        while done < len(steps):
            taken = min(len(steps) - done, self.buckets * self.width - self.length)
            self._fill(steps[done:done + taken], values[:, done:done + taken])
            done += taken
            if self.length == self.buckets * self.width:
                self._halve()

    def steps(self) -> Reals:
        """Return the step in the middle of every bucket in use, float64[b]."""
        used = self._used
        return (self._first_step[:used] + self._last_step[:used]) / 2

    @property
    def nbytes(self) -> int:
        """Bytes that all buckets take, those that are empty included."""
        return 4 * self._sum.nbytes + 2 * self._first_step.nbytes + self._last.nbytes

    @property
    def newest(self) -> float:
        """The last step; 0 before there is one."""
        return float(self._last_step[self._used - 1]) if self.length else 0.0

    def low(self, column: str) -> Reals:
        """Return the smallest value in every bucket, float64[b]; NaN where nothing was measured."""
        return self._low[self._index[column], :self._used].copy()

    def high(self, column: str) -> Reals:
        """Return the largest value in every bucket, float64[b]; NaN where nothing was measured."""
        return self._high[self._index[column], :self._used].copy()

    def mean(self, column: str) -> Reals:
        """Return the mean of every bucket, float64[b]; NaN where nothing was measured."""
        return self._mean_of_row(self._index[column])

    def means(self, columns: Sequence[str]) -> Reals:
        """Return what `mean` does of several columns at once, float64[columns, b]."""
        rows = [self._index[column] for column in columns]
        used = self._used
        with np.errstate(invalid="ignore"):
            return np.asarray(self._sum[rows, :used] / self._count[rows, :used])

    def log_mean(self, column: str) -> Reals:
        """Return the mean of log10 of a figure in every bucket, float64[b].

        One batch with a thousandfold gradient moves it by a little, where it would be all that is
        left of the arithmetic mean. Zeros are left out of it; where there is nothing else it is
        -inf. NaN where nothing was measured.

        Parameters
        ----------
        column : str
            One whose figure is among `MAGNITUDES` or `LOGARITHMS`.

        Raises
        ------
        KeyError
            If it is of another kind.
        """
        (means,) = self.log_means((column,))
        return np.asarray(means)

    def log_means(self, columns: Sequence[str]) -> Reals:
        """Return what `log_mean` does of several columns at once, float64[columns, b].

        Raises
        ------
        KeyError
            If one of them is of another kind.
        """
        logarithms = [self._log_row[column] for column in columns]
        rows, used = [self._index[column] for column in columns], self._used
        with np.errstate(invalid="ignore"):
            means = self._sum[logarithms, :used] / self._count[logarithms, :used]
        return np.asarray(np.where((self._count[rows, :used] > 0) & np.isnan(means), -np.inf,
                                   means))

    def last(self, column: str) -> float:
        """Return the newest measured value, or NaN if there is none."""
        return float(self._last[self._index[column]])

    @property
    def _used(self) -> int:
        return -(-self.length // self.width)

    def _mean_of_row(self, row: int) -> Reals:
        used = self._used
        with np.errstate(invalid="ignore"):
            return np.asarray(self._sum[row, :used] / self._count[row, :used])

    def _with_logarithms(self, rows: Reals) -> Reals:
        """Return the series as rows, and behind them their logarithms with NaN for those of 0."""
        n_columns, n_magnitudes = len(self.columns), len(self._magnitudes)
        values = np.empty((n_columns + len(self._logarithmic), len(rows)))
        values[:n_columns] = rows.T
        logarithms = values[n_columns:]
        logarithms[:] = values[self._logarithmic]
        with np.errstate(divide="ignore", invalid="ignore"):
            np.log10(logarithms[:n_magnitudes], out=logarithms[:n_magnitudes])
        logarithms[np.isneginf(logarithms)] = np.nan
        return values

    def _note_last(self, values: Reals) -> None:
        if not values.shape[1]:
            return
        measured = ~np.isnan(values)
        newest = values.shape[1] - 1 - np.argmax(measured[:, ::-1], axis=1)
        rows = np.flatnonzero(measured.any(axis=1))
        self._last[rows] = values[rows, newest[rows]]

    def _fill(self, steps: NDArray[np.int64], values: Reals) -> None:
        """Add rows that fit into the buckets at their present width."""
        count, offset = len(steps), self.length % self.width
        first = self.length // self.width
        starts = np.concatenate(([0], np.arange(self.width - offset, count, self.width)))
        ends = np.append(starts[1:], count) - 1
        into = slice(first, first + len(starts))
        with np.errstate(invalid="ignore", over="ignore"):
            np.fmin(self._low[:, into], np.fmin.reduceat(values, starts, axis=1),
                    out=self._low[:, into])
            np.fmax(self._high[:, into], np.fmax.reduceat(values, starts, axis=1),
                    out=self._high[:, into])
            sums = np.add.reduceat(values, starts, axis=1)
        # Most series are measured at every step; only the others pay for being looked through.
        gaps = np.flatnonzero(np.isnan(sums).any(axis=1))
        counts = np.tile(ends - starts + 1.0, (len(values), 1))
        if len(gaps):
            measured = ~np.isnan(values[gaps])
            counts[gaps] = np.add.reduceat(measured, starts, axis=1, dtype=np.float64)
            with np.errstate(invalid="ignore", over="ignore"):
                sums[gaps] = np.add.reduceat(np.where(measured, values[gaps], 0.0), starts, axis=1)
        self._sum[:, into] += sums
        self._count[:, into] += counts
        begun = 1 if offset else 0
        self._first_step[first + begun:first + len(starts)] = steps[starts[begun:]]
        self._last_step[into] = steps[ends]
        self.length += count

    def _halve(self) -> None:
        """Merge neighbouring buckets."""
        half = self.buckets // 2
        with np.errstate(invalid="ignore", over="ignore"):
            self._low[:, :half] = np.fmin(self._low[:, 0::2], self._low[:, 1::2])
            self._high[:, :half] = np.fmax(self._high[:, 0::2], self._high[:, 1::2])
            self._sum[:, :half] = self._sum[:, 0::2] + self._sum[:, 1::2]
        self._count[:, :half] = self._count[:, 0::2] + self._count[:, 1::2]
        self._low[:, half:] = np.nan
        self._high[:, half:] = np.nan
        self._sum[:, half:] = 0.0
        self._count[:, half:] = 0.0
        self._first_step[:half] = self._first_step[0::2]
        self._last_step[:half] = self._last_step[1::2]
        self.width *= 2
