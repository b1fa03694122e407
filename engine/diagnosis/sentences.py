"""What verdicts say: one function for each, all from the same figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from engine.diagnosis import depth
from engine.diagnosis.case import Case, Words
from engine.diagnosis.layer_verdicts import LayerVerdict, update_share
from engine.diagnosis.remedies import keeps_units_alive
from engine.messages import Message, say
from engine.messages.numbers import number, shown
from engine.telemetry.snapshot import LayerReading


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


def growth(case: Case, reading: LayerReading, before: float, since: int) -> Words:
    """Say that a gradient has grown within a few steps."""
    now, n = reading.gradient_rms, case.position(reading.layer_id)
    steps = case.snapshot.step - since
    return Words(say("exploding.title"),
                 say("exploding.growth", layer=n, steps=steps, times=shown(now) / shown(before)),
                 say("exploding.growth-fired", layer=n, steps=steps, before=before, now=now,
                     first=case.course.first, loss=case.loss),
                 reading.layer_id)


def symmetric(case: Case, found: LayerVerdict) -> Words:
    """Say that units that start equal stay equal."""
    n = case.position(found.layer_id)
    return Words(say("symmetric.title"), say("symmetric.told", layer=n),
                 say("symmetric.fired", layer=n), found.layer_id)


def dead(case: Case, found: LayerVerdict) -> Words:
    """Say that units are zero for every example."""
    n, share = case.position(found.layer_id), case.reading(found.layer_id).dead_share
    remedy = keeps_units_alive(case, found.layer_id)
    return Words(say("dead.title"),
                 say("dead.all", layer=n, remedy=remedy) if share >= 1 else
                 say("dead.some", layer=n, share=share, remedy=remedy),
                 say("rule.dead", share=share, comes=case.thresholds.dead.warning,
                     goes=case.thresholds.leaving("dead").dead.warning), found.layer_id)


def saturated(case: Case, found: LayerVerdict) -> Words:
    """Say that activations lie in a flat end of their function."""
    n, share = case.position(found.layer_id), case.reading(found.layer_id).saturated_share
    return Words(say("saturated.title"),
                 say("saturated.told", share=share, layer=n,
                     function=case.function(found.layer_id)),
                 say("rule.saturated", share=share, comes=case.thresholds.saturated.warning,
                     goes=case.thresholds.leaving("saturated").saturated.warning), found.layer_id)


def update_large(case: Case, found: LayerVerdict) -> Words:
    """Say that steps are large beside the weights."""
    limits = case.thresholds.update_large, case.thresholds.leaving("update_large").update_large
    return Words(say("update-large.title"),
                 say("update-large.told", layer=case.position(found.layer_id),
                     share=_shown_share(case, found.layer_id)),
                 say("rule.update-large", now=case.reading(found.layer_id).update_ratio,
                     comes=math.log10(limits[0].warning), goes=math.log10(limits[1].warning)),
                 found.layer_id)


def update_small(case: Case, found: LayerVerdict) -> Words:
    """Say that steps are small beside the weights, and whether a schedule has made them so."""
    limits = case.thresholds.update_small, case.thresholds.leaving("update_small").update_small
    n, share = case.position(found.layer_id), _shown_share(case, found.layer_id)
    evidence = say("rule.update-small", now=case.reading(found.layer_id).update_ratio,
                   comes=math.log10(limits[0].warning), goes=math.log10(limits[1].warning))
    step = case.snapshot.step
    training = case.patient.project.training
    if 0 < training.clip_norm <= CRAMPED:
        return Words(say("clipped.title"), say("clipped.told", limit=training.clip_norm), evidence,
                     found.layer_id)
    if 0 < training.clip_value <= CRAMPED_VALUE:
        return Words(say("clipped.title"), say("clipped.told-value", limit=training.clip_value),
                     evidence, found.layer_id)
    factor = case.patient.rate_factor(step)
    if factor < DECAYED:
        return Words(say("decayed.title"), say("decayed.told", step=step, factor=factor,
                                               rate=case.patient.project.training.learning_rate),
                     evidence, found.layer_id)
    return Words(say("update-small.title"),
                 say("update-small.told", layer=n, share=share) if share > 0 else
                 say("update-small.nothing", layer=n), evidence, found.layer_id)


CRAMPED = 1e-2
"""Largest norm of all gradients together that makes small steps of what rates are usual."""

CRAMPED_VALUE = 1e-3
"""The same of every single gradient."""

DECAYED = 1e-2
"""Factor of a schedule below which it, and not the learning rate, makes the steps small."""


def _shown_share(case: Case, layer_id: str) -> float:
    """Return std(update) / std(weight) from its logarithm as far as the rows show it."""
    share = update_share(case.reading(layer_id))
    return 10.0 ** round(math.log10(share), 1) if share > 0 else share


FINDINGS: Mapping[str, Callable[[Case, LayerVerdict], Words]] = {
    "exploding": depth.exploding, "symmetric": symmetric, "dead": dead,
    "vanishing": depth.vanishing,
    "saturated": saturated, "update_large": update_large, "update_small": update_small,
}
"""What to say about a lasting finding, by its code; called with the case and what was found."""


def far_off(case: Case) -> Words:
    """Say that the loss is many times that of guessing."""
    limit, times = case.thresholds.far_off.warning, case.times_guessing
    return Words(say("far-off.title"),
                 say("far-off.told-r2", loss=case.loss, score=case.score) if case.has_values else
                 say("far-off.told", loss=case.loss, guessing=case.baseline.loss),
                 say("far-off.fired", times=times, limit=limit))


def overfitting(case: Case) -> Words:
    """Say that training examples are known better than validation examples."""
    return Words(say("overfitting.title"), say("overfitting.told", scores=_scores(case)),
                 say("overfitting.fired", gap=case.gap, limit=case.gap_limit))


def overconfident(case: Case, lowest: float) -> Words:
    """Say that the validation loss has risen while the score has stayed."""
    validation = case.snapshot.validation
    assert validation is not None
    return Words(say("overfitting.title"),
                 say("overfitting.grown", loss=validation.loss, lowest=lowest)
                 if case.has_values else
                 say("overfitting.sure", loss=validation.loss, lowest=lowest),
                 say("overfitting.sure-fired", loss=validation.loss,
                     factor=case.thresholds.tripled, lowest=lowest))


def unproven(case: Case) -> Words:
    """Say that what is known of the training examples is no better than guessing on others."""
    base, scores = case.baseline.validation, _scores(case)
    title = (say("overfitting.title") if case.skill >= case.thresholds.skill else
             say("chance.title-elsewhere"))
    held_out, guessing = case.snapshot.validation, case.baseline.loss
    limit = guessing * (1 - case.thresholds.begun)
    if held_out is not None and held_out.loss >= limit:
        return Words(title, say("overfitting.unproven-loss", scores=scores, loss=held_out.loss,
                                guessing=guessing),
                     say("overfitting.unproven-loss-fired", loss=held_out.loss, limit=limit))
    if case.reads_texts:
        return Words(title, say("overfitting.unproven-text", scores=scores),
                     say("overfitting.unproven-fired", skill=case.validation_skill,
                         limit=case.thresholds.skill))
    return Words(title,
                 say("overfitting.unproven-r2", scores=scores, base=base) if case.has_values else
                 say("overfitting.unproven", scores=scores, base=base),
                 say("overfitting.unproven-fired", skill=case.validation_skill,
                     limit=case.thresholds.skill))


def unbalanced(case: Case) -> Words:
    """Say that rare classes are not found among the validation examples."""
    validation = case.snapshot.validation
    assert validation is not None
    return Words(say("overfitting.title"),
                 say("overfitting.unbalanced", scores=_scores(case), balanced=validation.balanced),
                 say("overfitting.unbalanced-fired", balanced=validation.balanced,
                     limit=case.thresholds.balanced))


def learned(case: Case) -> Words:
    """Say that training examples are known, and validation examples about as well."""
    limit, scores, first = case.thresholds.learned, _scores(case), case.course.first
    return Words(say("learned.title"),
                 say("learned.fallen", scores=scores, first=first, loss=case.loss)
                 if _reads_less(case.loss, first) else
                 say("learned.told", scores=scores, loss=case.loss),
                 say("learned.fired-r2", limit=limit) if case.has_values else
                 say("learned.fired-text", limit=1 - limit) if case.reads_texts else
                 say("learned.fired-accuracy", limit=limit))


def early(case: Case, *, is_over: bool = False) -> Words:
    """Say that it is too early to judge, or of a slow run, how its loss goes.

    Parameters
    ----------
    case : Case
        The run.
    is_over : bool
        Whether the time is over in which it is too early.
    """
    half, now = case.course.half, case.course.now
    if not is_over:
        return Words(say("early.title"), say("early.told", loss=case.loss),
                     say("early.fired", step=case.thresholds.early))
    title = say("slow.title")
    if not _reads_less(now, half):
        return Words(title, say("slow.told", now=now, scores=_scores(case)))
    if math.isfinite(case.baseline.loss):
        return Words(title, say("slow.falling", half=half, now=now, guessing=case.baseline.loss))
    if case.reads_texts:
        return Words(title, say("slow.falling-text", half=half, now=now, scores=_scores(case)))
    return Words(title, say("slow.falling-r2", half=half, now=now, score=case.score))


def learning(case: Case) -> Words:
    """Say that the loss is falling, or has hardly changed of late."""
    course, share, scores = case.course, case.thresholds.progress, _scores(case)
    half = course.half
    lately = _lately(case, half)
    steady = case.still_falling or course.now <= course.before * SETTLING
    if not case.still_falling and case.snapshot.step < case.thresholds.early_steps:
        # Among the first steps a loss that rests has not settled.
        steady = False
    if lately is None or math.isnan(half) or not case.improving or not steady:
        return Words(say("learning.title"),
                     say("learning.begun", loss=case.loss, scores=scores))
    if case.still_falling:
        return Words(say("learning.title"),
                     say("learning.told", half=half, lately=lately, scores=scores),
                     say("learning.fired", share=share))
    return Words(say("settling.title"),
                 say("settling.told", half=half, lately=lately, scores=scores),
                 say("settling.fired", share=share))


SETTLING = 1.05
"""Share of what it was a fifth of the run ago to which a loss may have risen and still has hardly
changed."""


def risen(case: Case) -> Words:
    """Say that the loss has been lower."""
    course = case.course
    return Words(say("risen.title"),
                 say("risen.told", best=course.best, step=course.best_step, level=course.now,
                     scores=_scores(case)),
                 say("risen.fired", level=course.now, factor=case.thresholds.risen,
                     best=course.best))


def chance(case: Case) -> Words:
    """Say that the network does no better than an answer that does not look at the inputs."""
    base = case.baseline
    limit, step, score = case.thresholds.chance, case.snapshot.step, case.score
    if base.kind == "last":
        least = base.training + case.thresholds.begun * (1 - base.training)
        return Words(say("last.title") if score <= base.training else say("last.title-hardly"),
                     say("last.told", base=base.training, score=score),
                     say("last.fired", score=score, limit=least, base=base.training, step=step))
    if base.kind == "unread":
        return Words(say("unread.title"), say("unread.told", errors=1 - score),
                     say("unread.fired", errors=1 - score, limit=1 - case.thresholds.begun,
                         step=step))
    if base.kind == "apart":
        least = base.training + case.thresholds.begun * (1 - base.training)
        return Words(say("apart.title"),
                     say("apart.told", value=base.name, base=base.training, score=score),
                     say("apart.fired", value=base.name, score=score, limit=least,
                         base=base.training, step=step))
    if case.has_values:
        return Words(say("mean.title"),
                     say("mean.told-worse", score=score) if score < -limit else
                     say("mean.told", score=score),
                     say("mean.fired", score=score, limit=limit, step=step))
    if base.is_weighted:
        return Words(say("chance.title"),
                     say("chance.told-weighted", loss=case.loss, guessing=base.loss,
                         classes=sum(share > 0 for share in base.shares)),
                     say("chance.fired-weighted", loss=case.loss, limit=case.chance_limit,
                         step=step))
    told = (say("chance.told", loss=case.loss, classes=len(base.shares), guessing=base.loss)
            if base.is_even else
            say("chance.told-commonest", loss=case.loss, score=score, name=base.name,
                share=base.training, guessing=base.loss))
    return Words(say("chance.title"), told,
                 say("chance.fired", score=score, share=base.training, loss=case.loss,
                     limit=case.chance_limit, step=step))


def flat(case: Case) -> Words:
    """Say that the loss has stopped falling before anything was learned."""
    course, scores = case.course, _scores(case)
    if math.isnan(course.half):
        # Of its middle nothing is known.
        return Words(say("flat.title"),
                     say("flat.as-begun", level=course.now, scores=scores)
                     if number(course.now, 3) == number(course.first, 3) else
                     say("flat.since", level=course.now, first=course.first, scores=scores),
                     say("flat.fired-above", first=course.first))
    # Two levels that are written alike are one.
    return Words(say("flat.title"),
                 say("flat.still", level=course.now, scores=scores)
                 if number(course.now, 3) == number(course.half, 3) else
                 say("flat.told", level=course.now, half=course.half, scores=scores),
                 say("flat.fired-above", first=course.first) if course.now >= course.first else
                 say("flat.fired", share=case.thresholds.progress))


def settled(case: Case) -> Words:
    """Say that the loss has stopped falling at what has been learned."""
    course, scores = case.course, _scores(case)
    evidence = say("flat.fired", share=case.thresholds.progress)
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


def _lately(case: Case, before: float) -> Message | None:
    """Return the loss now, or its level if the newest figure is odd; None if neither is less."""
    if _reads_less(case.loss, before):
        return say("lately.now", loss=case.loss)
    level = case.course.now
    return say("lately.about", level=level) if _reads_less(level, before) else None


def _reads_less(loss: float, than: float) -> bool:
    """Say whether a loss is less than another one as sentences write them; False for NaN."""
    return float(number(loss, 3)) < float(number(than, 3))


def _scores(case: Case) -> Message:
    """Return how well the examples are known: ``Training accuracy 99 %, validation 71 %``."""
    training, validation = case.snapshot.training.accuracy, case.snapshot.validation
    if case.reads_texts:
        return (say("scores.text", training=1 - training) if validation is None else
                say("scores.texts", training=1 - training, validation=1 - validation.accuracy))
    # Like a share of examples, R² is not rounded up to a perfect 1.
    if validation is None:
        return (say("scores.r2", training=training) if case.has_values else
                say("scores.accuracy", training=training))
    return (say("scores.r2s", training=training, validation=validation.accuracy)
            if case.has_values else
            say("scores.accuracies", training=training, validation=validation.accuracy))
