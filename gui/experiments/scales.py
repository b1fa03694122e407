"""Where the values of an axis stand: evenly, by decades, or one beside the other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.experiments.map_verdict import value_text
from engine.experiments.paths import Value
from gui.widgets import linear_ticks, tick_text

LINEAR, LOG, NAMES = "linear", "log", "names"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MOST_WRITTEN = 4
"""Decades either side of 1 that are written out."""

Tick = tuple[float, str]
"""A place, and what is written there."""


@dataclass(frozen=True)
class Scale:
    """Values and where they stand.

    Attributes
    ----------
    title : str
        What the axis turns.
    values : tuple
        In their order along the axis.
    kind : str
        ``linear``, ``log`` or ``names``: as far from one another as their differences, or as their
        ratios, or all alike.
    """

    title: str
    values: tuple[Value, ...]
    kind: str

    @cached_property
    def places(self) -> tuple[float, ...]:
        """Where the values stand."""
        if self.kind == NAMES:
            return tuple(float(place) for place in range(len(self.values)))
        return tuple(self.place(value) for value in self.values)

    def place(self, value: Value) -> float:
        """Return where a value stands, one of the axis or, of numbers, any other; NaN: nowhere."""
        if self.kind == NAMES:
            return float(self.values.index(value)) if value in self.values else math.nan
        number = float(value)
        if self.kind == LINEAR:
            return number
        return math.log10(number) if number > 0 else math.nan

    def number(self, place: float) -> float:
        """Return the number that stands at a place."""
        return 10.0 ** place if self.kind == LOG else place

    @cached_property
    def borders(self) -> tuple[float, ...]:
        """Where the cell of one value ends and the next begins, one more than there are values."""
        places = self.places
        if len(places) < 2:
            return tuple(place + side for place in places[:1] for side in (-0.5, 0.5))
        middles = [(low + high) / 2 for low, high in itertools.pairwise(places)]
        return (2 * places[0] - middles[0], *middles, 2 * places[-1] - middles[-1])

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the first cell begins and the last one ends."""
        return self.borders[0], self.borders[-1]

    def cell(self, value: Value) -> tuple[float, float]:
        """Return where a value's cell begins and ends."""
        at = self.values.index(value)
        return self.borders[at], self.borders[at + 1]

    def at(self, place: float) -> int | None:
        """Return the number of the value whose cell a place lies in; None outside."""
        for number, (low, high) in enumerate(zip(self.borders, self.borders[1:], strict=False)):
            if low <= place < high:
                return number
        return None

    def within(self, low: float, high: float) -> tuple[Value, ...]:
        """Return the values that stand between two places."""
        return tuple(value for value, place in zip(self.values, self.places, strict=True)
                     if low <= place <= high)

    def ticks(self, count: int) -> list[Tick]:
        """Return about so many places and what is written there."""
        if self.kind == NAMES:
            every = max(1, math.ceil(len(self.values) / max(count, 1)))
            return [(self.places[at], value_text(self.values[at]))
                    for at in range(0, len(self.values), every)]
        low, high = self.places[0], self.places[-1]
        if self.kind == LOG:
            return decade_ticks(low, high, count)
        spacing, found = linear_ticks(low, high, count)
        return [(value, tick_text(value, spacing)) for value in found]

    def value_ticks(self, count: int) -> list[Tick]:
        """Return the values themselves where there are so few; else as `ticks`."""
        if len(self.values) > count:
            return self.ticks(count)
        return [(place, value_text(value))
                for place, value in zip(self.places, self.values, strict=True)]


def scale_of(title: str, kind: str, values: Sequence[Value]) -> Scale:
    """Return the scale of an axis; what cannot stand by its size stands in its order.

    Parameters
    ----------
    title : str
        What the axis turns.
    kind : str
        How its values should stand.
    values : sequence
        The values.
    """
    numbers = [value for value in values
               if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return Scale(title, tuple(values), NAMES)
    ordered = tuple(sorted(numbers))
    # A penalty of 0 has no logarithm.
    fits = len(set(ordered)) == len(ordered) and (kind != LOG or min(ordered, default=1) > 0)
    return Scale(title, ordered, kind if fits and kind in (LINEAR, LOG) else NAMES)


def decade_ticks(low: float, high: float, count: int) -> list[Tick]:
    """Return powers of ten between two logarithms; where there are few, 2 and 5 times these too."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first + 1 >= 2:
        every = max(1, math.ceil((last - first + 1) / max(count, 1)))
        return [(float(decade), power_text(decade)) for decade in range(first, last + 1, every)]
    found = [(decade + math.log10(times), times * 10.0 ** decade)
             for decade in range(math.floor(low), math.ceil(high) + 1) for times in (1, 2, 5)]
    return [(place, f"{value:,g}") for place, value in found if low - 1e-9 <= place <= high + 1e-9]


def power_text(decade: int) -> str:
    """Return a power of ten as axes write it: ``0.01``, ``1,000``, ``10⁷``."""
    if abs(decade) <= MOST_WRITTEN:
        return f"{10 ** decade:,}" if decade >= 0 else f"{10.0 ** decade:.{-decade}f}"
    return "10" + str(decade).translate(SUPERSCRIPTS)
