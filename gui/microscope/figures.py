"""Numbers as the microscope writes them: with the decimal sign of the person's language."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QLocale

MINUS = "\N{MINUS SIGN}"
MOST_PLACES = 7
"""Behind the point; what is smaller is written with a power of ten."""
LARGEST = 1e5
FEWEST = 9.5
"""In units of a column's last place: what is smaller would have one figure, or none."""


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
    """Return a number with four figures or more, or with places as `places_of` says.

    One that stands alone and is whole has no places.
    What is too small for the places of its column keeps two figures, with a power of ten.
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    if value == 0:
        # A nought alone: what is written with places is none.
        return "0"
    if places is None:
        if value == round(value) and abs(value) < LARGEST:
            return localized(f"{value:.0f}")
        places = places_of((value,))
    elif places >= 0 and abs(value) < FEWEST * 10.0 ** -places:
        return _with_power(value, 1)
    if places < 0:
        return _with_power(value, 3)
    return localized(f"{value:.{places}f}")


def _with_power(value: float, places: int) -> str:
    mantissa, exponent = f"{value:.{places}e}".split("e")
    return localized(f"{mantissa}e{int(exponent)}")


def all_digits(value: float) -> str:
    """Return a number with every digit that it has."""
    return localized(repr(float(value)))
