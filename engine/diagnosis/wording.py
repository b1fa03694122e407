"""Numbers as verdicts write them."""

from __future__ import annotations

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def number(value: float, digits: int = 2) -> str:
    """Return a number with so many significant digits: ``0.24``, ``7.9e-6``."""
    text = f"{value:.{digits}g}"
    if 0 < abs(value) < 1e-3 and "e" not in text:
        # Python writes 0.0001 plainly; in a column of powers of ten 1e-4 reads better.
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    if 0 <= int(exponent) < 5:
        return f"{float(text):g}"
    return f"{mantissa}e{int(exponent)}"


def percent(share: float) -> str:
    """Return a share as a percentage, never rounded up to 100 or down to 0: ``31 %``."""
    value = share * 100
    if 0 < abs(value) < 1:
        return f"{number(value, 1)} %"
    return f"{int(value) if value > 99 else round(value)} %"


def count(value: int) -> str:
    """Return a small whole number as a word."""
    return _WORDS[value] if 0 <= value < len(_WORDS) else f"{value:,}"


def power(base: float, exponent: int) -> str:
    """Return a power: ``0.24⁸``."""
    return number(base) + str(exponent).translate(_RAISED)


def indexed(symbol: str, index: int) -> str:
    """Return a symbol with an index: ``g₁``."""
    return symbol + str(index).translate(_LOWERED)
