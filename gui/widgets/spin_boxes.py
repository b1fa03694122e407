"""Boxes for numbers with steps up and down."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from gui import theme

SPIN_INSET_PX = 8


class _TextInset(QObject):
    """Keeps a spin box's text away from its left border, whatever the interface size.

    A style sheet's padding does not do it: Qt lets the text of a spin box begin at its left edge.
    """

    def __init__(self, spin: QAbstractSpinBox) -> None:
        super().__init__(spin)
        self._line = spin.findChild(QLineEdit)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        if self._line is not None:
            self._line.setTextMargins(theme.px(SPIN_INSET_PX), 0, 0, 0)


class _Typing(QObject):
    """Lets a spin box be written into as `NumberLine` is, whichever of the two a number stands in.

    The click that enters it selects all, Esc takes back what is typed, and who came with a click is
    done with Return.
    """

    def __init__(self, spin: QSpinBox | QDoubleSpinBox) -> None:
        super().__init__(spin)
        self._spin = spin
        self._line = spin.lineEdit()
        self._came_by_click = self._is_entering = False
        spin.installEventFilter(self)
        self._line.installEventFilter(self)
        self._line.returnPressed.connect(self._on_return_pressed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._line:
            if event.type() == QEvent.Type.MouseButtonRelease and self._is_entering:
                self._is_entering = False
                if not self._line.hasSelectedText():
                    self._line.selectAll()
            return False
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusIn:
            self._came_by_click = event.reason() == Qt.FocusReason.MouseFocusReason
            self._is_entering = self._came_by_click
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            shown = self._shown()
            if self._line.text() != shown:
                if event.type() == QEvent.Type.KeyPress:
                    self._line.setText(shown)
                    self._line.selectAll()
                # Kept from the window's shortcuts, too.
                event.accept()
                return True
        return False

    def _shown(self) -> str:
        """Return how the number is written that the box holds."""
        spin = self._spin
        text = spin.textFromValue(spin.value())  # type: ignore[arg-type]
        return f"{spin.prefix()}{text}{spin.suffix()}"

    @Slot()
    def _on_return_pressed(self) -> None:
        if self._came_by_click:
            self._line.deselect()
            self._spin.clearFocus()


class CalmSpinBox(QSpinBox):
    """A whole number to type, which leaves the wheel to the panel it scrolls with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _TextInset(self)
        _Typing(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()


class CalmDoubleSpinBox(QDoubleSpinBox):
    """A number to type, which leaves the wheel to the panel it scrolls with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _TextInset(self)
        _Typing(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()
