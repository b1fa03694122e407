"""Between which curves those of several seeds lie, of both runs of a pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot

from gui import theme
from gui.frames.epochs import EpochScale
from gui.plots.band import Band
from gui.plots.canvas import Canvas
from gui.plots.count import Count, places
from gui.plots.feed import LOSS, Reals

BEHIND = -9
OPACITY = 0.14


class Extremes(Protocol):
    """Least and greatest curve of some seeds; see `engine.experiments.spread.Band`."""

    @property
    def low(self) -> Reals:
        """The least, float64[points]."""

    @property
    def high(self) -> Reals:
        """The greatest, float64[points]."""


class SpreadLike(Protocol):
    """What runs with several seeds have come to; see `engine.experiments.spread.Spread`."""

    @property
    def seeds(self) -> tuple[int, ...]:
        """A's seed of every pair."""

    @property
    def steps(self) -> NDArray[np.int64]:
        """Where the points of the curves stand, int64[points]."""

    def band(self, figure: str, side: int, /) -> Extremes:
        """Return between which curves those of one side lie, A being 0."""


class SeedBands(QObject):
    """Two filled areas behind the curves, from the best to the worst seed. GUI thread only.

    Parameters
    ----------
    canvas : Canvas
        The plot to draw them on.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.bands = (Band(), Band())
        for band in self.bands:
            band.setZValue(BEHIND)
            canvas.addItem(band)
        self._spread: SpreadLike | None = None
        self._lines: list[tuple[Reals, Reals, Reals]] = []
        theme.notifier().changed.connect(self._dress)
        self._dress()

    def set_spread(self, spread: SpreadLike | None) -> None:
        """Take another spread; it shows when it is drawn next."""
        self._spread = spread

    def spread(self) -> SpreadLike | None:
        """Return what is shown, or is to be."""
        return self._spread

    def seeds(self) -> int:
        """Return how many seeds there are; 0 without a spread."""
        return 0 if self._spread is None else len(self._spread.seeds)

    def read(self, count: Count, scales: tuple[EpochScale, EpochScale],
             scaled: Callable[[Reals], Reals]) -> None:
        """Put the curves on the axes.

        Parameters
        ----------
        count : Count
            What is counted along the axis at the bottom.
        scales : tuple[EpochScale, EpochScale]
            How many epochs the steps of A and of B are.
        scaled : callable
            Puts losses on the axis at the left.
        """
        self._lines = []
        spread = self._spread
        if spread is None or not spread.seeds:
            return
        steps = spread.steps.astype(np.float64)
        for side, scale in enumerate(scales):
            extremes = spread.band(LOSS, side)
            self._lines.append((places(count, steps, scale.at(steps)), scaled(extremes.low),
                                scaled(extremes.high)))

    def values_until(self, end: float) -> Reals:
        """Return all finite values that stand left of an end, float64[n]."""
        found = [np.zeros(0)]
        for x, low, high in self._lines:
            for y in (low, high):
                found.append(y[(x <= end) & np.isfinite(y)])
        return np.concatenate(found)

    def clear(self) -> None:
        """Draw nothing until the next frame."""
        self._lines = []
        for band in self.bands:
            band.clear()

    def draw(self, ends: tuple[float, float]) -> None:
        """Fill the areas, cut at the bottom and the top of the plot."""
        for band in self.bands[len(self._lines):]:
            band.clear()
        for band, (x, low, high) in zip(self.bands, self._lines, strict=False):
            band.set_data(x, low, high, ends)

    @Slot()
    def _dress(self) -> None:
        for band in self.bands:
            band.set_colour(theme.current().train, OPACITY)
