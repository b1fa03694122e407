"""Boxes for exact numbers: a ladder of usual ones, or none, and room for any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.messages import Message, say
from gui import theme
from gui.widgets import LabelledCombo
from gui.widgets.number_line import NumberLine

Check = Callable[[float], Message | None]
"""Returns what is wrong with a number, or None."""


def parsed(text: str) -> float | None:
    """Return the number that a person has written, with a decimal point or comma; None if none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def written(value: float) -> str:
    """Return a number in a short form that `parsed` reads as the same: ``0.0001``, ``1e-5``."""
    if value == 0 or 1e-4 <= abs(value) < 1e7:
        text = f"{value:.12f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:.6g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return text if parsed(text) == value else repr(value)


class NumberBox(NumberLine):
    """A number to type. A wrong one is put back when the box is left.

    Parameters
    ----------
    name : str
        Accessible name.
    check : callable
        Says what is wrong with a number.

    Signals
    -------
    edited(float)
        A person has typed another number.
    refused(str)
        What a person has typed is wrong; why.
    """

    edited = Signal(float)
    refused = Signal(str)

    def __init__(self, name: str, check: Check, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._check = check
        self._name = name
        self._value = 0.0
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedWidth(theme.px(84))
        self.editingFinished.connect(self._on_editing_finished)

    def value(self) -> float:
        """Return the number."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show a number without emitting."""
        self._value = value
        self.show_text(written(value))

    @Slot()
    def _on_editing_finished(self) -> None:
        value = parsed(self.text())
        typed = repr(self.text())
        fault = (say("field.not-a-number", value=typed) if value is None else
                 self._check(value))
        if fault is not None:
            self.set_value(self._value)
            self.refused.emit(say("field.refused", title=self._name,
                                  problem=fault.changed(value=typed)).text)
        elif value is not None and value != self._value:
            self.set_value(value)
            self.edited.emit(value)


class NumberCombo(LabelledCombo):
    """A ladder of usual numbers in which a person may also type any other.

    Parameters
    ----------
    label : str
        Name of the setting.
    ladder : Sequence[float]
        The usual numbers, ascending.
    tooltip : str
        One sentence, with the formula.

    Signals
    -------
    number_changed(float)
        A person has chosen or typed another number.
    refused(str)
        What a person has typed is wrong; why.
    """

    number_changed = Signal(float)
    refused = Signal(str)

    def __init__(self, label: str, ladder: Sequence[float], tooltip: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(label, [(repr(number), written(number)) for number in ladder],
                         tooltip=tooltip, parent=parent)
        self._name = label
        self._number = ladder[0]
        self._ladder = list(ladder)
        self.line = NumberLine()
        self.line.setAccessibleName(label)
        # The box around it has the border already.
        self.line.setStyleSheet("border: none; padding: 0; background: transparent;")
        self.combo.setLineEdit(self.line)
        # The line takes the keyboard by the policy of the box around it.
        self.combo.setFocusPolicy(Qt.FocusPolicy.ClickFocus | Qt.FocusPolicy.TabFocus)
        self.combo.setInsertPolicy(self.combo.InsertPolicy.NoInsert)
        self.combo.setCompleter(None)  # type: ignore[arg-type]
        self.value_changed.connect(self._on_value_changed)
        self.line.editingFinished.connect(self._on_editing_finished)

    def number(self) -> float:
        """Return the number."""
        return self._number

    def set_number(self, number: float) -> None:
        """Show a number without emitting, be it on the ladder or not."""
        self._number = number
        with QSignalBlocker(self.combo):
            index = self._ladder.index(number) if number in self._ladder else -1
            self.combo.setCurrentIndex(index)
            self.line.show_text(written(number))

    @Slot(str)
    def _on_value_changed(self, key: str) -> None:
        self._take(float(key))

    @Slot()
    def _on_editing_finished(self) -> None:
        number = parsed(self.combo.currentText())
        if number is None or not 0 <= number < float("inf"):
            typed = self.combo.currentText()
            self.set_number(self._number)
            self.refused.emit(f"{self._name}: {typed!r} is not a number from 0 on.")
        else:
            self._take(number)

    def _take(self, number: float) -> None:
        before = self._number
        self.set_number(number)
        if number != before:
            self.number_changed.emit(number)
