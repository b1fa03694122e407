"""What a picture of layers has at its sides: the numbers of the rows, and a scale of colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme
from gui.plots.axes import Axis, decimal_text, log_ticks


class LayerAxis(Axis):
    """Numbers of layers, the first at the top."""

    def __init__(self) -> None:
        self.numbers: Sequence[int | str] = ()
        super().__init__("left")

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        """Return the middles of as many rows as have room for a number."""
        if not self.numbers:
            return []
        room = max(1, int(size / theme.px(17)))
        every = next(k for k in (1, 2, 5, 10, 20, 50, 100) if k * room >= len(self.numbers))
        last = len(self.numbers) - 1
        rows = [i for i in range(0, last + 1, every) if i == last or last - i >= every * 0.6]
        return [(1.0, [i + 0.5 for i in (*rows, *([last] if last not in rows else []))])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers of the layers in these rows."""
        return [str(self.numbers[int(value)]) for value in values]


class ColourBar(QWidget):
    """A vertical scale of colours with powers of ten."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ends = (-6.0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_ends(self, low: float, high: float) -> None:
        """Label the scale from 10**low to 10**high."""
        if (low, high) != self._ends:
            self._ends = (low, high)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the scale and its labels."""
        painter = QPainter(self)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        line = QFontMetricsF(font).height()
        box = QRectF(theme.px(4), line / 2, theme.px(10), self._height() - line / 2)
        table = np.ascontiguousarray(theme.sequential_map()[::-1].reshape(256, 1, 3))
        painter.drawImage(box, QImage(table.tobytes(), 1, 256, 3, QImage.Format.Format_RGB888))
        low, high = self._ends
        painter.setPen(QColor(theme.current().axis))
        for tick in log_ticks(low, high, max(2, int(box.height() / (1.6 * line)))):
            y = box.bottom() - (tick - low) / (high - low) * box.height()
            painter.drawLine(QLineF(box.right(), y, box.right() + theme.px(3), y))
            place = QRectF(box.right() + theme.px(6), y - line / 2, self.width(), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, decimal_text(10.0**tick))

    def _height(self) -> float:
        # The scale ends where the picture beside it does: above the step axis.
        return self.height() - theme.px(8) - self.fontMetrics().height()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedWidth(theme.px(24) + self.fontMetrics().horizontalAdvance("1e-12"))
        self.update()
