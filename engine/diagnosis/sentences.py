"""What verdicts say: one function for each, all from the same figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from engine.diagnosis import depth
from engine.diagnosis.case import Case, Words
from engine.diagnosis.layer_verdicts import update_share
from engine.diagnosis.remedies import keeps_units_alive
from engine.messages.numbers import (
    apart,
    indexed,
    logarithm,
    magnitude,
    number,
    percent,
    shown,
)


def waiting() -> Words:
    """Say that nothing has been measured yet."""
    return Words("Ready.", "Press Run, or Step for a single batch, and watch the gradients.")


def nonfinite(case: Case, layer_id: str) -> Words:
    """Say that numbers are not finite, and where."""
    title = "Not a finite number."
    cure = "A smaller learning rate or smaller initial weights keep the numbers in range."
    if not layer_id:
        return Words(title, f"The loss is {case.snapshot.loss} at step {case.snapshot.step:,}: it "
                            f"has outgrown what the computer can hold. {cure}",
                     f"Fired: loss not finite at step {case.snapshot.step:,}.")
    n = case.reading(layer_id).gradient_nonfinite
    many = "1 number that is" if n == 1 else f"{n:,} numbers that are"
    whose = f"layer {case.position(layer_id)}’s gradient"
    return Words(title, f"L{whose[1:]} holds {many} not finite. {cure}",
                 f"Fired: {n:,} NaN or infinite values in {whose} at step "
                 f"{case.snapshot.step:,}.", layer_id)


def growth(case: Case, layer_id: str, before: float, since: int) -> Words:
    """Say that a gradient has grown within a few steps."""
    now = case.reading(layer_id).gradient_rms
    steps = case.snapshot.step - since
    many = "1 step" if steps == 1 else f"{steps} steps"
    n = case.position(layer_id)
    times = shown(now) / shown(before)
    return Words("Exploding gradient.",
                 f"Layer {n}’s gradient grew {number(times)} times within {many}, and the "
                 f"loss is higher than at the start. The steps are too large: lower the learning "
                 "rate.",
                 f"Fired: {indexed('g', n)} from {magnitude(before)} to {magnitude(now)} in "
                 f"{many}, loss {number(case.course.first, 3)} → {number(case.loss, 3)}.",
                 layer_id)


def symmetric(case: Case, layer_id: str, severity: int) -> Words:
    """Say that units that start equal stay equal."""
    n = case.position(layer_id)
    return Words("Symmetric start.",
                 f"All units of layer {n} start with the same weights, so they compute the same, "
                 "get the same gradient and stay the same: together they are worth one unit. "
                 "Random initial weights break the tie.",
                 f"Fired: constant initial weights into and out of layer {n}.", layer_id)


def dead(case: Case, layer_id: str, severity: int) -> Words:
    """Say that units are zero for every example."""
    n, share = case.position(layer_id), case.reading(layer_id).dead_share
    which = "All units" if share >= 1 else f"{percent(share)} of the units"
    return Words("Dead units.",
                 f"{which} of layer {n} are zero for every example, so no gradient passes through "
                 f"them and they learn nothing. {keeps_units_alive(case)}",
                 f"Fired: {percent(share)} dead > {percent(case.thresholds.dead.at(severity))} "
                 f"{case.held()}.", layer_id)


def saturated(case: Case, layer_id: str, severity: int) -> Words:
    """Say that activations lie in a flat end of their function."""
    n, share = case.position(layer_id), case.reading(layer_id).saturated_share
    return Words("Saturated layer.",
                 f"{percent(share)} of layer {n}’s activations lie in a flat end of "
                 f"{case.function(layer_id)}, where the slope is almost 0: hardly any gradient "
                 "passes. Smaller initial weights or a smaller learning rate keep them in the "
                 "middle.",
                 f"Fired: {percent(share)} saturated > "
                 f"{percent(case.thresholds.saturated.at(severity))} {case.held()}.", layer_id)


def update_large(case: Case, layer_id: str, severity: int) -> Words:
    """Say that steps are large beside the weights."""
    limit = case.thresholds.update_large.at(severity)
    return Words("Learning rate too high.",
                 f"Each step changes the weights of layer {case.position(layer_id)} by "
                 f"{percent(_shown_share(case, layer_id))} of their spread; about 0.1 % is usual. "
                 "Such steps jump over the valley instead of walking into it.",
                 _update_evidence(case, layer_id, ">", limit), layer_id)


def update_small(case: Case, layer_id: str, severity: int) -> Words:
    """Say that steps are small beside the weights."""
    limit = case.thresholds.update_small.at(severity)
    n, share = case.position(layer_id), _shown_share(case, layer_id)
    if share > 0:
        what = (f"Each step changes the weights of layer {n} by only {number(share)} of their "
                "spread; about 0.001 is usual. At this pace learning takes very long.")
    else:
        what = f"The steps do not change the weights of layer {n} at all, so it learns nothing."
    return Words("Learning rate too low.", what, _update_evidence(case, layer_id, "<", limit),
                 layer_id)


def _shown_share(case: Case, layer_id: str) -> float:
    """Return std(update) / std(weight) from its logarithm as far as the rows show it."""
    share = update_share(case.reading(layer_id))
    return 10.0 ** round(math.log10(share), 1) if share > 0 else share


def _update_evidence(case: Case, layer_id: str, sign: str, limit: float) -> str:
    """Return the rule with the logarithm that the rows show, and the median if that decided."""
    end = math.log10(limit)
    now, usual = case.reading(layer_id).update_ratio, case.usual_reading(layer_id).update_ratio
    rule = f"{sign} {logarithm(end)} {case.held()}"
    if now < end if sign == "<" else now > end:
        return f"Fired: log₁₀(update/weight) = {apart(now, end, logarithm, 1)} {rule}."
    return (f"Fired: median log₁₀(update/weight) of {case.thresholds.snapshots} snapshots = "
            f"{apart(usual, end, logarithm, 1)} {rule}; now {logarithm(now)}.")


FINDINGS: Mapping[str, Callable[[Case, str, int], Words]] = {
    "exploding": depth.exploding, "symmetric": symmetric, "dead": dead,
    "vanishing": depth.vanishing,
    "saturated": saturated, "update_large": update_large, "update_small": update_small,
}
"""What to say about a lasting finding, by its code; called with case, layer id and severity."""


def overfitting(case: Case) -> Words:
    """Say that training examples are known better than validation examples."""
    score = _scores(case)
    return Words("Overfitting.",
                 f"{score}: the network knows its training examples by heart, but not the rule "
                 "behind them. More examples, a smaller network, Dropout or Regularization help.",
                 f"Fired: gap {number(case.gap)} ≥ {number(case.thresholds.gap)}.")


def learned(case: Case) -> Words:
    """Say that training examples are known, and validation examples about as well."""
    now, first = number(case.loss, 3), number(case.course.first, 3)
    fallen = case.loss < case.course.first
    return Words("Learned.", f"{_scores(case)}. The loss " + (
                     f"has fallen from {first} to {now}." if fallen else f"is {now}."),
                 f"Fired: {_measure(case)} ≥ {number(case.thresholds.learned)} on the training "
                 "examples.")


def early(case: Case) -> Words:
    """Say that it is too early to judge."""
    return Words("First steps.",
                 f"The loss is {number(case.loss, 3)} so far. It is too early to say whether the "
                 "network learns.",
                 f"A verdict on progress comes at step {case.thresholds.early:,}.")


def learning(case: Case) -> Words:
    """Say that the loss is falling, or has hardly changed of late."""
    course = case.course
    fallen = f"Loss down by more than {percent(case.thresholds.progress)} in the later half of "
    if math.isnan(course.half):
        return Words("Learning.", f"The loss is {number(case.loss, 3)}. {_scores(case)}.")
    half, now = number(course.half, 3), _lately(case, course.half)
    if case.still_falling:
        return Words("Learning.", f"The loss is falling: {half} when the run was half as long, "
                                  f"{now}. {_scores(case)}.", f"{fallen}the run.")
    return Words("The loss is settling.",
                 f"It has hardly changed in the last fifth of the run: {half} when the run was "
                 f"half as long, {now}. {_scores(case)}.",
                 f"{fallen}the run, but not in its last fifth.")


def risen(case: Case) -> Words:
    """Say that the loss has been lower."""
    course = case.course
    best, level = number(course.best, 3), number(course.now, 3)
    return Words("The loss has risen again.",
                 f"The lowest was {best} at step {course.best_step:,}; lately it is about {level}. "
                 f"{_scores(case)}. A smaller learning rate keeps what has been reached.",
                 f"Fired: loss {level} > {number(case.thresholds.risen)} × {best}.",)


def chance(case: Case) -> Words:
    """Say that the loss is that of guessing."""
    if case.has_values:
        return Words("No better than the mean.",
                     "The network predicts little more than the mean of the targets. Wait, raise "
                     "the learning rate, or give it more units.",
                     f"Fired: R² = {number(case.snapshot.training.accuracy)} ≤ "
                     f"{number(case.thresholds.chance)} at step {case.snapshot.step:,}.")
    return Words("Loss at chance.",
                 f"The loss of {number(case.loss, 3)} is what guessing among {case.n_classes} "
                 "classes gives. The network has found nothing yet: wait, raise the learning rate, "
                 "or give it more units.",
                 f"Fired: loss within {percent(case.thresholds.chance)} of "
                 f"{_chance_formula(case)} at step {case.snapshot.step:,}.")


def flat(case: Case) -> Words:
    """Say that the loss has stopped falling before the examples were learned."""
    course = case.course
    help_ = "More units, more layers or another learning rate may take it further."
    evidence = (f"Fired: loss down by less than {percent(case.thresholds.progress)} in the later "
                "half of the run.")
    if course.now < case.thresholds.settled * course.first:
        low, high = number(course.low), number(course.high)
        where = f"at {number(course.now, 3)}" if low == high else f"between {low} and {high}"
        return Words("The loss has settled.",
                     f"It began at {number(course.first, 3)} and has settled {where} in the later "
                     f"half of the run. {_scores(case)}. {help_}", evidence)
    return Words("The loss is flat.",
                 f"It is {number(case.loss, 3)} and was {number(course.half, 3)} when the run "
                 f"was half as long. {_scores(case)}. {help_}", evidence)


def silent(case: Case) -> Words:
    """Say that no layer has received any gradient for a while."""
    return Words("No gradient.",
                 "The gradients of all layers are exactly 0, so no step changes anything. "
                 f"{_scores(case)}. Reset with other initial weights or another activation.",
                 f"Fired: gradient RMS 0 in every layer in {case.thresholds.snapshots} snapshots "
                 "one after another.")


def _lately(case: Case, before: float) -> str:
    """Return the loss now, or its level if the newest figure is an odd one out."""
    if case.loss < before:
        return f"{number(case.loss, 3)} now"
    return f"about {number(case.course.now, 3)} lately"


def _chance_formula(case: Case) -> str:
    value = number(case.chance, 3)
    if math.isclose(case.chance, math.log(case.n_classes)):
        return f"−ln 1/{case.n_classes} = {value}"
    return value


def _measure(case: Case) -> str:
    return "R²" if case.has_values else "accuracy"


def _scores(case: Case) -> str:
    """Return how well the examples are known: ``Training accuracy 99 %, validation 71 %``."""
    training, validation = case.snapshot.training, case.snapshot.validation
    if not case.has_values:
        text = f"Training accuracy {percent(training.accuracy)}"
        return text + (f", validation {percent(validation.accuracy)}" if validation else "")
    # Like a share of examples, R² is not rounded up to a perfect 1.
    text = f"Training R² {apart(training.accuracy, 1.0)}"
    return text + (f", validation {apart(validation.accuracy, 1.0)}" if validation else "")
