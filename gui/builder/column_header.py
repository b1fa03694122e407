"""The headings above the network's rows, with the decades of the gradient axis."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme
from gui.builder.axis import GradientAxis, decade_text
from gui.builder.columns import Columns
from gui.builder.rows_tips import COLUMN_TIPS

TITLES = {"card": "Layer", "histogram": "Activations", "gradient": "Gradient RMS",
          "update": "Δw/w"}
TICK_SPACING = 36


class ColumnHeader(QWidget):
    """Headings that keep to the columns of the rows below. GUI thread only.

    Parameters
    ----------
    columns : callable
        Returns where the columns are now.
    axis : GradientAxis
        The axis whose decades are shown.
    """

    def __init__(self, columns: Callable[[], Columns], axis: GradientAxis,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns, self._axis = columns, axis
        self.setAccessibleName("Columns: layer, activations, gradient RMS, update to weight")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), theme.px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        columns, tokens, px = self._columns(), theme.current(), theme.px
        font = QFont(self.font())
        font.setPixelSize(px(12))
        painter.setFont(font)
        painter.setPen(QColor(tokens.text_muted))
        line = QRect(0, 0, self.width(), px(17))
        for name, title in TITLES.items():
            side = Qt.AlignmentFlag.AlignRight if name == "update" else Qt.AlignmentFlag.AlignLeft
            painter.drawText(columns.rect(name, line), side | Qt.AlignmentFlag.AlignVCenter, title)
        font.setPixelSize(px(10))
        painter.setFont(font)
        self._paint_decades(painter, columns.rect("gradient", line).translated(0, px(16)))

    def _paint_decades(self, painter: QPainter, box: QRect) -> None:
        half = theme.px(TICK_SPACING) // 2
        for decade, share in self._axis.ticks(box.width(), theme.px(TICK_SPACING)):
            x = box.left() + round(share * (box.width() - 1))
            side = Qt.AlignmentFlag.AlignHCenter
            spot = QRect(x - half, box.top(), 2 * half, box.height())
            if share < 0.02:
                side, spot = Qt.AlignmentFlag.AlignLeft, spot.translated(half, 0)
            painter.drawText(spot, side | Qt.AlignmentFlag.AlignVCenter, decade_text(decade))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = COLUMN_TIPS[self._columns().name_at(event.pos().x())]
            QToolTip.showText(event.globalPos(), f"<p>{text}</p>", self)
            return True
        return super().event(event)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
