"""How the numbers of one column are written: what is decimal, what groups, what stands behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.data.numbers import (
    GROUPS,
    Written,
    can_be_both,
    decimal_of,
    fits,
    is_money,
    value_of,
)

_DIGITS = str.maketrans("123456789", "999999999")

_MOSTLY = 0.95
"""Share of the numbers that have to bear the same unit."""

_SHORTENED = 44
"""Of so many numbers with three decimals, one at least would end in 0 and be written shorter."""


_PLURAL = re.compile(r"(?<=[^\W\d_]{2})s$|(?<=[^\W\d_]{3})(?:en?|n)$")


class Ambiguity(NamedTuple):
    """Numbers of which nothing tells whether a sign is decimal or groups thousands.

    Attributes
    ----------
    example : str
        One of them.
    sign : str
        ``,`` or ``.``.
    read, other : float
        How it was read, and how it may be read.
    decimal : str
        The decimal sign by which it would be read so.
    """

    example: str
    sign: str
    read: float
    other: float
    decimal: str


@dataclass(frozen=True)
class Style:
    """How a column writes its numbers.

    Attributes
    ----------
    decimal : str
        ``.`` or ``,``.
    groups : str
        Signs that may group digits.
    shown : bool
        Whether the numbers themselves tell so.
    ambiguous : Ambiguity | None
        What might be meant otherwise.
    """

    decimal: str
    groups: str
    shown: bool = False
    ambiguous: Ambiguity | None = None

    def value(self, written: Written) -> float | None:
        """Return the value of a number, or None if it is not written so."""
        if not fits(written.body, self.decimal, self.groups):
            return None
        return value_of(written, self.decimal)


@dataclass(frozen=True)
class Hints:
    """What else tells how numbers are written.

    Attributes
    ----------
    decimal : str
        The decimal sign to take where nothing tells.
    chosen : bool
        Whether the person said so.
    known : str
        The decimal sign that other columns of the file have without doubt; empty if none has.
    """

    decimal: str
    chosen: bool = False
    known: str = ""


def own_decimal(numbers: Iterable[tuple[Written, int]]) -> str:
    """Return the decimal sign that a column has without doubt; empty if it has none."""
    votes: Counter[str] = Counter()
    seen: dict[tuple[str, bool], str] = {}
    for written, count in numbers:
        key = _shape(written.body), bool(written.exponent)
        if key not in seen:
            seen[key] = decimal_of(written.body, written.exponent)
        votes[seen[key]] += count
    if votes[","] == votes["."]:
        return ""
    return "," if votes[","] > votes["."] else "."


def find_style(numbers: Sequence[tuple[Written, int]], hints: Hints) -> Style:
    """Return how the numbers of a column are written.

    Parameters
    ----------
    numbers : sequence of (Written, int)
        Its different numbers with how often each occurs.
    hints : Hints
        What the file and the person say.

    Notes
    -----
    A number that can be read in one way only decides for all. Where each can be thousands or have
    three decimals (``1,234``), bare whole numbers below 1,000 beside them make thousands of them,
    unless the file has that decimal sign elsewhere; so do zeros at the end of most. What is left
    goes by the file, and is told.
    """
    if hints.chosen:
        return Style(hints.decimal, GROUPS[hints.decimal])
    own = own_decimal(numbers)
    if own:
        return Style(own, GROUPS[own], shown=True)
    both = [(written, count) for written, count in numbers if can_be_both(written.body)]
    if not both:
        decimal = hints.known or hints.decimal
        return Style(decimal, GROUPS[decimal])
    signs = Counter[str]()
    for written, count in both:
        signs["," if "," in written.body else "."] += count
    sign = max(signs, key=lambda key: signs[key])
    return _either(sign, [pair for pair in both if sign in pair[0].body], numbers, hints)


def _either(sign: str, both: Sequence[tuple[Written, int]],
            numbers: Sequence[tuple[Written, int]], hints: Hints) -> Style:
    """Decide about numbers such as ``1,234``."""
    other = "." if sign == "," else ","
    if hints.known == other:
        return Style(other, GROUPS[other])
    thousands, sure = _are_thousands(sign, both, numbers)
    if hints.known == sign:
        # Nobody writes both, but bare whole numbers beside them are odd enough to be told.
        return _styled(sign, sign, both, told=thousands)
    if thousands:
        return _styled(sign, other, both, told=not sure or sign == ".", shown=True)
    bare = any(written.body.isdigit() for written, _ in numbers)
    if sign == "." and not bare and hints.decimal == ".":
        return _styled(sign, ".", both, told=_mostly_rounded(both))
    return _styled(sign, hints.decimal, both, told=True)


def _are_thousands(sign: str, both: Sequence[tuple[Written, int]],
                   numbers: Sequence[tuple[Written, int]]) -> tuple[bool, bool]:
    """Return whether numbers are grouped by this sign, and whether that is beyond doubt."""
    bare = [written.body for written, _ in numbers if written.body.isdigit()]
    if any(len(body.lstrip("0")) > 3 for body in bare):
        return False, False
    total = sum(count for _, count in both)
    if any(body != "0" for body in bare):
        if any(written.body.endswith("0") for written, _ in both):
            # Three decimals are written in full, and then whole numbers have them too.
            return True, True
        return total < _SHORTENED and (sign == "," or total < _SHORTENED // 4), False
    return sign == "," and _mostly_rounded(both), False


def _mostly_rounded(both: Sequence[tuple[Written, int]]) -> bool:
    """Return whether most numbers end in 0, as thousands do more often than three decimals."""
    total = sum(count for _, count in both)
    zeros = sum(count for written, count in both if written.body.endswith("0"))
    return total >= 5 and zeros > 0.6 * total


def _styled(sign: str, decimal: str, both: Sequence[tuple[Written, int]], told: bool,
            shown: bool = False) -> Style:
    if not told:
        return Style(decimal, GROUPS[decimal], shown)
    written = both[0][0]
    turned = "." if decimal == "," else ","
    return Style(decimal, GROUPS[decimal], shown, Ambiguity(
        written.body, sign, value_of(written, decimal), value_of(written, turned), turned))


def find_unit(numbers: Iterable[tuple[Written, int]]) -> str | None:
    """Return the unit that all numbers bear, empty if they are bare, or None if they differ.

    A currency or ``%`` may be left out beside some of them, a word such as ``kg`` beside none but
    zeros: ``12a`` among plain numbers is no 12.
    """
    units: Counter[str] = Counter()
    plain: dict[str, str] = {}
    for written, count in numbers:
        if written.unit or written.body.strip("0"):
            key = _one_of(written.unit)
            plain.setdefault(key, written.unit)
            units[key] += count
    total = units.total()
    borne = {unit: count for unit, count in units.items() if unit}
    if not borne:
        return ""
    unit = max(borne, key=lambda key: borne[key])
    if sum(borne.values()) - borne[unit] > (1 - _MOSTLY) * total:
        return None
    if unit == "%" or is_money(plain[unit]):
        return plain[unit] if 2 * borne[unit] > total else None
    return plain[unit] if borne[unit] >= _MOSTLY * total else None


def bears(written: Written, unit: str) -> bool:
    """Return whether a number has this unit, or none."""
    return not written.unit or _one_of(written.unit) == _one_of(unit)


def _one_of(unit: str) -> str:
    """Return what units have in common that differ in number only: ``year`` and ``years``."""
    lower = unit.lower() if len(unit) > 1 else unit
    return _PLURAL.sub("", lower)


def are_codes(texts: Sequence[str]) -> bool:
    """Return whether digits are codes such as ``01067``: no numbers, since zeros lead them.

    They have the same length, three at least, or nearly all begin with a zero and are long, as
    numbers of telephones do.
    """
    plain = [text.strip("'=\"") for text in texts]
    if not plain or not all(text.isdigit() for text in plain):
        return False
    lengths = {len(text) for text in plain}
    leading = [text for text in plain if text.startswith("0") and len(text) > 1]
    if len(lengths) == 1 and min(lengths) > 2:
        return any(text.strip("0") for text in leading)
    return min(lengths) > 4 and len(leading) >= 0.9 * len(plain) and len(plain) > 1


def _shape(body: str) -> str:
    """Return digits by what matters of them: where signs stand, and whether a zero leads."""
    shape = body.translate(_DIGITS).replace("0", "9")
    return "0" + shape[1:] if body[:1] == "0" else shape


