"""Round numbers for axes."""

from __future__ import annotations

import math


def nice_step(span: float, count: int) -> float:
    """Return 1, 2 or 5 times a power of ten that divides ``span`` into about ``count`` parts."""
    rough = span / max(count, 1)
    if rough <= 0 or not math.isfinite(rough):
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return min((1, 2, 5, 10), key=lambda m: abs(math.log(m * power / rough))) * power


def linear_ticks(low: float, high: float, count: int) -> tuple[float, list[float]]:
    """Return the distance of about ``count`` round numbers, and these from low to high."""
    spacing = nice_step(high - low, count)
    first, last = math.ceil(low / spacing - 1e-9), math.floor(high / spacing + 1e-9)
    return spacing, [i * spacing for i in range(first, last + 1)]


def tick_text(value: float, spacing: float) -> str:
    """Return a tick's label with as many places as the distance of the ticks needs."""
    places = max(0, -math.floor(math.log10(spacing) + 1e-9))
    return f"{value:,.{places}f}".replace("-", "\N{MINUS SIGN}")
