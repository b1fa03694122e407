"""Where the rungs of the chain rule's ladder stand on their logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from gui import theme
from gui.microscope.ladder_model import Step, Steps

LEFT, RIGHT, TOP, BOTTOM = 50, 8, 26, 26
"""Px round the plot: labels of the axis at the left, names of the layers below."""
TOTAL = 104
"""Px at the left of the rungs, for what is left in the end."""
LOSS = 38
"""Px that the loss takes at least, at the right."""
DEEPEST = 24.0
"""Powers of ten that the axis shows at most; what lies deeper stands at its lower end."""


@dataclass(frozen=True)
class LadderPlaces:
    """Where everything stands.

    Attributes
    ----------
    plot : QRectF
        The axis's rectangle.
    low, high : float
        Powers of ten at its ends.
    floor : float
        Height of what is exactly 0; NaN where nothing is.
    pitch : float
        Px between two rungs.
    xs : tuple[float, ...]
        Middles of the rungs, the loss last.
    """

    plot: QRectF
    low: float
    high: float
    floor: float
    pitch: float
    xs: tuple[float, ...]

    def y(self, size: float) -> float:
        """Return the height of a size; what is no number stands at the top, 0 below the axis."""
        if math.isnan(size) or math.isinf(size):
            return self.plot.top()
        if size <= 0:
            return self.plot.bottom() if math.isnan(self.floor) else self.floor
        share = (math.log10(size) - self.low) / (self.high - self.low)
        return self.plot.bottom() - min(max(share, 0.0), 1.0) * self.plot.height()

    def ticks(self) -> list[float]:
        """Return the sizes that have a line: powers of ten, or 1, 2 and 5 of each where few are."""
        span = self.high - self.low
        most = max(self.plot.height() / theme.px(34), 2)
        if span * 3 <= most + 1:
            found = [digit * 10.0 ** power for power in range(math.floor(self.low),
                                                              math.ceil(self.high) + 1)
                     for digit in (1, 2, 5)]
        else:
            every = max(1, math.ceil(span / most))
            found = [10.0 ** power for power in range(math.ceil(self.low),
                                                      math.floor(self.high) + 1)
                     if power % every == 0]
        return [size for size in found
                if self.low - 1e-9 <= math.log10(size) <= self.high + 1e-9]


def place_ladder(ladder: Steps, room: QRectF) -> LadderPlaces:
    """Return where the rungs stand in a room."""
    px = theme.px
    plot = room.adjusted(px(LEFT), px(TOP), -px(RIGHT), -px(BOTTOM))
    sizes = [size for step in ladder.steps for size in (step.size, step.between)
             if math.isfinite(size)]
    has_zero = any(size == 0 for size in sizes)
    if has_zero:
        plot.setBottom(plot.bottom() - px(24))
    low, high = _span([size for size in sizes if size > 0])
    begin = plot.left() + px(TOTAL)
    count = len(ladder.steps)
    pitch = (plot.right() - begin) / (count + 1)
    if pitch < px(LOSS):
        pitch = (plot.right() - px(LOSS) - begin) / max(count, 1)
    xs = (*(begin + pitch * (i + 0.5) for i in range(count)),
          plot.right() - min(px(LOSS), pitch) / 2)
    return LadderPlaces(plot, low, high, plot.bottom() + px(16) if has_zero else math.nan, pitch,
                        xs)


def _span(sizes: Sequence[float]) -> tuple[float, float]:
    """Return the powers of ten at the ends of the axis, with room around the sizes."""
    if not sizes:
        return -1.0, 0.0
    high, low = math.log10(max(sizes)), math.log10(min(sizes))
    low = max(low, high - DEEPEST)
    margin = max((high - low) * 0.16, 0.12)
    if high - low < 0.5:
        middle = (high + low) / 2
        high, low = middle + 0.25, middle - 0.25
    return low - margin, high + margin * 0.7


def labelled(steps: Sequence[Step], pitch: float, wide: float) -> set[int]:
    """Return which rungs have their name below them: as many as have room, first and last too."""
    every = max(1, math.ceil(wide / max(pitch, 1.0)))
    count = len(steps)
    found = {place for place in range(count) if place % every == 0 and count - 1 - place >= every}
    return found | ({count - 1} if count else set())
