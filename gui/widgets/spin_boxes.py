"""Boxes for numbers with steps up and down."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QWidget

from gui import theme
from gui.widgets.number_line import NumberLine

SPIN_INSET_PX = 8


class _SpinLine(NumberLine):
    """The line of a spin box: written into as every number is, and away from its left border.

    A style sheet's padding does not do that: Qt lets the text of a spin box begin at its left edge.
    """

    def __init__(self, spin: QSpinBox | QDoubleSpinBox) -> None:
        super().__init__(spin)
        self._spin = spin
        # A spin box keeps Return for itself, and tells when it is done with it.
        self.returnPressed.connect(self.leave)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def shown(self) -> str:
        spin = self._spin
        text = spin.textFromValue(spin.value())  # type: ignore[arg-type]
        return f"{spin.prefix()}{text}{spin.suffix()}"

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setTextMargins(theme.px(SPIN_INSET_PX), 0, 0, 0)


class CalmSpinBox(QSpinBox):
    """A whole number to type, which leaves the wheel to the panel it scrolls with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineEdit(_SpinLine(self))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()


class CalmDoubleSpinBox(QDoubleSpinBox):
    """A number to type, which leaves the wheel to the panel it scrolls with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineEdit(_SpinLine(self))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()
