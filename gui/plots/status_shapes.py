"""Shapes of verdicts at points of a plot."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.plots.curve import is_on_screen
from gui.plots.graph import pg

LARGEST_PX = 11
"""How large they are where there is room, in px."""


class StatusShapes(pg.GraphicsObject):  # type: ignore[misc]
    """Status shapes at points of a plot, equally large whatever its axes."""

    def __init__(self) -> None:
        super().__init__()
        self._bounds = QRectF()
        self._shapes: list[tuple[float, float, str, int]] = []
        self._stamps: dict[tuple[str, int, float, float], QPixmap] = {}
        self._side = float(LARGEST_PX)
        self.setZValue(20)

    def set_shapes(self, shapes: list[tuple[float, float, str, int]], side: float,
                   bounds: QRectF) -> None:
        """Show other shapes.

        Parameters
        ----------
        shapes : list of (x, y, code, severity)
            Where each stands, and the verdict that it tells.
        side : float
            How large they are, in px.
        bounds : QRectF
            What holds all of them, in data coordinates.
        """
        self.prepareGeometryChange()
        self._shapes, self._side, self._bounds = shapes, side, bounds
        self.update()

    def shapes(self) -> list[tuple[float, float, str, int]]:
        """Return what is drawn."""
        return list(self._shapes)

    def boundingRect(self) -> QRectF:
        """Return what holds all shapes."""
        return self._bounds

    def dress(self) -> None:
        """Take colours from the theme."""
        self._stamps.clear()
        self.update()

    def paint(self, painter: QPainter, _option: Any, widget: QWidget | None = None) -> None:
        """Draw every shape, on a ground that lets it stand out from the curve."""
        on_screen = is_on_screen(painter, widget)
        to_screen = painter.transform()
        painter.resetTransform()
        half = self._side / 2
        for x, y, code, severity in self._shapes:
            centre = to_screen.map(QPointF(x, y))
            if on_screen and widget is not None:
                # A hundred of them: each is drawn once, and then put wherever it is needed.
                painter.drawPixmap(centre - QPointF(half + 1, half + 1), self._stamp(
                    code, severity, widget.devicePixelRatioF()))
            else:
                self._paint_shape(painter, centre, code, severity)

    def _stamp(self, code: str, severity: int, times: float) -> QPixmap:
        key = code, severity, self._side, times
        if key not in self._stamps:
            pixels = math.ceil((self._side + 2) * times)
            stamp = QPixmap(pixels, pixels)
            stamp.setDevicePixelRatio(times)
            stamp.fill(Qt.GlobalColor.transparent)
            painter = QPainter(stamp)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            half = self._side / 2 + 1
            self._paint_shape(painter, QPointF(half, half), code, severity)
            painter.end()
            self._stamps[key] = stamp
        return self._stamps[key]

    def _paint_shape(self, painter: QPainter, centre: QPointF, code: str, severity: int) -> None:
        half = self._side / 2
        box = QRectF(centre.x() - half, centre.y() - half, self._side, self._side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().surface))
        painter.drawEllipse(box.adjusted(-1, -1, 1, 1))
        theme.status_glyph(painter, box, code, severity)
