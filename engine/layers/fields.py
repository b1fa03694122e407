"""The options of a layer kind, described so that forms, checks and help can be made of them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.layers.issue import is_finite, shown
from engine.spec import Option


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
    """One option of a layer kind.

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
    choices : tuple[Choice, ...]
        The allowed keys of a text field.
    logarithmic : bool
        Whether a slider for the number should be logarithmic.
    shown_when : tuple[str, tuple[Option, ...]] | None
        Key of another field and its values for which this one has a meaning; None is always.
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

    @property
    def expected(self) -> str:
        """What a value has to be: ``a whole number from 1 to 64``."""
        if self.choices:
            return "one of these"
        if isinstance(self.default, bool):
            return "one of them"
        low = "" if self.minimum is None else f" from {self.minimum:g}"
        high = " on" if self.maximum is None else f" to {self.maximum:g}"
        return ("a whole number" if isinstance(self.default, int) else "a number") + low + high

    def problem(self, value: object) -> str:
        """Say what is wrong with a value, or return an empty text."""
        if isinstance(self.default, bool):
            return "" if isinstance(value, bool) else f"{value!r} is not true or false"
        if isinstance(self.default, str):
            return self._choice_problem(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"{value!r} is not a number"
        if isinstance(self.default, int) and not isinstance(value, int):
            return f"{value!r} is not a whole number"
        return self._range_problem(value)

    def _choice_problem(self, value: object) -> str:
        if isinstance(value, str) and any(value == choice.key for choice in self.choices):
            return ""
        return f"{value!r} is none of " + ", ".join(choice.key for choice in self.choices)

    def _range_problem(self, value: float) -> str:
        # Written so that NaN, which compares false with everything, is refused.
        if self.minimum is not None and not value >= self.minimum:
            return f"{shown(value)} is below {self.minimum:g}"
        if self.maximum is not None and not value <= self.maximum:
            return f"{shown(value)} is above {self.maximum:g}"
        return "" if is_finite(value) else f"{shown(value)} is not finite"
