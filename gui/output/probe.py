"""A view in which a spot is pointed at, with the pointer or with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme

MOVES = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
         Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}


class ProbeView(QWidget):
    """Keeps what is pointed at; a subclass draws it and says where a key leads.

    The keyboard comes by Tab. The pointer goes before it, and forgets its spot when it leaves.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pointed: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        theme.notifier().changed.connect(self._on_theme_changed)

    def point_at(self, spot: QPointF | None) -> None:
        """Point at a spot, in px, or at none."""
        self.pointed = spot
        self.update()

    def moved(self, spot: QPointF | None, across: int, up: int) -> QPointF | None:
        """Return where an arrow key leads from a spot, or from none; None for no move."""
        return spot

    def draw_focus(self, painter: QPainter) -> None:
        """Draw a ring around the view while it has the keyboard; the last thing to be painted."""
        if self.hasFocus():
            wide = theme.px(2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.current().focus), wide))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = QRectF(self.rect()).adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2)
            painter.drawRoundedRect(frame, theme.px(6), theme.px(6))

    def event(self, event: QEvent) -> bool:
        """Keep the arrow keys from the window, which steps with them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) \
                and _is_move(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrow keys."""
        if event.key() == Qt.Key.Key_Escape and self.pointed is not None:
            self.point_at(None)
        elif _is_move(event):
            self.point_at(self.moved(self.pointed, *MOVES[Qt.Key(event.key())]))
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at what is below the pointer."""
        super().mouseMoveEvent(event)
        self.point_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self.point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing when the keyboard leaves."""
        super().focusOutEvent(event)
        if not self.underMouse():
            self.pointed = None
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.dress()
        self.update()

    def dress(self) -> None:
        """Take colours from the theme."""


def _is_move(event: QKeyEvent) -> bool:
    # Keys of a keypad count as arrows too; with Alt and the like they belong to the window.
    others = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in MOVES and others == Qt.KeyboardModifier.NoModifier
