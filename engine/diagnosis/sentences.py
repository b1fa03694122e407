"""What verdicts say: one function for each, all from the same figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.diagnosis.layer_verdicts import ratio, update_share, weight_readings
from engine.diagnosis.rules import Limit, Thresholds
from engine.diagnosis.wording import count, indexed, number, percent, power
from engine.layers import ACTIVATIONS, kind
from engine.spec import NetworkSpec, Task
from engine.telemetry.snapshot import LayerReading, Snapshot


@dataclass(frozen=True)
class Words:
    """Title, sentence and evidence of a verdict, and the layer that it points at."""

    title: str
    sentence: str
    evidence: str = ""
    layer_id: str = ""


@dataclass(frozen=True)
class Case:
    """Everything that a verdict can be about.

    Attributes
    ----------
    snapshot : Snapshot
        The newest.
    network : NetworkSpec
        The network that runs.
    thresholds : Thresholds
        When each rule fires.
    task : str
        ``classification`` or ``regression``.
    n_classes : int
        Number of classes.
    chance : float
        Loss of guessing; NaN where there is no such number.
    first_loss, half_loss : float
        Loss over the training examples at the start and when the run was half as long.
    """

    snapshot: Snapshot
    network: NetworkSpec
    thresholds: Thresholds
    task: Task
    n_classes: int
    chance: float
    first_loss: float
    half_loss: float

    @property
    def loss(self) -> float:
        """Loss over the training examples."""
        return self.snapshot.training.loss

    @property
    def improving(self) -> bool:
        """Whether the loss has fallen in the later half of the run, and below where it began."""
        if math.isnan(self.half_loss):
            return True
        limit = min(self.half_loss * (1 - self.thresholds.progress), self.first_loss)
        return self.loss < limit

    @property
    def at_chance(self) -> bool:
        """Whether the network does no better than guessing."""
        if self.task == "regression":
            return self.snapshot.training.accuracy <= self.thresholds.chance
        return abs(self.loss - self.chance) <= self.thresholds.chance * self.chance

    @property
    def gap(self) -> float:
        """Training minus validation accuracy; 0 without validation examples."""
        validation = self.snapshot.validation
        return self.snapshot.training.accuracy - validation.accuracy if validation else 0.0

    @property
    def state(self) -> str:
        """The second half of ``while ...``."""
        return "the loss stays at chance" if self.at_chance else "the loss has not converged"

    def position(self, layer_id: str) -> int:
        """Return a layer's number as people see it; the input is 0."""
        return self.network.index(layer_id)

    def reading(self, layer_id: str) -> LayerReading:
        """Return a layer's reading."""
        return next(r for r in self.snapshot.layers if r.layer_id == layer_id)

    def function(self, layer_id: str) -> str:
        """Return the name of a layer's activation function."""
        layer = self.network.layer(layer_id)
        layer_kind = kind(layer.kind)
        return ACTIVATIONS[layer_kind.activation(layer_kind.options(layer))].title

    def held(self) -> str:
        """Return how long and in which state of the run a finding held."""
        return f"for {self.thresholds.patience} steps while {self.state}"


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
    return Words("Exploding gradient.",
                 f"Layer {n}’s gradient grew {number(now / before)} times within {many}, and the "
                 f"loss is higher than at the start. The steps are too large: lower the learning "
                 "rate.",
                 f"Fired: {indexed('g', n)} from {number(before)} to {number(now)} in {many}, loss "
                 f"{number(case.first_loss, 3)} → {number(case.loss, 3)}.", layer_id)


def _through_depth(case: Case, layer_id: str, verb: str) -> str:
    """Explain a ratio of gradients by what each layer does to it; empty for neighbours."""
    measured = weight_readings(case.snapshot)
    value = ratio(case.reading(layer_id), measured[-1])
    passages = len(measured) - 1
    if passages < 2 or value <= 0:
        return "."
    factor = value ** (1 / passages)
    return (f": each layer multiplies it by about {number(factor)}, so {count(passages)} of them "
            f"{verb} {power(factor, passages)} ≈ {number(value, 1)}.")


def _ratio_evidence(case: Case, layer_id: str, limit: Limit, severity: int, sign: str) -> str:
    last = weight_readings(case.snapshot)[-1]
    first, final = case.position(layer_id), case.position(last.layer_id)
    value = number(ratio(case.reading(layer_id), last))
    return (f"Fired: {indexed('g', first)}/{indexed('g', final)} = {value} {sign} "
            f"{number(limit.at(severity))} {case.held()}.")


