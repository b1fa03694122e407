"""A verdict for every layer from one snapshot."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagnosis.network import symmetric_layers
from engine.diagnosis.rules import DEFAULTS, Thresholds
from engine.messages import Message, say
from engine.messages.numbers import shown
from engine.spec import NetworkSpec
from engine.telemetry.snapshot import LayerReading, Snapshot

PRIORITY = ("nonfinite", "exploding", "symmetric", "update_large", "dead", "vanishing", "saturated",
            "update_small")
"""Codes of findings; where two are equally severe, the earlier one is the likelier cause."""


@dataclass(frozen=True)
class LayerVerdict:
    """What is to be said about one layer.

    Attributes
    ----------
    layer_id : str
        The layer.
    code : str
        ``waiting``, ``healthy`` or one of `PRIORITY`.
    severity : int
        0 well, 1 deserves attention, 2 learning is at stake.
    message : Message
        One sentence with the figure.
    """

    layer_id: str
    code: str
    severity: int
    message: Message

    @property
    def text(self) -> str:
        """One sentence with the figure."""
        return self.message.text


def judge_layers(snapshot: Snapshot, network: NetworkSpec,
                 thresholds: Thresholds = DEFAULTS) -> tuple[LayerVerdict, ...]:
    """Return one verdict for each layer, in the network's order.

    Parameters
    ----------
    snapshot : Snapshot
        One moment of the run.
    network : NetworkSpec
        The network that runs.
    thresholds : Thresholds
        When each rule fires.
    """
    return tuple(most_severe(found) for found in findings(snapshot, network, thresholds))


def most_severe(found: tuple[LayerVerdict, ...]) -> LayerVerdict:
    """Return the finding to show when a layer has several."""
    return max(found, key=lambda verdict: (
        verdict.severity, -PRIORITY.index(verdict.code) if verdict.code in PRIORITY else 0))


def findings(snapshot: Snapshot, network: NetworkSpec, thresholds: Thresholds = DEFAULTS,
             symmetric: frozenset[str] | None = None) -> tuple[tuple[LayerVerdict, ...], ...]:
    """Return everything that is to be said about each layer; ``healthy`` or ``waiting`` if nothing.

    Parameters
    ----------
    snapshot, network, thresholds : Snapshot, NetworkSpec, Thresholds
        As for `judge_layers`.
    symmetric : frozenset[str], optional
        What `symmetric_layers` says of the network, for callers who know it already.
    """
    if snapshot.step < 1:
        return tuple((LayerVerdict(layer.id, "waiting", 0, say("layer-verdict.waiting")),)
                     for layer in network)
    learned = converged(snapshot, thresholds)
    if symmetric is None:
        symmetric = symmetric_layers(network)
    reference = last_reading(snapshot)
    source = network.index(reference.layer_id) if reference else 0
    precision = lost_precision(snapshot)
    readings = {reading.layer_id: reading for reading in snapshot.layers}
    result = []
    for layer in network:
        reading = readings.get(layer.id) or LayerReading(layer.id)
        value = ratio(reading, reference)
        unusual = thresholds.vanishing.below(value) or thresholds.exploding.above(value)
        gradient = tuple(_gradient(
            layer.id, value, _arrives(reading, reference, source, precision), thresholds,
        )) if unusual else ()
        vanishing = any(verdict.code == "vanishing" for verdict in gradient)
        found = (
            *_structure(reading, layer.id in symmetric and not learned),
            *gradient,
            *_activations(reading, thresholds),
            # What has been learned needs no more updates, and a vanishing gradient explains itself.
            *_update(reading, learned or vanishing, thresholds),
        )
        result.append(found or (LayerVerdict(layer.id, "healthy", 0, _healthy(reading)),))
    return tuple(result)


def converged(snapshot: Snapshot, thresholds: Thresholds) -> bool:
    """Say whether the network has learned its training examples."""
    return snapshot.training.accuracy >= thresholds.learned


def weight_readings(snapshot: Snapshot) -> tuple[LayerReading, ...]:
    """Return the readings of layers that have a gradient, from input to output."""
    return tuple(reading for reading in snapshot.layers if not math.isnan(reading.gradient_rms))


def last_reading(snapshot: Snapshot) -> LayerReading | None:
    """Return the reading that the others are compared with."""
    measured = weight_readings(snapshot)
    return measured[-1] if measured else None


def ratio(reading: LayerReading, reference: LayerReading | None) -> float:
    """Return a layer's gradient RMS over the last layer's; NaN if that makes no sense."""
    if reference is None or reference.gradient_rms == 0:
        return math.nan
    value = reading.gradient_rms / reference.gradient_rms
    return value if math.isfinite(value) else math.nan


def arriving(reading: LayerReading, reference: LayerReading | None) -> float:
    """Return the same ratio of the two gradients as the rows show them; NaN as `ratio`."""
    if reference is None or math.isnan(ratio(reading, reference)):
        return math.nan
    return shown(reading.gradient_rms) / shown(reference.gradient_rms)


def lost_precision(snapshot: Snapshot) -> str:
    """Return ``single`` or ``double`` if gradients are 0 for want of smaller numbers, else empty.

    Units that pass nothing on make a gradient 0 as well, but there the last one above 0 is far
    from the smallest number.
    """
    gradients = [reading.gradient_rms for reading in weight_readings(snapshot)]
    above = [gradient for gradient in gradients if gradient > 0]
    if 0 not in gradients or not above:
        return ""
    smallest = min(above)
    before = gradients[min(gradients.index(smallest) + 1, len(gradients) - 1)] or smallest
    decades = math.log10(smallest)
    # Where one more step of the same size would lead.
    ahead = 2 * decades - math.log10(before)
    name, low, end = ("double", -290, -322) if decades < -60 else ("single", -30, -44)
    return name if decades < low or ahead < end else ""


def exactly_zero(precision: str) -> Message:
    """Return ``exactly 0 in single precision``, or less if that is not the cause."""
    if precision == "single":
        return say("zero.single")
    return say("zero.double") if precision else say("zero.exactly")


def update_share(reading: LayerReading) -> float:
    """Return std(update) / std(weight); NaN if there is none or the weights are all equal."""
    return math.nan if reading.update_ratio == math.inf else 10.0 ** min(reading.update_ratio, 300)


def _healthy(reading: LayerReading) -> Message:
    if math.isnan(reading.gradient_rms):
        return say("layer-verdict.healthy")
    return say("layer-verdict.healthy-gradient", gradient=reading.gradient_rms)


def _structure(reading: LayerReading, symmetric: bool) -> Iterator[LayerVerdict]:
    if reading.gradient_nonfinite:
        yield LayerVerdict(reading.layer_id, "nonfinite", 2,
                           say("layer-verdict.nonfinite", count=reading.gradient_nonfinite))
    if symmetric:
        yield LayerVerdict(reading.layer_id, "symmetric", 2, say("layer-verdict.symmetric"))


def _arrives(reading: LayerReading, reference: LayerReading | None, source: int,
             precision: str) -> Message:
    """Return what of the last layer's gradient arrives, in numbers that agree with the rows'."""
    if reading.gradient_rms == 0:
        return say("arrives.nothing", zero=exactly_zero(precision))
    value = arriving(reading, reference)
    if value > 1:
        return say("arrives.times", value=value, layer=source)
    return say("arrives.share", value=value, layer=source)


def _gradient(layer_id: str, value: float, arrives: Message,
              thresholds: Thresholds) -> Iterator[LayerVerdict]:
    if severity := thresholds.vanishing.below(value):
        yield LayerVerdict(layer_id, "vanishing", severity,
                           say("layer-verdict.vanishing", arrives=arrives))
    if severity := thresholds.exploding.above(value):
        yield LayerVerdict(layer_id, "exploding", severity,
                           say("layer-verdict.exploding", arrives=arrives))


def _activations(reading: LayerReading, thresholds: Thresholds) -> Iterator[LayerVerdict]:
    dead, saturated = reading.dead_share, reading.saturated_share
    if severity := thresholds.dead.above(dead):
        yield LayerVerdict(reading.layer_id, "dead", severity,
                           say("layer-verdict.dead", share=dead))
    if severity := thresholds.saturated.above(saturated):
        yield LayerVerdict(reading.layer_id, "saturated", severity,
                           say("layer-verdict.saturated", share=saturated))


def _update(reading: LayerReading, excused: bool,
            thresholds: Thresholds) -> Iterator[LayerVerdict]:
    share = update_share(reading)
    large, small = thresholds.update_large.above(share), thresholds.update_small.below(share)
    if large:
        yield LayerVerdict(reading.layer_id, "update_large", large,
                           say("layer-verdict.update-large", share=share))
    if small and not excused:
        yield LayerVerdict(reading.layer_id, "update_small", small,
                           say("layer-verdict.update-small", share=share))
