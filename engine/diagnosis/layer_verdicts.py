"""A verdict for every layer from one snapshot."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagnosis.network import symmetric_layers
from engine.diagnosis.rules import DEFAULTS, Thresholds
from engine.diagnosis.wording import number, percent
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
    text : str
        One sentence with the figure.
    """

    layer_id: str
    code: str
    severity: int
    text: str


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
        return tuple((LayerVerdict(layer.id, "waiting", 0, "Waiting for the first step."),)
                     for layer in network)
    learned = converged(snapshot, thresholds)
    if symmetric is None:
        symmetric = symmetric_layers(network)
    reference = last_reading(snapshot)
    last = network.index(reference.layer_id) if reference else 0
    readings = {reading.layer_id: reading for reading in snapshot.layers}
    result = []
    for layer in network:
        reading = readings.get(layer.id, LayerReading(layer.id))
        gradient = tuple(_gradient(reading, ratio(reading, reference), last, thresholds))
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


def update_share(reading: LayerReading) -> float:
    """Return std(update) / std(weight); NaN if there is none or the weights are all equal."""
    return math.nan if reading.update_ratio == math.inf else 10.0 ** min(reading.update_ratio, 300)


def _healthy(reading: LayerReading) -> str:
    if math.isnan(reading.gradient_rms):
        return "Healthy."
    return f"Healthy: gradient RMS {number(reading.gradient_rms)}."


def _structure(reading: LayerReading, symmetric: bool) -> Iterator[LayerVerdict]:
    if reading.gradient_nonfinite:
        yield LayerVerdict(reading.layer_id, "nonfinite", 2,
                           f"{reading.gradient_nonfinite:,} gradients are not finite.")
    if symmetric:
        yield LayerVerdict(reading.layer_id, "symmetric", 2,
                           "All units started equal and receive equal gradients.")


def _gradient(reading: LayerReading, value: float, last: int,
              thresholds: Thresholds) -> Iterator[LayerVerdict]:
    if severity := thresholds.vanishing.below(value):
        yield LayerVerdict(reading.layer_id, "vanishing", severity,
                           f"Vanishing: {number(value)} of layer {last}’s gradient arrives.")
    if severity := thresholds.exploding.above(value):
        yield LayerVerdict(reading.layer_id, "exploding", severity,
                           f"Exploding: {number(value)} times layer {last}’s gradient arrives.")


def _activations(reading: LayerReading, thresholds: Thresholds) -> Iterator[LayerVerdict]:
    dead, saturated = reading.dead_share, reading.saturated_share
    if severity := thresholds.dead.above(dead):
        yield LayerVerdict(reading.layer_id, "dead", severity,
                           f"Dead: {percent(dead)} of the units are zero for every example.")
    if severity := thresholds.saturated.above(saturated):
        yield LayerVerdict(reading.layer_id, "saturated", severity,
                           f"Saturated: {percent(saturated)} of the activations lie in a flat end.")


def _update(reading: LayerReading, excused: bool,
            thresholds: Thresholds) -> Iterator[LayerVerdict]:
    share = update_share(reading)
    large, small = thresholds.update_large.above(share), thresholds.update_small.below(share)
    if large:
        yield LayerVerdict(reading.layer_id, "update_large", large,
                           f"Large steps: each changes the weights by {percent(share)} of their "
                           "spread.")
    if small and not excused:
        yield LayerVerdict(reading.layer_id, "update_small", small,
                           f"Small steps: each changes the weights by {number(share)} of their "
                           "spread.")
