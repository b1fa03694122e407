"""A verdict for every layer from one snapshot."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from engine.diagnosis.measures import Measure, Measures, weight_readings
from engine.diagnosis.network import symmetric_layers
from engine.diagnosis.rules import DEFAULTS, Limit, Thresholds
from engine.messages import Message, say
from engine.spec import NetworkSpec
from engine.telemetry.snapshot import LayerReading, Snapshot

PRIORITY = ("nonfinite", "exploding", "symmetric", "update_large", "dead", "cut_off", "saturated",
            "vanishing", "update_small")
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
    measure : Measure | None
        Of a gradient or activations that vanish or explode: what was compared.
    """

    layer_id: str
    code: str
    severity: int
    message: Message
    measure: Measure | None = None

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
             symmetric: frozenset[str] | None = None, *, learned: bool = False,
             measures: Measures | None = None) -> tuple[tuple[LayerVerdict, ...], ...]:
    """Return everything that is to be said about each layer; ``healthy`` or ``waiting`` if nothing.

    Parameters
    ----------
    snapshot, network, thresholds : Snapshot, NetworkSpec, Thresholds
        As for `judge_layers`.
    symmetric : frozenset[str], optional
        What `symmetric_layers` says of the network, for callers who know it already.
    learned : bool
        Whether the network has learned its examples: then it needs no more updates, and a gradient
        that is left over is no warning.
    measures : Measures, optional
        What is compared of the snapshot, for callers who look at it several times.
    """
    if snapshot.step < 1:
        return tuple((LayerVerdict(layer.id, "waiting", 0, say("layer-verdict.waiting")),)
                     for layer in network)
    if symmetric is None:
        symmetric = symmetric_layers(network)
    look = _Look(snapshot, network, thresholds, symmetric, learned,
                 measures or Measures(snapshot.layers, thresholds))
    return tuple(look.at(layer.id) for layer in network)


class _Limits(NamedTuple):
    """Below and above which value a figure is too small or too large; between both it is not."""

    small: Limit
    large: Limit
    least: float
    most: float


class _Look:
    """One look at all layers, each seen beside the others."""

    def __init__(self, snapshot: Snapshot, network: NetworkSpec, thresholds: Thresholds,
                 symmetric: frozenset[str], learned: bool, measures: Measures) -> None:
        self._thresholds = thresholds
        self._places = {layer.id: place for place, layer in enumerate(network)}
        self._symmetric, self._learned = symmetric, learned
        self._readings = {reading.layer_id: reading for reading in snapshot.layers}
        self._measures = measures
        self._limits = tuple(_Limits(small, large, max(small.warning, small.severe),
                                     min(large.warning, large.severe)) for small, large in (
            (thresholds.vanishing, thresholds.exploding),
            (thresholds.activation_small, thresholds.activation_large)))
        self._precision = lost_precision(snapshot)
        self._blocker = blocker(snapshot)
        self._blocked_before = self._places.get(self._blocker, 0)

    def at(self, layer_id: str) -> tuple[LayerVerdict, ...]:
        """Return what is to be said about a layer."""
        reading = self._readings.get(layer_id) or LayerReading(layer_id)
        cut_off = tuple(self._cut_off(reading))
        flow = cut_off or tuple(self._flow(reading))
        explained = bool(flow)
        found = (
            *_structure(reading, layer_id in self._symmetric and not self._learned),
            *flow,
            *_activations(reading, self._thresholds),
            # What has been learned needs no more updates, and small ones are what becomes of a
            # gradient that does not flow.
            *_update(reading, self._learned or explained, self._thresholds),
        )
        return found or (LayerVerdict(layer_id, "healthy", 0, _healthy(reading)),)

    def _cut_off(self, reading: LayerReading) -> Iterator[LayerVerdict]:
        """Say that a layer nearer to the output lets nothing through."""
        behind = self._places[reading.layer_id] < self._blocked_before
        if behind and reading.gradient_rms == 0:
            yield LayerVerdict(reading.layer_id, "cut_off", 2,
                               say("layer-verdict.cut-off", layer=self._blocked_before))

    def _flow(self, reading: LayerReading) -> Iterator[LayerVerdict]:
        """Say which gradient, or whether the activations, have become too small or too large."""
        worst: dict[str, tuple[int, Measure]] = {}
        for measure, value in self._measures.valued(reading):
            for code, severity in self._beyond(measure, value):
                if severity > worst.get(code, (0, measure))[0]:
                    worst[code] = severity, measure
        for code, (severity, measure) in worst.items():
            if severity > 1 or not self._learned:
                yield LayerVerdict(reading.layer_id, code, severity, self._told(measure, code),
                                   measure)

    def _beyond(self, measure: Measure, value: float) -> list[tuple[str, int]]:
        """Return which thresholds it is beyond: ``vanishing`` or ``exploding``, and how far."""
        limits = self._limits[measure.quantity == "signal"]
        # Of hundreds at every frame, most are beyond none.
        if not (value < limits.least or value > limits.most):
            return []
        found = [("vanishing", 0 if measure.is_beside_inputs else limits.small.below(value)),
                 ("exploding", limits.large.above(value))]
        return [(code, severity) for code, severity in found if severity]

    def _told(self, measure: Measure, code: str) -> Message:
        layer = self._places[measure.reference_id]
        if measure.quantity == "signal":
            if code == "exploding":
                return say("layer-verdict.signal-large", figure=measure.figure)
            return say("layer-verdict.signal-small", value=measure.shown, layer=layer)
        if measure.figure == 0:
            return say("layer-verdict.vanishing",
                       arrives=say("arrives.nothing", zero=exactly_zero(self._precision)))
        arrives = _arrives(measure, layer)
        return (say("layer-verdict.exploding", arrives=arrives) if code == "exploding" else
                say("layer-verdict.vanishing", arrives=arrives))


def _arrives(measure: Measure, layer: int) -> Message:
    """Return what of another layer's gradient arrives."""
    if measure.quantity == "weights":
        return (say("arrives.times", value=measure.shown, layer=layer) if measure.shown > 1 else
                say("arrives.share", value=measure.shown, layer=layer))
    return (say("arrives.times-at-units", value=measure.shown, layer=layer) if measure.shown > 1
            else say("arrives.share-at-units", value=measure.shown, layer=layer))


def blocker(snapshot: Snapshot) -> str:
    """Return the layer nearest to the output whose units are all dead; empty if there is none."""
    dead = [reading.layer_id for reading in snapshot.layers if reading.dead_share >= 1]
    return dead[-1] if dead else ""


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
    # The gradient of a layer's units ends before that of its weights does, or after.
    at_units = [reading.activation_gradient_rms for reading in snapshot.layers
                if reading.activation_gradient_rms > 0]
    least = min([decades, *map(math.log10, at_units)])
    name, low, end = ("double", -290, -322) if decades < -60 else ("single", -30, -44)
    return name if least < low or ahead < end else ""


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
