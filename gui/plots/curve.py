"""A curve whose frame is told to it, and on which no point is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.plots.feed import Reals
from gui.plots.graph import pg

DOT_PX = 5
MARGIN_PX = 4
"""Half a dot or half a thick pen, and a pixel to spare."""


class FramedCurve(pg.PlotCurveItem):  # type: ignore[misc]
    """A curve that does not search its points for its frame, and draws lone points as dots.

    pyqtgraph asks for the frame four times a frame and curve, which is more than half of the time
    that a hundred curves take. A point without a neighbour it does not draw at all.
    """

    def __init__(self, *, smooth: bool) -> None:
        super().__init__(antialias=smooth)
        self._bounds = QRectF()
        self._dots = QPolygonF()
        self._is_empty = True
        self.setVisible(False)

    def set_bounds(self, bounds: QRectF) -> None:
        """Set a rectangle, in data coordinates, that holds every point and half the pen."""
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds

    def set_points(self, x: Reals, y: Reals) -> None:
        """Show another curve; it has a gap where ``y`` is not finite."""
        was_empty, self._is_empty = self._is_empty, not len(x)
        if was_empty and self._is_empty:
            return
        # What is not there is not painted either: half of the curves belong to runs of a pair.
        self.setVisible(not self._is_empty)
        known = np.isfinite(y)
        complete = bool(known.all())
        lone = [] if complete and len(y) > 1 else lone_points(known).tolist()
        self._dots = QPolygonF([QPointF(x[i], y[i]) for i in lone])
        self.setData(x, y, connect="all" if complete else "finite", skipFiniteCheck=complete)

    def dots(self) -> QPolygonF:
        """Return the points that are drawn as dots."""
        return self._dots

    def boundingRect(self) -> QRectF:
        """Return the frame."""
        return self._bounds

    def paint(self, painter: QPainter, *args: Any) -> None:
        """Draw the lines, and a dot for every point that none of them reaches."""
        thin, times = self.opts["pen"], enlarged(painter, args[-1] if args else None)
        # Rounding must not make a pen of 1 a thick one, which takes far longer.
        if times > 1.01:
            self.opts["pen"] = pg.mkPen(thin)
            self.opts["pen"].setWidthF(times * max(self.opts["pen"].widthF(), 1.0))
        super().paint(painter, *args)
        self.opts["pen"] = thin
        if self._dots.isEmpty():
            return
        pen = pg.mkPen(thin)
        pen.setWidthF(times * theme.px(DOT_PX))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.drawPoints(self._dots)


def enlarged(painter: QPainter, widget: QWidget | None) -> float:
    """Return how much larger than on the screen something is drawn: 1 there, 2 for its picture.

    The pens of curves, as wide on the screen whatever the axes, would be as wide in pixels there.
    """
    world = painter.worldTransform().m11()
    if widget is None or not world:
        return 1.0
    return float(painter.combinedTransform().m11() / world / widget.devicePixelRatioF())


def is_on_screen(painter: QPainter, widget: QWidget | None) -> bool:
    """Say whether pixels are drawn, and those of the screen; not for a file or a larger picture."""
    # Rounding makes no other size.
    return (widget is not None and enlarged(painter, widget) <= 1.01
            and painter.paintEngine().type() == QPaintEngine.Type.Raster)


def lone_points(known: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return which points are known and have no known neighbour, int[n]."""
    beside = np.zeros(len(known), np.bool_)
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    return np.flatnonzero(known & ~beside)


def framed(span: tuple[float, float], values: tuple[float, float], pixel: tuple[float, float]
           ) -> QRectF:
    """Return the frame of curves.

    Parameters
    ----------
    span, values : tuple[float, float]
        Least and greatest step and value that they reach.
    pixel : tuple[float, float]
        Width and height of a pixel in data coordinates.
    """
    wide, tall = (theme.px(MARGIN_PX) * side for side in pixel)
    frame = QRectF(span[0], values[0], span[1] - span[0], values[1] - values[0])
    return frame.adjusted(-wide, -tall, wide, tall)
