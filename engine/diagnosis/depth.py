"""What verdicts say of gradients that shrink or grow on their way through the layers."""

from __future__ import annotations

from engine.diagnosis.case import Case, Words
from engine.diagnosis.layer_verdicts import arriving, exactly_zero, lost_precision, ratio
from engine.diagnosis.remedies import keeps_it_in_range, passes_it_on
from engine.diagnosis.rules import Limit
from engine.messages.english.formats import count
from engine.messages.numbers import apart, indexed, magnitude, number, root

FAR_LESS = 3.0
"""How much less than the first layer another one must receive to be the one to speak of."""


def vanishing(case: Case, layer_id: str, severity: int) -> Words:
    """Say that the first layer, or one between, receives little of the last layer's gradient."""
    title = "Vanishing gradient."
    least = _speaks(case, layer_id, severity)
    remedy = passes_it_on(case)
    evidence = _evidence(case, least, case.thresholds.vanishing, severity, "<")
    if case.reading(least).gradient_rms == 0:
        return Words(title, f"{_exactly_zero(case)} {remedy}", evidence, layer_id)
    effect = "hardly learn" if severity > 1 else "learn slowly"
    n, last = case.position(least), case.position(case.measured[-1].layer_id)
    value, why = number(_arriving(case, least)), _through_depth(case, least, "leave")
    if least == layer_id:
        told = f"Layer {n} receives {value} of layer {last}’s gradient{why}"
    else:
        told = f"Layer {n} receives least, {value} of layer {last}’s gradient{why}"
    who = "The early layers" if least == case.measured[0].layer_id else "Such layers"
    return Words(title, f"{told} {who} {effect}. {remedy}", evidence, layer_id)


def exploding(case: Case, layer_id: str, severity: int) -> Words:
    """Say that the first layer receives many times the last layer's gradient."""
    n, last = case.position(layer_id), case.position(case.measured[-1].layer_id)
    return Words("Exploding gradient.",
                 f"Layer {n} receives {number(_arriving(case, layer_id))} times layer {last}’s "
                 f"gradient{_through_depth(case, layer_id, 'make')} Steps that suit the last layer "
                 f"are far too large for the first. {keeps_it_in_range(case)}",
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


def _through_depth(case: Case, layer_id: str, verb: str) -> str:
    """Explain a ratio of gradients by what each layer does to it; empty for neighbours."""
    ids = [reading.layer_id for reading in case.measured]
    passages, value = len(ids) - 1 - ids.index(layer_id), _arriving(case, layer_id)
    if passages < 2 or not value > 0:
        return "."
    factor, power = root(value, passages)
    return (f": each layer multiplies it by about {factor}, so {count(passages)} of them {verb} "
            f"{power} ≈ {number(value)}.")


def _exactly_zero(case: Case) -> str:
    """Say which layers receive nothing at all, and where the gradient gets lost."""
    gradients = [reading.gradient_rms for reading in case.measured]
    start = gradients.index(0)
    end = next(i for i in range(start, len(gradients)) if gradients[i] > 0)
    first, last, above = (case.position(case.measured[i].layer_id) for i in (start, end - 1, end))
    zero = exactly_zero(precision := lost_precision(case.snapshot))
    if first == last:
        told, effect = f"Layer {first}’s gradient is {zero}", "It learns"
    else:
        told, effect = f"The gradients of layers {first} to {last} are {zero}", "They learn"
    why = ("and what is much smaller becomes 0" if precision else "and passes nothing on")
    return (f"{told}: layer {above} receives {magnitude(gradients[end])}, {why}. {effect} "
            "nothing.")


def _evidence(case: Case, layer_id: str, limit: Limit, severity: int, sign: str) -> str:
    """Return the rule with the rows' numbers, and the medians if these decided."""
    last, bound = case.measured[-1], limit.at(severity)
    reading, usual = case.reading(layer_id), case.usual_reading(layer_id)
    quotient = "/".join(indexed("g", case.position(r.layer_id)) for r in (reading, last))
    figures = f"{magnitude(reading.gradient_rms)} / {magnitude(last.gradient_rms)}"
    value, rule = _arriving(case, layer_id), f"{sign} {number(bound)} {case.held()}"
    if value < bound if sign == "<" else value > bound:
        return f"Fired: {quotient} = {figures} = {apart(value, bound)} {rule}."
    medians = ratio(usual, case.usual_reading(last.layer_id))
    return (f"Fired: {quotient} = {apart(medians, bound)} {rule}, by the medians of "
            f"{case.thresholds.snapshots} snapshots; now {figures} = {number(value)}.")
