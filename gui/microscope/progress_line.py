"""A thin line that says how far something has come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui import theme

HEIGHT = 4


class ProgressLine(QWidget):
    """A line of which a part is filled.

    Unlike Qt's progress bar it does not paint at once when it is set: all parts of a page that
    move together are painted together.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0.0
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def share(self) -> float:
        """Which part is filled, 0 to 1."""
        return self._share

    def set_share(self, share: float) -> None:
        """Fill another part."""
        self._share = share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        tokens, radius = theme.current(), self.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        painter.setBrush(QColor(tokens.border))
        painter.drawRoundedRect(whole, radius, radius)
        painter.setBrush(QColor(tokens.accent))
        whole.setWidth(whole.width() * self._share)
        painter.drawRoundedRect(whole, radius, radius)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        self.update()
