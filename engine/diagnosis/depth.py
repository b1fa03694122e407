"""What verdicts say of gradients that shrink or grow on their way through the layers."""

from __future__ import annotations

from engine.diagnosis.case import Case, Words
from engine.diagnosis.layer_verdicts import arriving, exactly_zero, lost_precision, ratio
from engine.diagnosis.remedies import keeps_it_in_range, passes_it_on
from engine.diagnosis.rules import Limit
from engine.messages import Message, say

FAR_LESS = 3.0
"""How much less than the first layer another one must receive to be the one to speak of."""


def vanishing(case: Case, layer_id: str, severity: int) -> Words:
    """Say that the first layer, or one between, receives little of the last layer's gradient."""
    title = say("vanishing.title")
    least = _speaks(case, layer_id, severity)
    remedy = passes_it_on(case)
    evidence = _evidence(case, least, case.thresholds.vanishing, severity, "<")
    if case.reading(least).gradient_rms == 0:
        told = say("vanishing.zero", received=_exactly_zero(case), remedy=remedy)
    else:
        told = say("vanishing.told", received=_received(case, least, is_least=least != layer_id),
                   effect=_effect(case, least, severity), remedy=remedy)
    return Words(title, told, evidence, layer_id)


def exploding(case: Case, layer_id: str, severity: int) -> Words:
    """Say that the first layer receives many times the last layer's gradient."""
    n, last = case.position(layer_id), case.position(case.measured[-1].layer_id)
    value, passages = _arriving(case, layer_id), _passages(case, layer_id)
    received = (say("exploding.received-through", layer=n, last=last, value=value,
                    passages=passages) if passages else
                say("exploding.received", layer=n, last=last, value=value))
    return Words(say("exploding.title"),
                 say("exploding.told", received=received, remedy=keeps_it_in_range(case)),
                 _evidence(case, layer_id, case.thresholds.exploding, severity, ">"), layer_id)


def _speaks(case: Case, layer_id: str, severity: int) -> str:
    """Return the layer to speak of: the given one, or the one that tells the story better."""
    limit = case.thresholds.vanishing
    least = min(case.measured, key=lambda reading: reading.gradient_rms)
    given = case.reading(layer_id)
    milder = limit.below(_arriving(case, layer_id)) < severity
    fires = limit.below(_arriving(case, least.layer_id)) >= severity
    far = least.gradient_rms * FAR_LESS < given.gradient_rms
    return least.layer_id if fires and (milder or far) else layer_id


def _arriving(case: Case, layer_id: str) -> float:
    """Return a layer's share of the last layer's gradient, by the figures that the rows show."""
    return arriving(case.reading(layer_id), case.measured[-1])


def _received(case: Case, layer_id: str, *, is_least: bool) -> Message:
    """Say what a layer receives, and explain it by what each layer does to it."""
    n, last = case.position(layer_id), case.position(case.measured[-1].layer_id)
    value, passages = _arriving(case, layer_id), _passages(case, layer_id)
    if passages and is_least:
        return say("vanishing.least-through", layer=n, last=last, value=value, passages=passages)
    if passages:
        return say("vanishing.received-through", layer=n, last=last, value=value,
                   passages=passages)
    if is_least:
        return say("vanishing.least", layer=n, last=last, value=value)
    return say("vanishing.received", layer=n, last=last, value=value)


def _effect(case: Case, layer_id: str, severity: int) -> Message:
    """Say what becomes of layers that receive so little."""
    if layer_id == case.measured[0].layer_id:
        return (say("vanishing.early-layers-hardly") if severity > 1 else
                say("vanishing.early-layers-slowly"))
    return (say("vanishing.such-layers-hardly") if severity > 1 else
            say("vanishing.such-layers-slowly"))


def _passages(case: Case, layer_id: str) -> int:
    """Return through how many layers the gradient comes; 0 if that explains nothing."""
    ids = [reading.layer_id for reading in case.measured]
    passages = len(ids) - 1 - ids.index(layer_id)
    return passages if passages > 1 and _arriving(case, layer_id) > 0 else 0


def _exactly_zero(case: Case) -> Message:
    """Say which layers receive nothing at all, and where the gradient gets lost."""
    gradients = [reading.gradient_rms for reading in case.measured]
    start = gradients.index(0)
    end = next(i for i in range(start, len(gradients)) if gradients[i] > 0)
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


def _evidence(case: Case, layer_id: str, limit: Limit, severity: int, sign: str) -> Message:
    """Return the rule with the rows' numbers, and the medians if these decided."""
    last, bound = case.measured[-1], limit.at(severity)
    reading, usual = case.reading(layer_id), case.usual_reading(layer_id)
    value, n, end = _arriving(case, layer_id), case.position(layer_id), case.position(last.layer_id)
    if value < bound if sign == "<" else value > bound:
        return say("depth.fired", layer=n, last=end, gradient=reading.gradient_rms,
                   reference=last.gradient_rms, value=value, sign=sign, bound=bound,
                   held=case.held())
    return say("depth.fired-by-medians", layer=n, last=end, gradient=reading.gradient_rms,
               reference=last.gradient_rms, value=value, sign=sign, bound=bound, held=case.held(),
               medians=ratio(usual, case.usual_reading(last.layer_id)),
               snapshots=case.thresholds.snapshots)
