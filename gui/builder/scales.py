"""The axis on which every layer's activations are drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from engine.layers import ACTIVATIONS
from engine.spec import NetworkSpec
from engine.telemetry.snapshot import LayerReading
from gui.document.wiring import known_kind

Span = tuple[float, float]

SPREAD = 3.0
"""Standard deviations to each side of the mean that the common axis holds; what lies further is
drawn at its ends."""
STEPS = (1.0, 2.0, 5.0)


def bounds(network: NetworkSpec) -> dict[str, Span]:
    """Return between which values each layer's output lies, by id."""
    found = {}
    for layer in network:
        layer_kind = known_kind(layer)
        if layer_kind is None:
            continue
        function = ACTIVATIONS.get(layer_kind.activation(layer_kind.options(layer)))
        if function is not None:
            found[layer.id] = function.lowest, function.highest
    return found


def spans(limits: Mapping[str, Span], readings: Iterable[LayerReading]) -> dict[str, Span]:
    """Return the ends of every layer's axis: its bounds, or else those that all others share.

    Parameters
    ----------
    limits : Mapping[str, tuple[float, float]]
        What `bounds` says.
    readings : iterable of LayerReading
        The layers' figures.
    """
    return shared_spans(((limits, readings),))


def shared_spans(runs: Iterable[tuple[Mapping[str, Span], Iterable[LayerReading]]]
                 ) -> dict[str, Span]:
    """Return the ends of axes that hold every layer in all runs, each given as to `spans`."""
    shown = [(limits, [reading for reading in readings if math.isfinite(reading.activation_std)])
             for limits, readings in runs]
    ends = [_common(limits, readings) for limits, readings in shown]
    common = min((low for low, _ in ends), default=0.0), max((high for _, high in ends),
                                                             default=0.0)
    found: dict[str, Span] = {}
    for limits, readings in shown:
        for reading in readings:
            own = limits.get(reading.layer_id)
            span = own if own is not None and _is_bounded(own) else common
            known = found.get(reading.layer_id, span)
            found[reading.layer_id] = min(known[0], span[0]), max(known[1], span[1])
    return found


def _common(limits: Mapping[str, Span], readings: Iterable[LayerReading]) -> Span:
    """Return the ends of the axis that all layers without bounds share."""
    low, high = 0.0, 0.0
    for reading in readings:
        if _is_bounded(limits.get(reading.layer_id)):
            continue
        lowest, highest = limits.get(reading.layer_id, (-math.inf, math.inf))
        room = SPREAD * reading.activation_std
        low = min(low, max(lowest, reading.activation_mean - room))
        high = max(high, min(highest, reading.activation_mean + room))
    return -rounded_up(-low), rounded_up(high)


def rounded_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, ... times a power of ten, so that an axis stands still.

    0 stays 0.
    """
    if not 0 < value < math.inf:
        return 0.0
    decade = 10.0 ** math.floor(math.log10(value))
    return next((step * decade for step in STEPS if value <= step * decade * (1 + 1e-9)),
                10 * decade)


def places(reading: LayerReading, span: Span) -> list[tuple[float, float, int]]:
    """Return where each bin of a histogram lies on an axis, 0 to 1, and how many it holds.

    Parameters
    ----------
    reading : LayerReading
        Its histogram has equal bins between the smallest and the largest value.
    span : tuple[float, float]
        Ends of the axis; what lies beyond stands at them.
    """
    counts = reading.histogram.tolist()
    low, high = reading.histogram_range
    length = span[1] - span[0]
    if length <= 0 or not math.isfinite(high - low):
        return []
    width = (high - low) / len(counts)
    return [(_inside((low + i * width - span[0]) / length),
             _inside((low + (i + 1) * width - span[0]) / length), count)
            for i, count in enumerate(counts) if count]


def _inside(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _is_bounded(limits: Span | None) -> bool:
    return limits is not None and all(map(math.isfinite, limits))
