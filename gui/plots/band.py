"""The area between a least and a greatest value."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF

from gui.plots.feed import Reals
from gui.plots.graph import pg
from gui.plots.ranges import halved

# Measured: of 512 points of noise, a band takes 4 ms to paint.
MOST_POINTS = 256


class Band(pg.GraphicsObject):  # type: ignore[misc]
    """A filled area between two curves; one polygon, replaced by `set_data`."""

    def __init__(self) -> None:
        super().__init__()
        self._polygon = QPolygonF()
        self._brush = QBrush()
        self._bounds = QRectF()
        self.setVisible(False)

    def set_colour(self, colour: str, alpha: float) -> None:
        """Fill with a colour of this opacity, 0 to 1."""
        tint = QColor(colour)
        tint.setAlphaF(alpha)
        self._brush = QBrush(tint)
        self.update()

    def set_data(self, x: Reals, low: Reals, high: Reals, ends: tuple[float, float]) -> None:
        """Show another area.

        Parameters
        ----------
        x, low, high : float64[n]
            Where it is; a point where one of them is NaN is left out.
        ends : tuple[float, float]
            Bottom and top of the plot: the area is cut there, and infinite values reach it.
        """
        known = ~(np.isnan(low) | np.isnan(high))
        x, low, high = x[known], np.clip(low[known], *ends), np.clip(high[known], *ends)
        if not (high > low).any():
            self.clear()
            return
        while len(x) > MOST_POINTS:
            x, low, high = halved(x), halved(low, np.minimum), halved(high, np.maximum)
        self.setVisible(True)
        self.prepareGeometryChange()
        across = np.concatenate((x, x[::-1]))
        along = np.concatenate((high, low[::-1]))
        self._polygon = pg.functions.arrayToQPolygonF(across, along)
        self._bounds = QRectF(x[0], ends[0], x[-1] - x[0], ends[1] - ends[0])
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        if not self._polygon.isEmpty():
            self.prepareGeometryChange()
            self._polygon, self._bounds = QPolygonF(), QRectF()
            self.setVisible(False)

    def polygon(self) -> QPolygonF:
        """Return the area: its upper edge from left to right, then the lower one back."""
        return self._polygon

    def boundingRect(self) -> QRectF:
        """Return the area's frame in data coordinates."""
        return self._bounds

    def paint(self, painter: QPainter, *_args: Any) -> None:
        """Fill the area."""
        painter.setPen(pg.mkPen(None))
        painter.setBrush(self._brush)
        painter.drawPolygon(self._polygon)
