"""What is drawn on a picture of layers: hatches, a frame and a ring."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from gui import theme
from gui.plots.graph import pg

RING_PX = 13


class Signs(pg.GraphicsObject):  # type: ignore[misc]
    """Hatched rows, a frame around one row and a ring around one field; their size is in pixels."""

    def __init__(self) -> None:
        super().__init__()
        self._bounds = QRectF()
        self._rows: list[int] = []
        self._selected = -1
        self._field: tuple[int, int] | None = None
        self.setZValue(20)

    def set_signs(self, rows: list[int], field: tuple[int, int] | None, bounds: QRectF) -> None:
        """Hatch these rows, and put a ring around the field (row, column)."""
        self.prepareGeometryChange()
        self._rows, self._field, self._bounds = rows, field, bounds
        self.update()

    def set_selected(self, row: int) -> None:
        """Put a frame around a row; -1 for none."""
        self._selected = row
        self.update()

    def rows(self) -> list[int]:
        """Return which rows are hatched."""
        return list(self._rows)

    def field(self) -> tuple[int, int] | None:
        """Return which field (row, column) has the ring."""
        return self._field

    def boundingRect(self) -> QRectF:
        """Return the frame of the picture."""
        return self._bounds

    def paint(self, painter: QPainter, *_args: Any) -> None:
        """Draw hatches and ring in pixels: a brush or a pen of the plot's would be stretched."""
        to_screen, tokens = painter.transform(), theme.current()
        painter.resetTransform()
        hatch = QBrush(QColor(tokens.text_disabled), Qt.BrushStyle.BDiagPattern)
        for row in self._rows:
            painter.fillRect(to_screen.mapRect(self._row(row)), hatch)
        # Two strokes each, so that one of them stands out from whatever colour is below.
        strokes = [pg.mkPen(colour, width=theme.px(width))
                   for colour, width in ((tokens.surface, 5), (tokens.text, 2))]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in strokes if self._selected >= 0 else ():
            painter.setPen(pen)
            painter.drawRect(to_screen.mapRect(self._row(self._selected)))
        if self._field is None:
            return
        row, column = self._field
        centre = to_screen.map(QPointF(column + 0.5, row + 0.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = theme.px(RING_PX) / 2
        for pen in strokes:
            painter.setPen(pen)
            painter.drawEllipse(centre, half, half)

    def _row(self, row: int) -> QRectF:
        return QRectF(self._bounds.left(), row, self._bounds.width(), 1.0)
