"""At which numbers the slider of a field stops."""

from __future__ import annotations

import math

from engine.layers import Field

UNBOUNDED = 1000.0
"""Where a slider ends when its field has no bound; larger numbers can be typed."""
DECADES = 4
"""Decades below its maximum that a logarithmic slider spans when its field may be 0."""
EVERY_WHOLE = 16
"""Up to here a logarithmic slider stops at every whole number, then at four per octave."""


def slider_stops(field: Field) -> tuple[float, ...]:
    """Return the numbers at which a field's slider stops, first to last."""
    low = float(field.minimum if field.minimum is not None else -UNBOUNDED)
    high = float(field.maximum if field.maximum is not None else UNBOUNDED)
    whole = isinstance(field.default, int)
    if not field.logarithmic:
        # Fifty steps or more, of a round width.
        step = 10.0 ** math.floor(math.log10((high - low) / 50) + 1e-9)
        step = max(step, 1.0) if whole else step
        return tuple(float(f"{low + i * step:.10g}") for i in range(round((high - low) / step) + 1))
    if whole:
        octaves = range(2, math.ceil(math.log2(max(high, 2))) + 1)
        quarters = {float(m << k >> 2) for k in octaves for m in (4, 5, 6, 7)}
        small = {float(n) for n in range(EVERY_WHOLE + 1)}
        return tuple(sorted({n for n in quarters | small if low < n < high} | {low, high}))
    foot = low if low > 0 else high / 10**DECADES
    count = round(50 * math.log10(high / foot))
    rising = (float(f"{foot * (high / foot) ** (i / count):.3g}") for i in range(count + 1))
    return tuple(dict.fromkeys((low, *rising)))
