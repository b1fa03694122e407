"""The curves of the last run, in grey behind those of this one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, QRectF, Qt, Slot
from PySide6.QtGui import QColor

from gui import theme
from gui.plots.canvas import Canvas
from gui.plots.curve import FramedCurve
from gui.plots.feed import Reals
from gui.plots.graph import pg
from gui.plots.line_picture import LinePicture
from gui.plots.ranges import halved

TITLE = "last run"
TIP = ("Grey: the run before this one, as it stood when another took its place. It stays until the "
       "next one does.")
BEHIND = -8
# They are to be compared with, not read out: few points, which cost little at every frame.
POINTS, FEW_POINTS, MANY_CURVES = 384, 96, 32


class GhostCurves(QObject):
    """Thin grey curves; items are kept for the next ghost. GUI thread only.

    Of a few curves each is an item of its own, many are one picture.

    Parameters
    ----------
    canvas : Canvas
        The plot to draw them on.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._curves: list[FramedCurve] = []
        self._picture: LinePicture | None = None
        self._whole: tuple[Reals, Reals] = (np.zeros(0), np.zeros((0, 0)))
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
        is_picture = len(lines) > MANY_CURVES and all(x is lines[0][0] for x, _ in lines)
        most = FEW_POINTS if len(lines) > MANY_CURVES else POINTS
        self._points = [_fewer(x[known], y[known], most)
                        for x, y in lines for known in (np.isfinite(y),)]
        self._whole = _together(lines, most) if is_picture else (np.zeros(0), np.zeros((0, 0)))
        curves = [] if is_picture else self._points
        while len(self._curves) < len(curves):
            curve = FramedCurve(smooth=len(lines) <= MANY_CURVES)
            curve.setZValue(BEHIND)
            self._canvas.addItem(curve)
            self._curves.append(curve)
        for curve in self._curves[len(curves):]:
            curve.set_points(np.zeros(0), np.zeros(0))
        for curve, points in zip(self._curves, curves, strict=False):
            curve.set_points(*points)
        if is_picture and self._picture is None:
            self._picture = LinePicture()
            self._picture.setZValue(BEHIND)
            self._canvas.addItem(self._picture)
        self._dashed = dashed
        self._dress()

    def set_bounds(self, bounds: QRectF) -> None:
        """Set a rectangle, in data coordinates, that holds all that can be seen of them."""
        for curve in self._curves:
            curve.set_bounds(bounds)
        if self._picture is not None:
            self._picture.set_bounds(bounds)

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
        if self._picture is not None:
            x, y = self._whole
            self._picture.set_lines(x, y, [QColor(colour)] * len(y), 1.0)


def _fewer(x: Reals, y: Reals, most: int) -> tuple[Reals, Reals]:
    while len(x) > most:
        x, y = halved(x), halved(y)
    return x, y


def _together(lines: Sequence[tuple[Reals, Reals]], most: int) -> tuple[Reals, Reals]:
    """Return the points of lines over the same places; what one lacks is bridged, as in a curve."""
    x = lines[0][0]
    rows = [np.interp(x, x[known], y[known], np.nan, np.nan) if known.any() else y * np.nan
            for _, y in lines for known in (np.isfinite(y),)]
    return _fewer(x, np.stack(rows), most)
