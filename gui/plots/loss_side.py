"""The losses of one run of a pair, or of the one that there is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF

from engine.telemetry.history import History
from gui import theme
from gui.frames.epochs import EpochScale
from gui.frames.record import Record
from gui.plots.canvas import Canvas
from gui.plots.count import Count, places
from gui.plots.curve import FramedCurve
from gui.plots.dashed import DashedCurve
from gui.plots.feed import LOSS, VALIDATION_LOSS, Reals
from gui.plots.graph import pg
from gui.plots.ranges import halved
from gui.widgets import plain_number

EMPTY: Reals = np.zeros(0)
COLUMNS = (LOSS, VALIDATION_LOSS)
# Measured: a thick curve of 512 noisy points takes 14 ms to paint, this one 4.
THICK_POINTS = 200


class LossSide:
    """Training and validation loss of a run: their curves, and what is to be told of them.

    Parameters
    ----------
    canvas : Canvas
        The plot to draw on.
    dashed : bool
        Whether the curves are in long dashes.

    Attributes
    ----------
    curves : dict[str, FramedCurve]
        By column.
    x, steps : float64[n]
        Where the points stand along the axis, and in steps.
    """

    def __init__(self, canvas: Canvas, *, dashed: bool) -> None:
        kind = DashedCurve if dashed else FramedCurve
        self.curves = {column: kind(smooth=True) for column in COLUMNS}
        for curve in self.curves.values():
            canvas.addItem(curve)
        self.clear()

    def clear(self) -> None:
        """Draw nothing."""
        self.x = self.steps = EMPTY
        self._known: dict[str, Reals] = dict.fromkeys(COLUMNS, EMPTY)
        self._drawn: dict[str, Reals] = dict.fromkeys(COLUMNS, EMPTY)
        for curve in self.curves.values():
            curve.set_points(EMPTY, EMPTY)

    def read(self, history: History | Record, count: Count, epochs: EpochScale) -> None:
        """Take the newest losses of a run, and count something along the axis."""
        self.steps = history.steps()
        self.x = places(count, self.steps, epochs.at(self.steps))
        self._known = {column: history.mean(column) for column in COLUMNS}

    def values(self, scaled: Callable[[Reals], Reals]) -> Reals:
        """Return all losses on the axis, float64[m]."""
        self._drawn = {column: scaled(self._known[column]) for column in COLUMNS}
        return np.concatenate(list(self._drawn.values()))

    def draw(self, floor: float, pixel: float) -> None:
        """Draw the losses that `values` has returned.

        Parameters
        ----------
        floor : float
            None of them, be it 0 on a logarithmic axis, is drawn below it.
        pixel : float
            Width of a pixel along the axis at the bottom.
        """
        for column, curve in self.curves.items():
            y = self._drawn[column]
            if isinstance(curve, DashedCurve):
                curve.set_pixel(pixel)
            if column == LOSS:
                curve.set_points(*thinned(self.x, np.maximum(y, floor)))
                continue
            measured = np.isfinite(y) | np.isneginf(y)
            curve.set_points(*thinned(self.x[measured], np.maximum(y[measured], floor)))

    def last(self, column: str) -> float:
        """Return the newest known loss, NaN if there is none."""
        known = self._known[column]
        known = known[np.isfinite(known)]
        return float(known[-1]) if len(known) else np.nan

    def end(self, column: str) -> float:
        """Return where a curve ends on the axis, -inf for 0; NaN if there is no curve."""
        drawn = self._drawn[column]
        drawn = drawn[~np.isnan(drawn)]
        return float(drawn[-1]) if len(drawn) else np.nan

    def nearest(self, x: float) -> int:
        """Return the point that is nearest to a place along the axis."""
        return int(np.argmin(np.abs(self.x - x)))

    def at(self, column: str, point: int) -> float:
        """Return the loss at a point; what is measured once an epoch holds until the next."""
        if column == LOSS:
            return float(self._known[LOSS][point])
        measured = self._known[column][: point + 1]
        measured = measured[np.isfinite(measured)]
        return float(measured[-1]) if len(measured) else np.nan

    def told(self, column: str, point: int, word: str) -> list[str]:
        """Return a word and the loss at a point, or nothing where it is not known."""
        value = self.at(column, point)
        return [f"{word}{loss_text(value)}"] if np.isfinite(value) else []

    def set_bounds(self, bounds: QRectF) -> None:
        """Set a rectangle, in data coordinates, that holds all that can be seen of the curves."""
        for curve in self.curves.values():
            curve.set_bounds(bounds)

    def dress(self) -> None:
        """Take colours from the theme."""
        tokens = theme.current()
        for column, colour in ((LOSS, tokens.train), (VALIDATION_LOSS, tokens.validation)):
            self.curves[column].setPen(pg.mkPen(colour, width=2))


def thinned(x: Reals, y: Reals) -> tuple[Reals, Reals]:
    """Return the means of neighbours until there are few enough points for a thick curve."""
    while len(x) > THICK_POINTS:
        x, y = halved(x), halved(y)
    return x, y


def loss_text(value: float) -> str:
    """Return a loss in four figures."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 10 else plain_number(value)
