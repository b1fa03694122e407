"""The curves of the last run, in grey behind those of this one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, QRectF, Qt, Slot

from gui import theme
from gui.plots.canvas import Canvas
from gui.plots.curve import FramedCurve
from gui.plots.feed import Reals
from gui.plots.graph import pg
from gui.plots.ranges import halved

TITLE = "last run"
TIP = ("Grey: the run before this one, as it stood when another took its place. It stays until the "
       "next one does.")
BEHIND = -8
# They are to be compared with, not read out: few points, which cost little at every frame.
POINTS, FEW_POINTS, MANY_CURVES = 384, 96, 32


class GhostCurves(QObject):
    """Thin grey curves; an item for each, which is kept for the next ghost. GUI thread only.

    Parameters
    ----------
    canvas : Canvas
        The plot to draw them on.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._curves: list[FramedCurve] = []
        self._points: list[tuple[Reals, Reals]] = []
        self._dashed: tuple[int, ...] = ()
        theme.notifier().changed.connect(self._dress)

    def show(self, lines: Sequence[tuple[Reals, Reals]], dashed: tuple[int, ...] = ()) -> None:
        """Draw other curves.

        Parameters
        ----------
        lines : sequence of (float64[n], float64[n])
            Where their points stand, and their values; those that are not finite are left out.
        dashed : tuple[int, ...]
            Which of them are dashed.
        """
        most = FEW_POINTS if len(lines) > MANY_CURVES else POINTS
        self._points = [_fewer(x[known], y[known], most)
                        for x, y in lines for known in (np.isfinite(y),)]
        while len(self._curves) < len(lines):
            curve = FramedCurve(smooth=len(lines) <= MANY_CURVES)
            curve.setZValue(BEHIND)
            self._canvas.addItem(curve)
            self._curves.append(curve)
        for curve in self._curves[len(lines):]:
            curve.set_points(np.zeros(0), np.zeros(0))
        for curve, points in zip(self._curves, self._points, strict=False):
            curve.set_points(*points)
        self._dashed = dashed
        self._dress()

    def set_bounds(self, bounds: QRectF) -> None:
        """Set a rectangle, in data coordinates, that holds all that can be seen of them."""
        for curve in self._curves:
            curve.set_bounds(bounds)

    def points(self) -> list[tuple[Reals, Reals]]:
        """Return the points of every curve."""
        return list(self._points)

    def values_until(self, end: float) -> Reals:
        """Return all values that stand left of an end, float64[n]."""
        return np.concatenate([np.zeros(0), *(y[x <= end] for x, y in self._points)])

    def last_place(self) -> float:
        """Return where the rightmost point stands; 0 if there is none."""
        return max((float(x[-1]) for x, _ in self._points if len(x)), default=0.0)

    @Slot()
    def _dress(self) -> None:
        colour = theme.current().ghost
        for index, curve in enumerate(self._curves):
            style = Qt.PenStyle.DashLine if index in self._dashed else Qt.PenStyle.SolidLine
            curve.setPen(pg.mkPen(colour, width=1, style=style))


def _fewer(x: Reals, y: Reals, most: int) -> tuple[Reals, Reals]:
    while len(x) > most:
        x, y = halved(x), halved(y)
    return x, y
