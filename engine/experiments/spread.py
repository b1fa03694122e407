"""What pairs of runs with several seeds have come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.experiments.judgement import Judgement, judged

Reals = NDArray[np.float64]

FIGURES = ("loss", "validation_loss")
"""Figures of a step whose curves are kept."""

POINTS = 96
"""Most points of a curve."""

A, B = 0, 1
"""Sides of a pair, where an array has an axis for them."""


class Band(NamedTuple):
    """Between which curves those of all seeds lie, float64[points] each; NaN where there is none.

    Attributes
    ----------
    low, high : float64[points]
        The extremes.
    median : float64[points]
        The middle.
    """

    low: Reals
    median: Reals
    high: Reals


class Ended(NamedTuple):
    """What one run has come to.

    Attributes
    ----------
    figure : float
        The figure that decides; NaN where the run diverged.
    reached : int
        The step at which it ended.
    means : float64[figures, points]
        Its curves, as `Curves` has them.
    """

    figure: float
    reached: int
    means: Reals


@dataclass(frozen=True, eq=False)
class Spread:
    """Figures and curves of pairs that have come to their end.

    Attributes
    ----------
    seeds : tuple[int, ...]
        Run A's seed of every pair.
    figures : float64[2, seeds]
        The figure that decides, of A and of B; NaN for a run that diverged.
    reached : int64[2, seeds]
        The step at which each run ended.
    steps : int64[points]
        Where the points of the curves stand: closer together at the beginning.
    curves : Mapping[str, float64[2, seeds, points]]
        Of each of `FIGURES` the mean since the point before; NaN where nothing was measured.
    larger_is_better : bool
        Whether a large figure is a good one.
    """

    seeds: tuple[int, ...]
    figures: Reals
    reached: NDArray[np.int64]
    steps: NDArray[np.int64]
    curves: Mapping[str, Reals]
    larger_is_better: bool = False

    @property
    def judgement(self) -> Judgement:
        """What the pairs say."""
        return judged(self.figures[A].tolist(), self.figures[B].tolist(),
                      larger_is_better=self.larger_is_better)

    def band(self, figure: str, side: int) -> Band:
        """Return between which curves those of one side lie.

        Parameters
        ----------
        figure : str
            One of `FIGURES`.
        side : int
            `A` or `B`.
        """
        curves = self.curves[figure][side]
        found = np.full((3, curves.shape[1]), np.nan)
        measured = ~np.isnan(curves).all(axis=0) if len(curves) else np.zeros(0, np.bool_)
        if measured.any():
            seen = curves[:, measured]
            found[:, measured] = (np.nanmin(seen, axis=0), np.nanmedian(seen, axis=0),
                                  np.nanmax(seen, axis=0))
        return Band(*found)


@lru_cache(maxsize=64)
def grid(step: int, points: int = POINTS) -> NDArray[np.int64]:
    """Return steps from 1 to ``step`` whose ratio is the same, as far as they are whole; read-only.

    Kept: thousands of cells of a sweep are trained for as many steps.
    """
    found: NDArray[np.int64] = np.unique(
        np.geomspace(1, max(step, 1), points).round().astype(np.int64))
    found.flags.writeable = False
    return found


class Curves:
    """Means of figures between the points of a grid, of one run.

    Parameters
    ----------
    columns : tuple[str, ...]
        Names of the columns of the rows that come.
    steps : int64[points]
        The grid.
    """

    def __init__(self, columns: tuple[str, ...], steps: NDArray[np.int64]) -> None:
        self._places = [columns.index(figure) for figure in FIGURES]
        self._steps = steps
        self._sums = np.zeros((len(FIGURES), len(steps)))
        self._counts = np.zeros((len(FIGURES), len(steps)))

    def listen(self, steps: NDArray[np.int64], rows: Reals) -> None:
        """Take in the figures of some steps."""
        points = np.searchsorted(self._steps, steps)
        for figure, place in enumerate(self._places):
            values = rows[:, place]
            measured = ~np.isnan(values)
            self._sums[figure] += np.bincount(points[measured], values[measured],
                                              minlength=len(self._steps))
            self._counts[figure] += np.bincount(points[measured], minlength=len(self._steps))

    @property
    def means(self) -> Reals:
        """The means, float64[figures, points]; NaN where nothing was measured."""
        with np.errstate(invalid="ignore"):
            found: Reals = self._sums / self._counts
        return found
