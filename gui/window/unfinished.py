"""What is being typed is taken before a press elsewhere, or a shortcut, acts on it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QMouseEvent, QWindow
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget


class Unfinished(QObject):
    """Ends typing in time. GUI thread only.

    Buttons are pressed without taking the keyboard, so that Space goes on to run and pause. A
    number that is typed, and not entered, would stand in its field and not be what Run trains with.

    Parameters
    ----------
    parent : QObject
        Qt's owner. All windows of the program are watched, once they have the keyboard.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.focusWindowChanged.connect(self._on_focus_window_changed)

    def watch(self, actions: Iterable[QAction]) -> None:
        """Take what is typed before one of these acts because of its keys."""
        for action in actions:
            action.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Shortcut:
            finish_typing()
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            field = _field()
            if field is not None and field.window().windowHandle() == watched:
                window = field.window()
                pressed = window.childAt(event.position().toPoint()) or window
                if pressed is not field and not field.isAncestorOf(pressed):
                    field.clearFocus()
        return False

    @Slot(QWindow)
    def _on_focus_window_changed(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)


def finish_typing() -> None:
    """Take what is being typed, and let the person go on typing."""
    field = _field()
    if field is not None:
        field.clearFocus()
        field.setFocus(Qt.FocusReason.OtherFocusReason)


def _field() -> QWidget | None:
    """Return what is typed into."""
    focus = QApplication.focusWidget()
    if isinstance(focus, QLineEdit | QAbstractSpinBox) or (
            isinstance(focus, QComboBox) and focus.isEditable()):
        return focus
    return None
