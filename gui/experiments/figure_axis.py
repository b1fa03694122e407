"""The axis of a measured figure: of losses that lie decades apart, a logarithmic one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from gui.experiments.scales import Tick, decade_ticks
from gui.widgets import linear_ticks, tick_text

WIDE = 8.0
"""Ratio of the largest to the smallest figure from which on an axis is logarithmic."""
MARGIN = 0.05


@dataclass(frozen=True)
class FigureAxis:
    """An axis for figures.

    Attributes
    ----------
    low, high : float
        Its ends: figures, or their logarithms.
    is_log : bool
        Whether these are logarithms.
    """

    low: float
    high: float
    is_log: bool

    def share(self, figure: float) -> float:
        """Return where a figure stands: 0 at the low end, 1 at the high one."""
        if self.is_log:
            if figure <= 0:
                return 0.0
            figure = math.log10(figure)
        return min(max((figure - self.low) / (self.high - self.low), 0.0), 1.0)

    def ticks(self, count: int) -> list[Tick]:
        """Return shares and what is written there."""
        if self.is_log:
            found = decade_ticks(self.low, self.high, count)
        else:
            spacing, values = linear_ticks(self.low, self.high, count)
            found = [(value, tick_text(value, spacing)) for value in values]
        return [((place - self.low) / (self.high - self.low), text) for place, text in found]


def axis_for(figures: Iterable[float], *, may_be_log: bool = True) -> FigureAxis:
    """Return an axis that has room for all finite figures."""
    known = [figure for figure in figures if math.isfinite(figure)]
    if not known:
        return FigureAxis(0.0, 1.0, False)
    low, high = min(known), max(known)
    if may_be_log and low > 0 and high / low >= WIDE:
        span = (math.log10(high) - math.log10(low)) * MARGIN
        return FigureAxis(math.log10(low) - span, math.log10(high) + span, True)
    span = (high - low) or abs(high) or 1.0
    floor = low - MARGIN * span
    return FigureAxis(0.0 if low >= 0 and floor < 0 else floor, high + MARGIN * span, False)
