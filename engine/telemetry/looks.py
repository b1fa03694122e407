"""What snapshots say of every layer, over the steps, in a fixed amount of memory."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.telemetry.history import History
from engine.telemetry.parts import Part
from engine.telemetry.snapshot import LayerReading, Snapshot

Reals = NDArray[np.float64]

BUCKETS = 128
"""Points of a curve at most: a look is taken some thirty times a second, and curves are many."""

KEPT = {
    Part.READINGS: ("weight_rms", "update_std", "dead_share", "saturated_share"),
    Part.GRADIENT_NOISE: ("gradient_signal", "gradient_noise"),
}
"""Figures of a `LayerReading` that are kept, by the part that they come with."""

MAGNITUDES = frozenset({"weight_rms", "update_std"})
"""Of these, means are geometric."""


class Looks:
    """Series of what snapshots say of every layer and no step of the loop does.

    A bucket holds neighbouring looks, as those of a `History` hold neighbouring steps. What nobody
    has looked at has no series: the figures of a part begin with the first snapshot that has it.

    Parameters
    ----------
    layer_ids : sequence of str
        Ids of all layers.
    buckets : int
        Number of buckets, even.
    """

    def __init__(self, layer_ids: Sequence[str], buckets: int = BUCKETS) -> None:
        self.layer_ids = tuple(layer_ids)
        self._known = frozenset(layer_ids)
        self._part = {figure: part for part, figures in KEPT.items() for figure in figures}
        self._histories = {
            part: History([f"{i}/{figure}" for figure in figures for i in self.layer_ids], buckets)
            for part, figures in KEPT.items()}
        self._last = dict.fromkeys(KEPT, -1)

    def note(self, snapshot: Snapshot) -> None:
        """Keep what a snapshot says; one of a step that is known already says nothing new."""
        found = {one.layer_id: one for one in snapshot.layers}
        if found.keys() != self._known:
            return
        for part, figures in KEPT.items():
            if part in snapshot.parts and snapshot.step > self._last[part]:
                self._last[part] = snapshot.step
                row = [_kept(found[i], figure) for figure in figures for i in self.layer_ids]
                self._histories[part].extend(np.array([snapshot.step]), np.array([row]))

    def count(self, figure: str) -> int:
        """Return how many looks a figure has been kept of."""
        return self._histories[self._part[figure]].length

    def steps(self, figure: str) -> Reals:
        """Return where the buckets of a figure stand, float64[b]."""
        return self._histories[self._part[figure]].steps()

    def means(self, figure: str, layer_ids: Sequence[str]) -> Reals:
        """Return the means of a figure, float64[layers, b]; NaN where a layer has none.

        Those of `MAGNITUDES` are geometric, and 0 where one of its looks found 0.
        """
        history = self._histories[self._part[figure]]
        known = [place for place, i in enumerate(layer_ids) if i in self._known]
        means = np.full((len(layer_ids), len(history.steps())), np.nan)
        if known:
            means[known] = history.means([f"{layer_ids[place]}/{figure}" for place in known])
        return 10.0 ** means if figure in MAGNITUDES else means


def _kept(reading: LayerReading, figure: str) -> float:
    value = float(getattr(reading, figure))
    if figure not in MAGNITUDES or not math.isfinite(value):
        return value
    return math.log10(value) if value > 0 else -math.inf
