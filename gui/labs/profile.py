"""The profile of gradients over depth as numbers: measured, expected, and drawn by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.telemetry.snapshot import LayerReading
from gui.frames.theory import NO_THEORY, Theory

LEAST_SPAN = 3.0
"""Decades that an axis has at least."""
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
BLANK = (-12.0, 2.0)
"""Decades of an axis on which somebody draws: it gives nothing away."""
LOWEST, HIGHEST = -60.0, 60.0
"""Decades beyond which nothing is drawn: what has vanished for good stands at the edge."""


@dataclass(frozen=True)
class Profile:
    """One figure of every layer that learns, first to last.

    Attributes
    ----------
    ids, names : tuple[str, ...]
        The layers, and what they are called.
    measured : Mapping[str, float]
        Gradients of one pass; none before there has been one.
    before : Mapping[str, float]
        Those of the project as it is.
    theory : Theory
        What is expected.
    """

    ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict)
    before: Mapping[str, float] = field(default_factory=dict)
    theory: Theory = NO_THEORY

    def span(self, drawn: Mapping[str, float]) -> tuple[float, float]:
        """Return decades that hold all there is to be seen, whole ones."""
        values = [value for shown in (self.measured, self.before, drawn)
                  for key, value in shown.items() if key in self.ids]
        # What is exactly 0 stands at the edge, however far away that is.
        known = [decade_of(value) for value in (*values, *self.theory.gradients())
                 if 0 < value < math.inf]
        if not known:
            return BLANK
        low, high = math.floor(min(known) - 0.2), math.ceil(max(known) + 0.2)
        missing = max(LEAST_SPAN - (high - low), 0.0)
        return low - math.ceil(missing / 2), high + math.floor(missing / 2)


@dataclass(frozen=True)
class Distance:
    """How far a drawing lies from what was measured.

    Attributes
    ----------
    decades : Mapping[str, float]
        Drawn over measured of every layer, log10.
    """

    decades: Mapping[str, float]

    @property
    def mean(self) -> float:
        """Mean magnitude, in decades."""
        return sum(map(abs, self.decades.values())) / len(self.decades)

    @property
    def worst(self) -> str:
        """The layer where it is largest."""
        return max(self.decades, key=lambda layer_id: abs(self.decades[layer_id]))


def distance_of(drawn: Mapping[str, float], measured: Mapping[str, float]) -> Distance | None:
    """Return how far a drawing lies from what was measured; None if they have no layer in common.

    Of a gradient that is exactly 0, or not finite, no decade says how far away it is.
    """
    found = {}
    for layer_id, value in drawn.items():
        decade = decade_of(measured.get(layer_id, math.nan))
        if LOWEST < decade < HIGHEST:
            found[layer_id] = math.log10(value) - decade
    return Distance(found) if found else None


def decade_of(value: float) -> float:
    """Return log10, cut where nothing is drawn any more; NaN where there is no size."""
    if math.isnan(value):
        return math.nan
    if value <= 0:
        return LOWEST
    return min(max(math.log10(value), LOWEST), HIGHEST) if math.isfinite(value) else HIGHEST


def power_text(decade: int) -> str:
    """Return a power of ten as it stands at an axis: ``10⁻⁸``, ``1``, ``10``."""
    return {0: "1", 1: "10"}.get(decade, "10" + str(decade).translate(SUPERSCRIPTS))


def gradients_of(readings: Sequence[LayerReading]) -> dict[str, float]:
    """Return the gradients of the layers that have one."""
    return {one.layer_id: one.gradient_rms for one in readings
            if not math.isnan(one.gradient_rms)}


def filled(drawn: Mapping[str, float], ids: Sequence[str]) -> dict[str, float]:
    """Return a drawing with a value for every layer: between two that are drawn, on a line.

    Beyond the outermost that are drawn, as they.
    """
    known = [(place, math.log10(drawn[layer_id])) for place, layer_id in enumerate(ids)
             if layer_id in drawn]
    if not known:
        return {}
    found = {}
    for place, layer_id in enumerate(ids):
        left = max((one for one in known if one[0] <= place), default=known[0])
        right = min((one for one in known if one[0] >= place), default=known[-1])
        share = 0.0 if left[0] == right[0] else (place - left[0]) / (right[0] - left[0])
        found[layer_id] = 10.0 ** (left[1] + share * (right[1] - left[1]))
    return found
