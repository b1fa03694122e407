"""Layers of the two runs of a pair, matched by their ids."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtGui import QColor

from gui.plots.titles import power_text
from gui.plots.weight_layers import WeightLayers


def colours_beside(layers: WeightLayers, beside: WeightLayers) -> list[QColor]:
    """Return the colours of the other run's layers: one that both runs have has one colour."""
    known = dict(zip(layers.ids, layers.colours(), strict=True))
    return [known.get(layer_id, own)
            for layer_id, own in zip(beside.ids, beside.colours(), strict=True)]


def end_texts(layers: WeightLayers, beside: WeightLayers) -> tuple[list[str], list[int]]:
    """Return the labels of all curves, ``A3``, and which of them come first.

    Parameters
    ----------
    layers, beside : WeightLayers
        Of the run that is edited, and of the other one.
    """
    texts: list[str] = []
    first: list[int] = []
    for one in (layers, beside):
        if one.ids:
            first += [len(texts), len(texts) + len(one.ids) - 1]
        texts += [f"{one.run}{position}" for position in one.positions]
    return texts, first


def merged(layers: WeightLayers, beside: WeightLayers) -> list[str]:
    """Return the ids of both runs' layers; what one has alone stands behind what it follows."""
    result = list(layers.ids)
    before = ""
    for layer_id in beside.ids:
        if layer_id not in result:
            result.insert(result.index(before) + 1 if before else 0, layer_id)
        before = layer_id
    return result


def pair_text(values: Mapping[str, float]) -> str:
    """Return figures of runs, log10, in words: ``A 2.5e-8   B 0.0006   B/A 25,000×``.

    Parameters
    ----------
    values : mapping
        By the key of the run; NaN where there is none, which is left out.
    """
    known = {key: value for key, value in sorted(values.items()) if not math.isnan(value)}
    parts = [f"{key} {power_text(value)}" for key, value in known.items()]
    if len(known) == 2 and all(map(math.isfinite, known.values())):
        first, second = known.values()
        parts.append(f"{'/'.join(reversed(known))} {times_text(second - first)}")
    return "   ".join(parts)


def times_text(exponent: float) -> str:
    """Return 10 to ``exponent`` as a ratio in two figures: ``25,000×``, ``0.27×``."""
    ratio = 10.0**exponent
    if 100 <= ratio < 1e6:
        digits = 1 - math.floor(exponent)
        return f"{round(ratio, digits):,.0f}×"
    return f"{power_text(exponent)}×"