def vanishing(case: Case, layer_id: str, severity: int) -> Words:
    """Say that the first layer receives little of the last layer's gradient."""
    last = weight_readings(case.snapshot)[-1]
    n = case.position(layer_id)
    value = number(ratio(case.reading(layer_id), last))
    effect = "hardly learn" if severity > 1 else "learn slowly"
    return Words("Vanishing gradient.",
                 f"Layer {n} receives {value} of layer {case.position(last.layer_id)}’s gradient"
                 f"{_through_depth(case, layer_id, 'leave')} The early layers {effect}.",
                 _ratio_evidence(case, layer_id, case.thresholds.vanishing, severity, "<"),
                 layer_id)


def exploding(case: Case, layer_id: str, severity: int) -> Words:
    """Say that the first layer receives many times the last layer's gradient."""
    last = weight_readings(case.snapshot)[-1]
    n = case.position(layer_id)
    value = number(ratio(case.reading(layer_id), last))
    return Words("Exploding gradient.",
                 f"Layer {n} receives {value} times layer {case.position(last.layer_id)}’s gradient"
                 f"{_through_depth(case, layer_id, 'make')} Steps that suit the last layer are far "
                 "too large for the first.",
                 _ratio_evidence(case, layer_id, case.thresholds.exploding, severity, ">"),
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
                 "them and they learn nothing. A smaller learning rate, He initial weights or "
                 "Leaky ReLU keep units alive.",
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
    share = update_share(case.reading(layer_id))
    return Words("Learning rate too high.",
                 f"Each step changes the weights of layer {case.position(layer_id)} by "
                 f"{percent(share)} of their spread; about 0.1 % is usual. Such steps jump over "
                 "the valley instead of walking into it.",
                 f"Fired: update/weight = {number(share)} > "
                 f"{number(case.thresholds.update_large.at(severity))} {case.held()}.", layer_id)


def update_small(case: Case, layer_id: str, severity: int) -> Words:
    """Say that steps are small beside the weights."""
    share = update_share(case.reading(layer_id))
    return Words("Learning rate too low.",
                 f"Each step changes the weights of layer {case.position(layer_id)} by only "
                 f"{number(share)} of their spread; about 1e-3 is usual. At this pace learning "
                 "takes very long.",
                 f"Fired: update/weight = {number(share)} < "
                 f"{number(case.thresholds.update_small.at(severity))} {case.held()}.", layer_id)


FINDINGS: Mapping[str, Callable[[Case, str, int], Words]] = {
    "exploding": exploding, "symmetric": symmetric, "dead": dead, "vanishing": vanishing,
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
    return Words("Learned.", f"{_scores(case)}. The loss has fallen from "
                             f"{number(case.first_loss, 3)} to {number(case.loss, 3)}.",
                 f"Fired: {_measure(case)} ≥ {number(case.thresholds.learned)} on the training "
                 "examples.")


def early(case: Case) -> Words:
    """Say that it is too early to judge."""
    return Words("First steps.",
                 f"The loss is {number(case.loss, 3)} so far. It is too early to say whether the "
                 "network learns.",
                 f"A verdict on progress comes at step {case.thresholds.early:,}.")


def learning(case: Case) -> Words:
    """Say that the loss is falling."""
    return Words("Learning.",
                 f"The loss is falling: {number(case.half_loss, 3)} when the run was half as long, "
                 f"{number(case.loss, 3)} now. {_scores(case)}.",
                 f"Loss down by more than {percent(case.thresholds.progress)} in the later half of "
                 "the run.")


def chance(case: Case) -> Words:
    """Say that the loss is that of guessing."""
    if case.task == "regression":
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
    return Words("The loss is flat.",
                 f"It is {number(case.loss, 3)} and was {number(case.half_loss, 3)} when the run "
                 f"was half as long. {_scores(case)}. More units, more layers or another learning "
                 "rate may take it further.",
                 f"Fired: loss down by less than {percent(case.thresholds.progress)} in the later "
                 "half of the run.")


def _chance_formula(case: Case) -> str:
    value = number(case.chance, 3)
    if math.isclose(case.chance, math.log(case.n_classes)):
        return f"−ln 1/{case.n_classes} = {value}"
    return value


def _measure(case: Case) -> str:
    return "accuracy" if case.task == "classification" else "R²"


def _scores(case: Case) -> str:
    """Return how well the examples are known: ``Training accuracy 99 %, validation 71 %``."""
    training, validation = case.snapshot.training, case.snapshot.validation
    if case.task == "classification":
        text = f"Training accuracy {percent(training.accuracy)}"
        return text + (f", validation {percent(validation.accuracy)}" if validation else "")
    text = f"Training R² {number(training.accuracy)}"
    return text + (f", validation {number(validation.accuracy)}" if validation else "")
