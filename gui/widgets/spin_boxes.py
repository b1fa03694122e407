"""Boxes for numbers with steps up and down."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from gui import theme
from gui.widgets.number_line import NumberLine

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


class _SpinLine(NumberLine):
    """The line of a spin box, written into as every number is."""

    def __init__(self, spin: QSpinBox | QDoubleSpinBox) -> None:
        super().__init__(spin)
        self._spin = spin
        # A spin box keeps Return for itself, and tells when it is done with it.
        self.returnPressed.connect(self.leave)

    def shown(self) -> str:
        spin = self._spin
        text = spin.textFromValue(spin.value())  # type: ignore[arg-type]
        return f"{spin.prefix()}{text}{spin.suffix()}"


class CalmSpinBox(QSpinBox):
    """A whole number to type, which leaves the wheel to the panel it scrolls with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineEdit(_SpinLine(self))
        _TextInset(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()


class CalmDoubleSpinBox(QDoubleSpinBox):
    """A number to type, which leaves the wheel to the panel it scrolls with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineEdit(_SpinLine(self))
        _TextInset(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()
