"""Numbers as sentences write them, with the marks of English: ``1,234.5``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def number(value: float, digits: int = 2) -> str:
    """Return a number with so many significant digits: ``0.24``; like the rows ``7.9e-06``."""
    plain = f"{float(f'{value:.{digits}g}'):.6g}"
    if value == 0 or not math.isfinite(value) or (abs(value) >= 1e-3 and abs(float(plain)) < 1e5):
        return plain
    return f"{value:.{digits - 1}e}"


def magnitude(value: float) -> str:
    """Return a gradient exactly as the network's rows show it: ``7.0e-07``, ``0``."""
    if value == 0:
        return "0"
    return f"{value:.1e}" if math.isfinite(value) else "∞"


def shown(value: float) -> float:
    """Return a gradient as far as the rows show it, so that a reader can calculate with it."""
    return float(f"{value:.1e}")


def logarithm(value: float, digits: int = 1) -> str:
    """Return a power of ten's exponent exactly as the network's rows show it: ``−6.8``."""
    text = f"{value:.{digits}f}" if math.isfinite(value) else f"{value}"[:-3] + "∞"
    return text.replace("-", "−")


def apart(value: float, limit: float, write: Callable[[float, int], str] = number,
          digits: int = 2) -> str:
    """Return a number with enough digits to lie on the same side of a limit as it does."""
    for more in range(digits, digits + 5):
        text = write(value, more)
        read = float(text.replace("−", "-").replace("∞", "inf"))
        if (read < limit, read > limit) == (value < limit, value > limit):
            return text
    return text


def percent(share: float) -> str:
    """Return a share as a percentage, never rounded up to 100 or down to 0: ``31 %``."""
    value = share * 100
    if 0 < abs(value) < 1:
        return f"{number(value, 1)} %"
    if value >= 1e5:
        return f"{number(value)} %"
    return f"{int(value) if value > 99 else round(value)} %"


def indexed(symbol: str, index: int) -> str:
    """Return a symbol with an index: ``g₁``."""
    return symbol + str(index).translate(_LOWERED)


def general(value: float, digits: int = 6) -> str:
    """Return a number with at most so many significant digits: ``0.25``, ``1e+30``."""
    return f"{value:.{digits}g}"


def figure(value: float, digits: int = 3) -> str:
    """Return a number as a table of a person's data would show it: ``1,270,000``, ``0.0125``."""
    rounded = float(f"{value:.{digits}g}")
    if abs(rounded) < 10 ** (digits - 1) or abs(rounded) >= 1e12 or not math.isfinite(rounded):
        return general(value, digits)
    return f"{rounded:,.0f}"


def bytes_in_mib(value: float) -> str:
    """Return bytes in MiB, without their unit: ``1,024``."""
    return f"{value / 2**20:,.0f}"


NUMBERS: Mapping[str, Callable[..., str]] = MappingProxyType({
    "number": number, "magnitude": magnitude, "logarithm": logarithm, "percent": percent,
    "general": general, "figure": figure, "mib": bytes_in_mib,
    "index": lambda value: indexed("", value), "apart": apart,
    "whole": lambda value: f"{value:,}",
    "fixed": lambda value, digits: f"{value:,.{digits}f}",
    "scientific": lambda value, digits: f"{value:.{digits}e}",
    "share": lambda value: f"{value:.0%}",
})
"""Ways to write a number, by the names that templates call them."""
