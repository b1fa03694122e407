"""Chooses which gradient the network's rows show."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from engine.diagnosis.measures import Quantity
from gui import theme

WORDS: Mapping[Quantity, str] = {"weights": "∂L/∂W", "activations": "∂L/∂a"}
TIPS: Mapping[Quantity, str] = {
    "weights": "Shows ∂L/∂W, what a layer’s weights receive on the last training batch. It can "
               "look even while activations grow and ∂L/∂a shrinks, or the other way round: a "
               "weight’s gradient is the product of both. Click for ∂L/∂a.",
    "activations": "Shows ∂L/∂a, what a layer’s outputs receive on the fixed batch: the signal "
                   "that backpropagation carries from layer to layer. Click for ∂L/∂W.",
}


class QuantitySwitch(QAbstractButton):
    """A word that is another one after each click. GUI thread only.

    Signals
    -------
    chosen(str)
        A person wants ``weights`` or ``activations``.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.quantity: Quantity = "weights"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_switch_clicked)
        self._show_quantity()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        width = max(metrics.horizontalAdvance(word) for word in WORDS.values())
        return QSize(width + theme.px(26), theme.px(17))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px, painter = theme.current(), theme.px, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = self.underMouse() or self.hasFocus()
        painter.setPen(QColor(tokens.accent if marked else tokens.border_strong))
        painter.setBrush(QColor(tokens.surface_raised if marked else tokens.surface))
        box = self.rect().adjusted(0, 0, -1, -1)
        painter.drawRoundedRect(box, px(4), px(4))
        painter.setFont(self._font())
        painter.setPen(QColor(tokens.text))
        words = box.adjusted(px(5), 0, -px(16), 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                         self.text())
        side = px(10)
        spot = QRect(box.right() - side - px(3), box.center().y() - side // 2, side, side)
        theme.icon("repeat", tokens.text_muted).paint(painter, spot)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme.px(11))
        return font

    def _show_quantity(self) -> None:
        self.setText(WORDS[self.quantity])
        self.setToolTip(f"<p>{TIPS[self.quantity]}</p>")
        self.setAccessibleName(f"Gradient shown: {WORDS[self.quantity]}")
        self.update()

    @Slot()
    def _on_switch_clicked(self) -> None:
        self.quantity = "activations" if self.quantity == "weights" else "weights"
        self._show_quantity()
        self.chosen.emit(self.quantity)
