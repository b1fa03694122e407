"""How English writes what is no number, and joins parts to sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from engine.messages.language import Fault
from engine.messages.numbers import number
from engine.messages.texts import shorten, some

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve")


def plural(number: float) -> int:
    """Return 0 for one thing and 1 for any other number of them."""
    return 0 if number == 1 else 1


def joined(fault: Fault) -> str:
    """Return place, found, expected and remedy as one readable text."""
    text = f"{fault.place}: {fault.found}"
    if fault.expected:
        text += f"; expected {fault.expected}"
    text += "."
    if fault.remedy:
        text += f" {fault.remedy.rstrip('.')}."
    return text


def count(value: int) -> str:
    """Return a small whole number as a word."""
    return _WORDS[value] if 0 <= value < len(_WORDS) else f"{value:,}"


def quote(text: str) -> str:
    """Return a person's text in quotes, shortened, without line breaks or control characters."""
    return repr(shorten(text))


def shape(axes: Sequence[int]) -> str:
    """Return the lengths of axes: ``8x8x1``."""
    return "x".join(map(str, axes))


def listing(parts: Sequence[str], noun: str, nouns: str, most: int = 5) -> str:
    """Return the first parts, and how many more there are of this noun."""
    more = len(parts) - most
    if more <= 0:
        return ", ".join(parts)
    return f"{', '.join(parts[:most])} and {more:,} more {noun if more == 1 else nouns}"


def chain(values: Sequence[float]) -> str:
    """Return values that have become one another: ``0.7 → 30000 → 2.0e+19``."""
    return " → ".join(map(number, values)).replace("inf", "∞").replace("nan", "not a number")


_TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_PARTS = {3: "thousandth", 6: "millionth", 9: "billionth", 12: "trillionth"}

_WORDS_OFF = 0.1
"""Share by which words of one digit may be off."""


def fraction(share: float) -> str:
    """Return a small share in words, ``a two-millionth``; as a number where words are far off."""
    if not 1e-14 < share < 1e-3:
        return number(share)
    text = f"{1 / share:.0e}"
    if abs(float(text) * share - 1) > _WORDS_OFF:
        return number(share)
    digit, decades = text.split("e+")
    first, zeros = int(digit), int(decades)
    more = zeros % 3
    if more == 1:
        many = _TENS[first]
    else:
        hundred = ("hundred",) if more else ()
        many = "-".join((*((_WORDS[first],) if first > 1 else ()), *hundred))
    named = f"{many}-{_PARTS[zeros - more]}".lstrip("-")
    return f"an {named}" if named.startswith("eight") else f"a {named}"


def headline(parts: Sequence[str]) -> str:
    """Return parts with commas between, the first letter a capital."""
    text = ", ".join(parts) or "none"
    return text[:1].upper() + text[1:]


FORMATS: Mapping[str, Callable[..., str]] = MappingProxyType({
    "word": count,
    "name": repr,
    "quote": quote,
    "shape": shape,
    "axes": lambda axes: shape(axes) or "a single number",
    "shapes": lambda shapes: ", ".join(some(list(map(shape, shapes)))),
    "any_shape": lambda shapes: " or ".join(some(list(map(shape, shapes)))),
    "list": lambda parts: ", ".join(some(list(map(str, parts)))) or "none",
    "any": lambda parts: " or ".join(some(list(map(str, parts)))),
    "several": lambda parts: " / ".join(some(list(map(str, parts)))),
    "chain": chain,
    "headline": headline,
    "fraction": fraction,
    "clauses": lambda parts: "; ".join(some(list(map(str, parts)))) or "none",
    "sentences": lambda parts: " ".join(some(list(map(str, parts)))) or "none",
    "listing": listing,
    "quotes": lambda texts, noun, nouns: listing(list(map(quote, texts)), noun, nouns),
})
"""Ways to write values, by the names that templates call them."""
