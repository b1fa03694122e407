"""The logarithmic axis that all gradient bars share."""

from __future__ import annotations

import math
from collections.abc import Iterable

from engine.telemetry.snapshot import LayerReading

LOWEST, HIGHEST = -8.0, 1.0
"""Decades that are always in view."""
DEEPEST, TOP = -320.0, 310.0
"""Decades that float64 has."""
GLIDE = 0.3
"""Share of the way to its new ends that the axis goes per frame."""
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class GradientAxis:
    """Maps magnitudes to 0..1 between two decades that follow the numbers in view.

    Attributes
    ----------
    low, high : float
        log10 of the ends.
    """

    def __init__(self) -> None:
        self.low, self.high = LOWEST, HIGHEST

    def fit(self, readings: Iterable[LayerReading], glide: bool) -> bool:
        """Move the ends to hold all gradients; say whether they have moved.

        Parameters
        ----------
        readings : iterable of LayerReading
            What is in view.
        glide : bool
            Whether to go part of the way, as fits a picture that will be drawn again soon.
        """
        decades = [math.log10(value) for reading in readings
                   for value in (reading.gradient_rms, reading.gradient_low, reading.gradient_high)
                   if 0 < value < math.inf]
        low = max(min([LOWEST, *map(math.floor, decades)]), DEEPEST)
        high = min(max([HIGHEST, *map(math.ceil, decades)]), TOP)
        before = self.low, self.high
        self.low, self.high = _step(self.low, low, glide), _step(self.high, high, glide)
        return before != (self.low, self.high)

    def share(self, value: float) -> float:
        """Return where a magnitude lies, 0 at the low end and 1 at the high one."""
        if not value > 0:
            return 0.0
        if math.isinf(value):
            return 1.0
        return min(max((math.log10(value) - self.low) / (self.high - self.low), 0.0), 1.0)

    def ticks(self, length: float, spacing: float) -> list[tuple[int, float]]:
        """Return decades at least ``spacing`` px apart, with their share of the axis."""
        span = self.high - self.low
        step = next((s for s in (1, 2, 3, 4, 6, 8, 10, 20, 50, 100) if length * s / span >= spacing), 200)
        first = math.ceil(self.low / step) * step
        return [(decade, (decade - self.low) / span)
                for decade in range(first, math.floor(self.high) + 1, step)]


def decade_text(decade: int) -> str:
    """Return a power of ten as it stands at an axis: ``10⁻⁸``, ``1``, ``10``."""
    return {0: "1", 1: "10"}.get(decade, "10" + str(decade).translate(SUPERSCRIPTS))


def _step(now: float, goal: float, glide: bool) -> float:
    if not glide or abs(goal - now) < 0.05:
        return float(goal)
    return now + (goal - now) * GLIDE
