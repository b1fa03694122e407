"""Numbers as the microscope writes them: with the decimal sign of the person's language."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QLocale

MINUS = "\N{MINUS SIGN}"
MOST_PLACES = 7
"""Behind the point; what is smaller is written with a power of ten."""
LARGEST = 1e5


def localized(text: str) -> str:
    """Return a number's text with the language's decimal sign and a true minus."""
    return text.replace("-", MINUS).replace(".", QLocale().decimalPoint())


def places_of(values: Iterable[float]) -> int:
    """Return how many places behind the point a column of numbers needs; -1: powers of ten."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest == 0.0:
        return 4
    if largest >= LARGEST:
        return -1
    power = math.floor(math.log10(largest))
    places = max(4 - power, 0) if power >= 0 else 3 - power
    return places if places <= MOST_PLACES else -1


def number_text(value: float, places: int | None = None) -> str:
    """Return a number with four figures or more, or with places as `places_of` says."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    places = places_of((value,)) if places is None else places
    if places >= 0:
        text = f"{value:.{places}f}"
        return localized(text.lstrip("-") if float(text) == 0 else text)
    mantissa, exponent = f"{value:.3e}".split("e")
    return localized(f"{mantissa}e{int(exponent)}")


def all_digits(value: float) -> str:
    """Return a number with every digit that it has."""
    return localized(repr(float(value)))
