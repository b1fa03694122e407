"""A line to write a number into."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class NumberLine(QLineEdit):
    """A line with a number: the click that enters it selects all, and Esc takes back what is typed.

    Where there is nothing to take back, Esc is left to what the line stands in. Who came with a
    click is done with Return, and keys drive the window again.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self._came_by_click = self._is_entering = False

    def shown(self) -> str:
        """Return the text that Esc comes back to."""
        return self._shown

    def show_text(self, text: str) -> None:
        """Show a text from its beginning; Esc comes back to it."""
        self._shown = text
        self.setText(text)
        self.setCursorPosition(0)

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the window's shortcuts while there is something to take back."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and event.key() == Qt.Key.Key_Escape and self._is_changed():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take back what has been typed on Esc; leave after Return, if a click came here."""
        if event.key() == Qt.Key.Key_Escape and self._is_changed():
            self.show_text(self.shown())
            self.selectAll()
            event.accept()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leave()

    @Slot()
    def leave(self) -> None:
        """Give up the keyboard, if a click has brought it."""
        if self._came_by_click:
            (self.focusProxy() or self).clearFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Note whether a click brings the keyboard here."""
        super().focusInEvent(event)
        self._is_entering = event.reason() == Qt.FocusReason.MouseFocusReason
        if event.reason() == Qt.FocusReason.OtherFocusReason:
            # It is given back: what is typed next is another number, and no digits before this one.
            self.selectAll()
        else:
            self._came_by_click = self._is_entering

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select all at the end of that click, so that the next key begins another number."""
        super().mouseReleaseEvent(event)
        if self._is_entering and not self.hasSelectedText():
            self.selectAll()
        self._is_entering = False

    def _is_changed(self) -> bool:
        return not self.isReadOnly() and self.text() != self.shown()
