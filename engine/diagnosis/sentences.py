"""What verdicts say: one function for each, all from the same figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from engine.diagnosis import depth
from engine.diagnosis.case import Case, Words
from engine.diagnosis.layer_verdicts import update_share
from engine.diagnosis.remedies import keeps_units_alive
from engine.messages import Message, say
from engine.messages.numbers import number, shown


def waiting() -> Words:
    """Say that nothing has been measured yet."""
    return Words(say("waiting.title"), say("waiting.told"))


def nonfinite(case: Case, layer_id: str) -> Words:
    """Say that numbers are not finite, and where."""
    title, step = say("nonfinite.title"), case.snapshot.step
    if not layer_id:
        return Words(title, say("nonfinite.loss", loss=case.snapshot.loss, step=step),
                     say("nonfinite.loss-fired", step=step))
    n, layer = case.reading(layer_id).gradient_nonfinite, case.position(layer_id)
    return Words(title, say("nonfinite.gradient", layer=layer, count=n),
                 say("nonfinite.gradient-fired", layer=layer, count=n, step=step), layer_id)


def growth(case: Case, layer_id: str, before: float, since: int) -> Words:
    """Say that a gradient has grown within a few steps."""
    now = case.reading(layer_id).gradient_rms
    steps, n = case.snapshot.step - since, case.position(layer_id)
    return Words(say("exploding.title"),
                 say("exploding.growth", layer=n, steps=steps, times=shown(now) / shown(before)),
                 say("exploding.growth-fired", layer=n, steps=steps, before=before, now=now,
                     first=case.course.first, loss=case.loss),
                 layer_id)


def symmetric(case: Case, layer_id: str, severity: int) -> Words:
    """Say that units that start equal stay equal."""
    n = case.position(layer_id)
    return Words(say("symmetric.title"), say("symmetric.told", layer=n),
                 say("symmetric.fired", layer=n), layer_id)


def dead(case: Case, layer_id: str, severity: int) -> Words:
    """Say that units are zero for every example."""
    n, share = case.position(layer_id), case.reading(layer_id).dead_share
    remedy = keeps_units_alive(case)
    return Words(say("dead.title"),
                 say("dead.all", layer=n, remedy=remedy) if share >= 1 else
                 say("dead.some", layer=n, share=share, remedy=remedy),
                 say("dead.fired", share=share, limit=case.thresholds.dead.at(severity),
                     held=case.held()), layer_id)


def saturated(case: Case, layer_id: str, severity: int) -> Words:
    """Say that activations lie in a flat end of their function."""
    n, share = case.position(layer_id), case.reading(layer_id).saturated_share
    return Words(say("saturated.title"),
                 say("saturated.told", share=share, layer=n, function=case.function(layer_id)),
                 say("saturated.fired", share=share, limit=case.thresholds.saturated.at(severity),
                     held=case.held()), layer_id)


def update_large(case: Case, layer_id: str, severity: int) -> Words:
    """Say that steps are large beside the weights."""
    limit = case.thresholds.update_large.at(severity)
    return Words(say("update-large.title"),
                 say("update-large.told", layer=case.position(layer_id),
                     share=_shown_share(case, layer_id)),
                 _update_evidence(case, layer_id, ">", limit), layer_id)


def update_small(case: Case, layer_id: str, severity: int) -> Words:
    """Say that steps are small beside the weights."""
    limit = case.thresholds.update_small.at(severity)
    n, share = case.position(layer_id), _shown_share(case, layer_id)
    return Words(say("update-small.title"),
                 say("update-small.told", layer=n, share=share) if share > 0 else
                 say("update-small.nothing", layer=n),
                 _update_evidence(case, layer_id, "<", limit), layer_id)


def _shown_share(case: Case, layer_id: str) -> float:
    """Return std(update) / std(weight) from its logarithm as far as the rows show it."""
    share = update_share(case.reading(layer_id))
    return 10.0 ** round(math.log10(share), 1) if share > 0 else share


def _update_evidence(case: Case, layer_id: str, sign: str, limit: float) -> Message:
    """Return the rule with the logarithm that the rows show, and the median if that decided."""
    end = math.log10(limit)
    now, usual = case.reading(layer_id).update_ratio, case.usual_reading(layer_id).update_ratio
    if now < end if sign == "<" else now > end:
        return say("update.fired", now=now, end=end, sign=sign, held=case.held())
    return say("update.fired-by-median", usual=usual, now=now, end=end, sign=sign,
               held=case.held(), snapshots=case.thresholds.snapshots)


FINDINGS: Mapping[str, Callable[[Case, str, int], Words]] = {
    "exploding": depth.exploding, "symmetric": symmetric, "dead": dead,
    "vanishing": depth.vanishing,
    "saturated": saturated, "update_large": update_large, "update_small": update_small,
}
"""What to say about a lasting finding, by its code; called with case, layer id and severity."""


def overfitting(case: Case) -> Words:
    """Say that training examples are known better than validation examples."""
    return Words(say("overfitting.title"), say("overfitting.told", scores=_scores(case)),
                 say("overfitting.fired", gap=case.gap, limit=case.thresholds.gap))


def learned(case: Case) -> Words:
    """Say that training examples are known, and validation examples about as well."""
    limit, scores = case.thresholds.learned, _scores(case)
    return Words(say("learned.title"),
                 say("learned.fallen", scores=scores, first=case.course.first, loss=case.loss)
                 if case.loss < case.course.first else
                 say("learned.told", scores=scores, loss=case.loss),
                 say("learned.fired-r2", limit=limit) if case.has_values else
                 say("learned.fired-accuracy", limit=limit))


def early(case: Case) -> Words:
    """Say that it is too early to judge."""
    return Words(say("early.title"), say("early.told", loss=case.loss),
                 say("early.fired", step=case.thresholds.early))


def learning(case: Case) -> Words:
    """Say that the loss is falling, or has hardly changed of late."""
    half, share, scores = case.course.half, case.thresholds.progress, _scores(case)
    if math.isnan(half):
        return Words(say("learning.title"),
                     say("learning.begun", loss=case.loss, scores=scores))
    lately = _lately(case, half)
    if case.still_falling:
        return Words(say("learning.title"),
                     say("learning.told", half=half, lately=lately, scores=scores),
                     say("learning.fired", share=share))
    return Words(say("settling.title"),
                 say("settling.told", half=half, lately=lately, scores=scores),
                 say("settling.fired", share=share))


def risen(case: Case) -> Words:
    """Say that the loss has been lower."""
    course = case.course
    return Words(say("risen.title"),
                 say("risen.told", best=course.best, step=course.best_step, level=course.now,
                     scores=_scores(case)),
                 say("risen.fired", level=course.now, factor=case.thresholds.risen,
                     best=course.best))


def chance(case: Case) -> Words:
    """Say that the loss is that of guessing."""
    limit, step = case.thresholds.chance, case.snapshot.step
    if case.has_values:
        return Words(say("mean.title"), say("mean.told"),
                     say("mean.fired", score=case.snapshot.training.accuracy, limit=limit,
                         step=step))
    is_logarithm = math.isclose(case.chance, math.log(case.n_classes))
    return Words(say("chance.title"),
                 say("chance.told", loss=case.loss, classes=case.n_classes),
                 say("chance.fired-logarithm", share=limit, classes=case.n_classes,
                     chance=case.chance, step=step) if is_logarithm else
                 say("chance.fired", share=limit, chance=case.chance, step=step))


def flat(case: Case) -> Words:
    """Say that the loss has stopped falling before the examples were learned."""
    course, scores = case.course, _scores(case)
    evidence = say("flat.fired", share=case.thresholds.progress)
    if not course.now < case.thresholds.settled * course.first:
        return Words(say("flat.title"),
                     say("flat.told", loss=case.loss, half=course.half, scores=scores), evidence)
    # Two levels that are written alike are one.
    if number(course.low) == number(course.high):
        return Words(say("settled.title"),
                     say("settled.at", first=course.first, level=course.now, scores=scores),
                     evidence)
    return Words(say("settled.title"),
                 say("settled.between", first=course.first, low=course.low, high=course.high,
                     scores=scores), evidence)


def silent(case: Case) -> Words:
    """Say that no layer has received any gradient for a while."""
    return Words(say("silent.title"), say("silent.told", scores=_scores(case)),
                 say("silent.fired", snapshots=case.thresholds.snapshots))


def _lately(case: Case, before: float) -> Message:
    """Return the loss now, or its level if the newest figure is an odd one out."""
    if case.loss < before:
        return say("lately.now", loss=case.loss)
    return say("lately.about", level=case.course.now)


def _scores(case: Case) -> Message:
    """Return how well the examples are known: ``Training accuracy 99 %, validation 71 %``."""
    training, validation = case.snapshot.training.accuracy, case.snapshot.validation
    # Like a share of examples, R² is not rounded up to a perfect 1.
    if validation is None:
        return (say("scores.r2", training=training) if case.has_values else
                say("scores.accuracy", training=training))
    return (say("scores.r2s", training=training, validation=validation.accuracy)
            if case.has_values else
            say("scores.accuracies", training=training, validation=validation.accuracy))
