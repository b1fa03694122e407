"""The inspector's marks of a pair: where edits go, and what the other run has instead."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gui import theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
DOT = 5
"""Px of the dot before the other run's value."""


class PairChip(QWidget):
    """Says which run is edited, and which layer of it. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = self.place = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_edited(self, key: str, place: str) -> None:
        """Show the run's key, and where the layer is."""
        self.text, self.place = f"Edits go to {key}", place
        self.setAccessibleName(f"{self.text}, {place}" if place else self.text)
        self.setToolTip(f"<p>What is changed here, and in the network, is changed in {key} alone; "
                        "the other run stays as it is.</p>")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens, px = QPainter(self), theme.current(), theme.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_soft))
        painter.drawRoundedRect(self.rect(), px(5), px(5))
        font = QFont(self.font())
        font.setPixelSize(px(11))
        box = self.rect().adjusted(px(8), 0, -px(8), 0)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        painter.drawText(box, RIGHT, self.place)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(tokens.accent))
        painter.drawText(box, LEFT, self.text)


class OtherValue(QAbstractButton):
    """The other run's value of a field, which a click takes over. GUI thread only."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_value(self, key: str, value: str) -> None:
        """Show what a run has."""
        self.setText(f"{key}: {value}")
        self.setAccessibleName(f"Take over from {key}: {value}")
        self.setToolTip(f"<p>{key} has {value}. Click to take it over.</p>")
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        return QSize(metrics.horizontalAdvance(self.text()) + theme.px(DOT + 8), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px = QPainter(self), theme.px
        colour = QColor(theme.current().accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        side = px(DOT)
        painter.drawEllipse(QRect(px(1), (self.height() - side) // 2, side, side))
        font = self._font()
        font.setUnderline(self.underMouse() or self.hasFocus())
        painter.setFont(font)
        painter.setPen(colour)
        box = self.rect().adjusted(side + px(5), 0, 0, 0)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight,
                                                box.width())
        painter.drawText(box, LEFT, text)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme.px(11))
        return font
