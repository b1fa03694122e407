"""What verdicts say of gradients and activations that shrink or grow through the layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from engine.diagnosis.case import Case, Words
from engine.diagnosis.layer_verdicts import LayerVerdict, exactly_zero, lost_precision
from engine.diagnosis.measures import Measure, passages
from engine.diagnosis.remedies import keeps_it_in_range, passes_it_on
from engine.messages import Message, say
from engine.messages.numbers import number


def vanishing(case: Case, found: LayerVerdict) -> Words:
    """Say that the first layer, or one between, receives little."""
    measure = found.measure
    assert measure is not None
    remedy = passes_it_on(case, measure)
    evidence = _evidence(case, measure, "vanishing")
    if measure.figure == 0 and measure.quantity != "signal":
        told = say("vanishing.zero", received=_exactly_zero(case, measure), remedy=remedy)
    else:
        told = say("vanishing.told", received=_received(case, measure),
                   effect=_effect(case, measure, found.severity), remedy=remedy)
    return Words(say("vanishing.title"), told, evidence, found.layer_id)


def exploding(case: Case, found: LayerVerdict) -> Words:
    """Say that a gradient, or the activations, grow through the layers."""
    measure = found.measure
    assert measure is not None
    remedy = keeps_it_in_range(case, measure)
    received = _received(case, measure)
    told = (say("exploding.activations", received=received, remedy=remedy)
            if measure.quantity == "signal" else
            say("exploding.told", received=received, remedy=remedy))
    return Words(say("exploding.title"), told, _evidence(case, measure, "exploding"),
                 found.layer_id)


def speaker(found: Sequence[LayerVerdict], first: str) -> LayerVerdict:
    """Return the one to speak of among layers whose gradient vanishes.

    That is the first layer, to which all gradients flow; another that receives far less is told of
    in its place, and the first one is still what the verdict points at.

    Parameters
    ----------
    found : sequence of LayerVerdict
        At least one, each with its measure.
    first : str
        The first layer that learns.
    """
    least = min(found, key=_arriving)
    at_first = next((verdict for verdict in found if verdict.layer_id == first), None)
    if at_first is None:
        return least
    far = _arriving(least) * FAR_LESS < _arriving(at_first)
    tells = far or least.severity > at_first.severity
    return replace(least, layer_id=first) if tells else at_first


FAR_LESS = 3.0
"""How much less than the first layer another one must receive to be the one to speak of."""


def _arriving(verdict: LayerVerdict) -> float:
    assert verdict.measure is not None
    value = verdict.measure.value
    return 0.0 if math.isnan(value) else value


def _received(case: Case, measure: Measure) -> Message:
    """Say what a layer receives, and explain it by what the layers on the way do to it."""
    n, end = case.position(measure.layer_id), case.position(measure.reference_id)
    value = measure.shown
    if measure.is_beside_inputs:
        return say("received.size", layer=n, figure=measure.figure)
    if measure.quantity == "signal":
        received = say("received.activations", layer=n, last=end, value=value)
    elif measure.quantity == "activations":
        received = (say("received.at-units-times", layer=n, last=end, value=value) if value > 1 else
                    say("received.at-units", layer=n, last=end, value=value))
    else:
        received = (say("received.times", layer=n, last=end, value=value) if value > 1 else
                    say("received.share", layer=n, last=end, value=value))
    way = passages(case.measured, measure)
    if len(way) < 2:
        return received
    mean = measure.value ** (1 / len(way))
    if all(1 / case.thresholds.alike <= factor / mean <= case.thresholds.alike for factor in way):
        return say("received.alike", received=received, factor=mean)
    return _by_one(case, measure, received, way)


def _by_one(case: Case, measure: Measure, received: Message, way: Sequence[float]) -> Message:
    """Name the layer that changes the figure most, if it does more than half of it."""
    place = max(range(len(way)), key=lambda i: abs(math.log(way[i])))
    most, whole = math.log(way[place]), math.log(measure.value)
    if not 0.5 * abs(whole) <= abs(most) or most * whole < 0:
        return received
    ids = [reading.layer_id for reading in case.measured]
    step = 1 if ids.index(measure.layer_id) > ids.index(measure.reference_id) else -1
    start = ids.index(measure.reference_id) + step * place
    before, after = case.position(ids[start]), case.position(ids[start + step])
    # A figure that is written twice tells nothing the second time.
    if number(way[place]) == number(measure.shown):
        return say("received.by-one-alone", received=received, before=before, after=after)
    return say("received.by-one", received=received, factor=way[place], before=before, after=after)


def _effect(case: Case, measure: Measure, severity: int) -> Message:
    """Say what becomes of layers that receive so little."""
    if measure.quantity == "signal":
        return say("vanishing.examples-alike")
    if measure.layer_id == case.measured[0].layer_id:
        return (say("vanishing.early-layers-hardly") if severity > 1 else
                say("vanishing.early-layers-slowly"))
    return (say("vanishing.such-layers-hardly") if severity > 1 else
            say("vanishing.such-layers-slowly"))


def _exactly_zero(case: Case, measure: Measure) -> Message:
    """Say which layers receive nothing at all, and where the gradient gets lost."""
    gradients = [reading.gradient_rms for reading in case.measured]
    start = gradients.index(0) if 0 in gradients else len(gradients)
    if not any(gradients[start:]):
        # A gradient may be lost at a layer's units and still reach its neighbour's weights.
        return say("received.nothing", layer=case.position(measure.layer_id))
    end = next((i for i in range(start, len(gradients)) if gradients[i] > 0), len(gradients) - 1)
    first, last, above = (case.position(case.measured[i].layer_id) for i in (start, end - 1, end))
    precision, gradient = lost_precision(case.snapshot), gradients[end]
    zero = exactly_zero(precision)
    if first == last:
        return (say("vanishing.one-lost", first=first, zero=zero, above=above, gradient=gradient)
                if precision else
                say("vanishing.one-stopped", first=first, zero=zero, above=above,
                    gradient=gradient))
    if precision:
        return say("vanishing.several-lost", first=first, last=last, zero=zero, above=above,
                   gradient=gradient)
    return say("vanishing.several-stopped", first=first, last=last, zero=zero, above=above,
               gradient=gradient)


def _evidence(case: Case, measure: Measure, code: str) -> Message:
    """Return the rule: what is compared, where it comes and where it goes again."""
    n, end = case.position(measure.layer_id), case.position(measure.reference_id)
    before, after = case.thresholds, case.thresholds.leaving(code)
    limits = [measure.smallness(these) if code == "vanishing" else measure.largeness(these)
              for these in (before, after)]
    bounds = {"comes": limits[0].warning, "goes": limits[1].warning}
    if measure.is_beside_inputs:
        return say("rule.activations", layer=n, figure=measure.figure,
                   comes=bounds["comes"] * measure.reference,
                   goes=bounds["goes"] * measure.reference)
    values = {"layer": n, "last": end, "figure": measure.figure, "reference": measure.reference,
              "value": measure.shown, **bounds}
    if measure.quantity == "signal":
        return (say("rule.signal-small", **values) if code == "vanishing" else
                say("rule.signal-large", **values))
    if measure.quantity == "activations":
        return (say("rule.at-units-small", **values) if code == "vanishing" else
                say("rule.at-units-large", **values))
    return (say("rule.gradient-small", **values) if code == "vanishing" else
            say("rule.gradient-large", **values))
