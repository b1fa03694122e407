"""The area between a least and a greatest value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF

from gui.plots.feed import Reals


class Band(pg.GraphicsObject):  # type: ignore[misc]
    """A filled area between two curves; one polygon, replaced by `set_data`."""

    def __init__(self) -> None:
        super().__init__()
        self._polygon = QPolygonF()
        self._brush = QBrush()
        self._bounds = QRectF()

    def set_colour(self, colour: str, alpha: float) -> None:
        """Fill with a colour of this opacity, 0 to 1."""
        tint = QColor(colour)
        tint.setAlphaF(alpha)
        self._brush = QBrush(tint)
        self.update()

    def set_data(self, x: Reals, low: Reals, high: Reals) -> None:
        """Show another area; points that are not finite are left out."""
        usable = np.isfinite(low) & np.isfinite(high)
        x, low, high = x[usable], low[usable], high[usable]
        self.prepareGeometryChange()
        across = np.concatenate((x, x[::-1]))
        along = np.concatenate((high, low[::-1]))
        if len(x):
            self._polygon = pg.functions.arrayToQPolygonF(across, along)
            bottom, top = float(low.min()), float(high.max())
            self._bounds = QRectF(x[0], bottom, x[-1] - x[0], top - bottom)
        else:
            self._polygon, self._bounds = QPolygonF(), QRectF()
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the area's frame in data coordinates."""
        return self._bounds

    def paint(self, painter: QPainter, *_args: Any) -> None:
        """Fill the area."""
        painter.setPen(pg.mkPen(None))
        painter.setBrush(self._brush)
        painter.drawPolygon(self._polygon)
