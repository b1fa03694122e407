"""The logarithmic axis that all gradient bars share."""

from __future__ import annotations

import math
from collections.abc import Iterable

from engine.diagnosis.measures import Quantity, figure_of
from engine.telemetry.snapshot import LayerReading

LOWEST, HIGHEST = -8.0, 1.0
"""Decades that are always in view."""
DEEPEST, TOP = -320.0, 310.0
"""Decades that float64 has."""
BAND_ROOM = 2
"""Decades beyond the RMS values that the axis opens for the bands; what lies further is cut."""
TICK_SPACING = 36
"""Least distance in px, at 13 px text, of two decades that have a line and a label."""
STEPS = (1, 2, 3, 4, 6, 8, 10, 20, 50, 100, 200)
"""Decades from one tick to the next."""
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

    def fit(self, readings: Iterable[LayerReading], glide: bool,
            quantity: Quantity = "weights", expected: Iterable[float] = ()) -> bool:
        """Move the ends to hold all RMS values, and the bands where they reach not much further.

        Returns whether the ends have moved.

        Parameters
        ----------
        readings : iterable of LayerReading
            What is in view.
        glide : bool
            Whether to go part of the way, as fits a picture that will be drawn again soon.
        quantity : str
            Which gradient is in view; that of activations has no bands.
        expected : iterable of float
            Gradients that are marked beside them.
        """
        shown = tuple(readings)
        values = _decades(figure_of(reading, quantity) for reading in shown)
        values += _decades(expected)
        low = min([LOWEST, *map(math.floor, values)])
        high = max([HIGHEST, *map(math.ceil, values)])
        if values and quantity == "weights":
            lows = _decades(reading.gradient_low for reading in shown)
            highs = _decades(reading.gradient_high for reading in shown)
            least, most = math.floor(min(values)) - BAND_ROOM, math.ceil(max(values)) + BAND_ROOM
            low = min([low, *(max(math.floor(decade), least) for decade in lows)])
            high = max([high, *(min(math.ceil(decade), most) for decade in highs)])
        low, high = max(low, DEEPEST), min(high, TOP)
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

    def holds(self, value: float) -> bool:
        """Say whether a magnitude lies between the ends rather than beyond them."""
        return 0 < value < math.inf and self.low <= math.log10(value) <= self.high

    def ticks(self, length: float, spacing: float) -> list[tuple[int, float]]:
        """Return decades at least ``spacing`` px apart, with their share of the axis."""
        span = self.high - self.low
        step = next((s for s in STEPS if length * s / span >= spacing), STEPS[-1])
        first = math.ceil(self.low / step) * step
        return [(decade, (decade - self.low) / span)
                for decade in range(first, math.floor(self.high) + 1, step)]


def decade_text(decade: int) -> str:
    """Return a power of ten as it stands at an axis: ``10⁻⁸``, ``1``, ``10``."""
    return {0: "1", 1: "10"}.get(decade, "10" + str(decade).translate(SUPERSCRIPTS))


def _decades(values: Iterable[float]) -> list[float]:
    return [math.log10(value) for value in values if 0 < value < math.inf]


def _step(now: float, goal: float, glide: bool) -> float:
    if not glide or abs(goal - now) < 0.05:
        return float(goal)
    return now + (goal - now) * GLIDE
