"""Options, described so that forms, checks and help can be made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from engine.messages import Message, say
from engine.spec.network import Option
from engine.spec.values import is_finite, shown


@dataclass(frozen=True)
class Choice:
    """One value of a field that offers a fixed set.

    Attributes
    ----------
    key : str
        What the file holds.
    title : str
        What people read.
    help : str
        One sentence, with the formula.
    """

    key: str
    title: str
    help: str = ""


@dataclass(frozen=True)
class Field:
    """One option of a layer kind, of a loss, or of something that a person brings.

    Attributes
    ----------
    key : str
        Name in the file.
    title : str
        What people read.
    default : Option
        Value when the file says nothing; its type is the field's type.
    help : str
        One sentence for the tooltip.
    minimum, maximum : float | None
        Bounds of a number, both included.
    unit : str
        Shown behind the number.
    zero : str
        Shown in place of 0 where that leaves the number to the program; empty for a plain 0.
    choices : tuple[Choice, ...]
        The allowed keys of a text field; without any, every text is allowed.
    logarithmic : bool
        Whether a slider for the number should be logarithmic.
    shown_when : tuple[str, tuple[Option, ...]] | None
        Key of another field and its values for which this one has a meaning; None is always.
    holds : str
        What a text without choices is: the name of a ``column`` of a table, or names of several
        ``columns`` with semicolons between; empty for any other text.
    is_rare : bool
        Whether few people need it, so that a form may fold it away.
    """

    key: str
    title: str
    default: Option
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    logarithmic: bool = False
    shown_when: tuple[str, tuple[Option, ...]] | None = None
    holds: Literal["", "column", "columns"] = ""
    is_rare: bool = False
    zero: str = ""

    @property
    def expected(self) -> Message:
        """What a value has to be: ``a whole number from 1 to 64``."""
        if self.choices:
            return say("field.one-of-these")
        if isinstance(self.default, bool):
            return say("field.one-of-them")
        if isinstance(self.default, str):
            return say("field.text")
        if isinstance(self.default, int):
            if self.maximum is None:
                return say("field.whole-from", low=self.minimum)
            return say("field.whole-between", low=self.minimum, high=self.maximum)
        if self.maximum is None:
            return say("field.number-from", low=self.minimum)
        return say("field.number-between", low=self.minimum, high=self.maximum)

    def fault(self, value: object) -> Message | None:
        """Say what is wrong with a value, or return None."""
        if isinstance(self.default, bool):
            return None if isinstance(value, bool) else say("field.not-true-or-false",
                                                            value=shown(value))
        if isinstance(self.default, str):
            return self._choice_fault(value) if self.choices else _text_fault(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return say("field.not-a-number", value=shown(value))
        if isinstance(self.default, int) and not isinstance(value, int):
            return say("field.not-whole", value=shown(value))
        return self._range_fault(value)

    def takes(self, value: object) -> bool:
        """Say whether a value is of the kind of the field's, however large it is."""
        if isinstance(self.default, bool):
            return isinstance(value, bool)
        if isinstance(self.default, str):
            return isinstance(value, str) and (not self.choices or value in self._keys)
        return is_finite(value) and (isinstance(self.default, float) or isinstance(value, int))

    @cached_property
    def _keys(self) -> frozenset[str]:
        """What a text may be; without choices, any."""
        return frozenset(choice.key for choice in self.choices)

    def problem(self, value: object) -> str:
        """Say in words what is wrong with a value, or return an empty text."""
        fault = self.fault(value)
        return "" if fault is None else fault.text

    def _choice_fault(self, value: object) -> Message | None:
        if isinstance(value, str) and value in self._keys:
            return None
        return say("field.none-of", value=shown(value),
                   choices=tuple(choice.key for choice in self.choices))

    def _range_fault(self, value: float) -> Message | None:
        # Written so that NaN, which compares false with everything, is refused.
        if self.minimum is not None and not value >= self.minimum:
            return say("field.below", value=shown(value), limit=self.minimum)
        if self.maximum is not None and not value <= self.maximum:
            return say("field.above", value=shown(value), limit=self.maximum)
        return None if is_finite(value) else say("field.not-finite", value=shown(value))


def _text_fault(value: object) -> Message | None:
    return None if isinstance(value, str) else say("field.not-a-text", value=shown(value))
