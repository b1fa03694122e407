"""Spin boxes for the fields of layers: any number can be typed, and one that is wrong is told."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from engine.layers import Field
from engine.messages import say
from gui.builder.rows_model import signed
from gui.widgets import CalmDoubleSpinBox, CalmSpinBox, plain_number
from gui.widgets.number_box import parsed, written

FARTHEST_WHOLE = 2**31 - 1
FARTHEST = 1e12
"""Where a box for a field without a bound ends."""

NUMBER = re.compile(r"[-+\N{MINUS SIGN}0-9.,eE]*")
State = QValidator.State
Validated = tuple[State, str, int]


class WholeSpinBox(CalmSpinBox):
    """A whole number of a field.

    Parameters
    ----------
    field : Field
        What the number is for.

    Signals
    -------
    refused(str)
        What a person has typed is wrong; why. The number before is back.
    """

    refused = Signal(str)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        low, high = field.minimum, field.maximum
        self.setRange(-FARTHEST_WHOLE if low is None else round(low),
                      FARTHEST_WHOLE if high is None else round(high))

    def validate(self, text: str, position: int) -> Validated:
        """Let every number be typed to its end."""
        return _to_its_end(super().validate(text, position), self.suffix())

    def fixup(self, text: str) -> str:
        """Return what stands for a text that is no number of this box, and say what is wrong."""
        number = _number(text, self.suffix())
        if number is None or not number.is_integer():
            return _refused(self, self._field, text, number)
        return _refused(self, self._field, text, int(number))


class PlainSpinBox(CalmDoubleSpinBox):
    """A number of a field, written as people do: ``−0.2``, not ``-0.20000``.

    Parameters
    ----------
    field : Field
        What the number is for.

    Signals
    -------
    refused(str)
        What a person has typed is wrong; why. The number before is back.
    """

    refused = Signal(str)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self.setDecimals(6)
        self.setRange(-FARTHEST if field.minimum is None else field.minimum,
                      FARTHEST if field.maximum is None else field.maximum)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        return signed(plain_number(value).replace(",", ""))

    def validate(self, text: str, position: int) -> Validated:
        """Let every number be typed to its end."""
        return _to_its_end(super().validate(text, position), self.suffix())

    def fixup(self, text: str) -> str:
        """Return what stands for a text that is no number of this box, and say what is wrong."""
        number = _number(text, self.suffix())
        return _refused(self, self._field, text, number)


def _to_its_end(found: object, suffix: str) -> Validated:
    """Return what Qt says about a text, but that what may become a number is unfinished.

    Else Qt would swallow the digits of ``99999`` that lead beyond the bounds, and leave ``999``.
    """
    assert isinstance(found, tuple)
    state, text, position = found
    may_be_number = NUMBER.fullmatch(text.removesuffix(suffix)) is not None
    return (State.Intermediate if state is State.Invalid and may_be_number else state), \
        text, position


def _number(text: str, suffix: str) -> float | None:
    return parsed(text.removesuffix(suffix).replace("\N{MINUS SIGN}", "-"))


def _refused(box: WholeSpinBox | PlainSpinBox, field: Field, text: str,
             number: float | None) -> str:
    typed = repr(text.removesuffix(box.suffix()))
    fault = say("field.not-a-number", value=typed) if number is None else field.fault(number)
    if fault is not None:
        box.refused.emit(say("field.refused", title=field.title,
                             problem=fault.changed(value=typed)).text)
        return written(float(box.value())) + box.suffix()
    return written(float(number or 0)) + box.suffix()
