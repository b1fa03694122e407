"""What a run tells of its layers at one moment, and what of it a row shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.diagnosis.measures import Quantity, figure_of
from engine.diagnosis.verdicts import LayerVerdict
from engine.telemetry.snapshot import LayerReading

FLOW = frozenset({"waiting", "vanishing", "exploding", "cut_off", "nonfinite"})
"""Codes of verdicts that are about the gradient, and so colour its bar."""


@dataclass(frozen=True)
class RunFigures:
    """What a run tells of its layers, by their ids.

    Attributes
    ----------
    readings, told : mapping
        The latest instruments, and those whose numbers are to be read.
    verdicts : mapping
        What is to be said.
    """

    readings: Mapping[str, LayerReading] = field(default_factory=dict)
    told: Mapping[str, LayerReading] = field(default_factory=dict)
    verdicts: Mapping[str, LayerVerdict] = field(default_factory=dict)

    @classmethod
    def of(cls, readings: Sequence[LayerReading], verdicts: Sequence[LayerVerdict],
           told: Sequence[LayerReading] = ()) -> RunFigures:
        """Return figures; numbers are those of ``told``, where they are others than bars show."""
        return cls({reading.layer_id: reading for reading in readings},
                   {reading.layer_id: reading for reading in told or readings},
                   {verdict.layer_id: verdict for verdict in verdicts})

    def state(self, reading: LayerReading) -> str:
        """Return what a layer's bar says: what is told of its gradient, else ``healthy``."""
        if reading.gradient_nonfinite:
            return "nonfinite"
        verdict = self.verdicts.get(reading.layer_id)
        # Before there is a verdict, which has a shape as well, no colour says one.
        return verdict.code if verdict is not None and verdict.code in FLOW else "healthy"

    def gradient(self, layer_id: str, quantity: Quantity) -> float:
        """Return the gradient that is to be read of a layer; NaN if it has none."""
        reading = self.told.get(layer_id)
        return math.nan if reading is None else figure_of(reading, quantity)


NO_FIGURES = RunFigures()
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def ratio_of(a: float, b: float) -> float:
    """Return B over A; NaN where that says nothing."""
    if math.isnan(b) or not math.isfinite(a):
        return math.nan
    if a == 0:
        return math.inf if b > 0 else math.nan
    return b / a


def ratio_text(ratio: float) -> str:
    """Return a ratio in two figures: ``25,000×``, ``0.27×``, ``3·10⁶×``; empty if there is none.

    A gradient that has become zero is told as that: no factor says how far away it is.
    """
    if math.isnan(ratio):
        return ""
    if math.isinf(ratio) or ratio == 0:
        return "A = 0" if ratio else "B = 0"
    if not 0.95e-4 <= ratio < 99_500:
        mantissa, exponent = f"{ratio:.0e}".split("e")
        return f"{mantissa}·10{str(int(exponent)).translate(_RAISED)}×"
    if ratio < 0.0095:
        return f"{float(f'{ratio:.1g}'):.4f}".rstrip("0") + "×"
    rounded = float(f"{ratio:.1e}")
    if rounded >= 10:
        return f"{rounded:,.0f}×"
    return f"{ratio:#.2g}×"


def is_far(ratio: float) -> bool:
    """Say whether two figures lie a factor of ten apart, as far as two figures can tell."""
    return not math.isnan(ratio) and (ratio >= 9.95 or ratio <= 0.1005)
