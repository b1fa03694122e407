"""What a verdict on a run is about, and the words it consists of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from engine.diagnosis.baseline import Baseline
from engine.diagnosis.measures import weight_readings
from engine.diagnosis.past import Course
from engine.diagnosis.patient import Patient
from engine.diagnosis.rules import Thresholds
from engine.layers import ACTIVATIONS, kind
from engine.messages import Message
from engine.telemetry.snapshot import LayerReading, Snapshot


@dataclass(frozen=True)
class Words:
    """What a verdict says, and the layer that it points at.

    Attributes
    ----------
    title : Message
        A few words with a full stop: ``Vanishing gradient.``
    sentence : Message
        What it means, for a student to read aloud.
    evidence : Message | None
        The rule that fired, with its numbers.
    layer_id : str
        The layer to look at, or empty.
    """

    title: Message
    sentence: Message
    evidence: Message | None = None
    layer_id: str = ""


@dataclass(frozen=True)
class Case:
    """Everything that a verdict can be about.

    Attributes
    ----------
    patient : Patient
        What is known from before the first step.
    snapshot : Snapshot
        The newest, with medians of the last ones in its readings: what rows, rules and sentences
        all have.
    thresholds : Thresholds
        When each rule fires.
    course : Course
        How the loss went.
    first : tuple[LayerReading, ...]
        The layers when the run was first seen.
    """

    patient: Patient
    snapshot: Snapshot
    thresholds: Thresholds
    course: Course
    first: tuple[LayerReading, ...]

    @property
    def baseline(self) -> Baseline:
        """What can be had without learning."""
        return self.patient.baseline

    @property
    def has_values(self) -> bool:
        """Whether the targets are values, so that the score is R²."""
        return self.patient.has_values

    @property
    def reads_texts(self) -> bool:
        """Whether texts are read, so that the score is 1 less the share of wrong characters."""
        return self.patient.reads_texts

    @property
    def loss(self) -> float:
        """Loss over the training examples."""
        return self.snapshot.training.loss

    @property
    def score(self) -> float:
        """Share of training examples that are right, R², or 1 less that of wrong characters."""
        return self.snapshot.training.accuracy

    @property
    def skill(self) -> float:
        """Which part of what the baseline gets wrong is right, on the training examples."""
        return self.baseline.skill_of(self.snapshot.training)

    @property
    def validation_skill(self) -> float:
        """The same on the validation examples; on the training examples if there are none."""
        held_out = self.snapshot.validation
        if held_out is None:
            return self.skill
        return self.baseline.skill_of(held_out, on_validation=True)

    @property
    def risen(self) -> bool:
        """Whether the loss has fallen and risen again, by more than is worth nothing."""
        course, thresholds = self.course, self.thresholds
        fell = course.best < course.first * (1 - thresholds.progress)
        scale = self.baseline.loss if math.isfinite(self.baseline.loss) else course.first
        noticeable = course.now - course.best > thresholds.begun * scale
        return fell and course.now > course.best * thresholds.risen and noticeable

    @property
    def improving(self) -> bool:
        """Whether the loss has fallen in the later half of the run, and below where it began."""
        if math.isnan(self.course.half):
            return not self.course.now > self.course.first
        limit = min(self.course.half * (1 - self.thresholds.progress), self.course.first)
        return self.course.now < limit and not self.risen

    @property
    def overshoots(self) -> bool:
        """Whether the loss tells of steps that are too large: it leaps, or is above guessing.

        Steps may be large beside weights that are small by right: those that begin at 0, or that
        are best there.
        """
        course, begun = self.course, self.thresholds.begun
        scale = self.baseline.loss if math.isfinite(self.baseline.loss) else course.first
        leaps = course.high - course.low > begun * scale and not self.improving
        return leaps or self.risen or self.times_guessing > 1 + begun

    @property
    def has_begun(self) -> bool:
        """Whether something is learned: the loss has fallen, and below what guessing costs."""
        course, begun = self.course, self.thresholds.begun
        if not course.now < course.first * (1 - begun):
            return False
        return self._is_better(course.now, self.skill)

    @property
    def generalises(self) -> bool:
        """Whether what is learned holds for the validation examples, too, if there are any."""
        held_out = self.snapshot.validation
        return held_out is None or self._is_better(held_out.loss, self.validation_skill)

    def _is_better(self, loss: float, skill: float) -> bool:
        """Say whether a loss, or a skill where guessing has no loss, is better than guessing."""
        begun = self.thresholds.begun
        if math.isfinite(self.baseline.loss):
            # Right answers alone may be luck of a boundary that moves.
            known = skill > 2 * begun and loss < self.baseline.loss * (1 - self.thresholds.chance)
            return known or loss < self.baseline.loss * (1 - begun)
        return skill > begun

    @property
    def is_falling(self) -> bool:
        """Whether the loss has fallen much in the later half of the run."""
        return self.course.now < self.course.half * self.thresholds.settled

    @property
    def has_dropped(self) -> bool:
        """The same; of a run that has no middle yet, since it began."""
        course = self.course
        before = course.first if math.isnan(course.half) else course.half
        return course.now < before * self.thresholds.settled

    @property
    def still_falling(self) -> bool:
        """Whether it has fallen in the last fifth of the run too, as a steady fall would."""
        # On a logarithmic axis of steps the last fifth is a third of the later half.
        return not self.course.now >= self.course.before * (1 - self.thresholds.progress / 3)

    @property
    def is_validation_loss_notable(self) -> bool:
        """Whether the validation loss is more than a small part of what guessing costs."""
        held_out = self.snapshot.validation
        if held_out is None:
            return False
        if self.has_values or self.reads_texts:
            return 1 - held_out.accuracy > self.thresholds.begun
        return not held_out.loss <= self.thresholds.notable * self.baseline.loss

    @property
    def at_chance(self) -> bool:
        """Whether the network does no better than an answer that does not look at the inputs."""
        if self.has_values or self.reads_texts:
            limits = self.thresholds
            return self.skill <= (limits.chance if self.baseline.kind == "mean" else limits.begun)
        return self.skill <= CLOSE and self.loss >= self.chance_limit

    @property
    def chance_limit(self) -> float:
        """Loss from which the network does no better than guessing, given its right answers."""
        limit = self.thresholds.chance
        return (1 - (CLOSE if self.skill <= limit else limit)) * self.baseline.loss

    @property
    def times_guessing(self) -> float:
        """How many times the loss of guessing the loss is."""
        if self.has_values:
            return max(0.0, 1 - self.score)
        return self.loss / self.baseline.loss if self.baseline.loss > 0 else math.nan

    @property
    def gap(self) -> float:
        """Training minus validation accuracy; 0 without validation examples."""
        validation = self.snapshot.validation
        return self.snapshot.training.accuracy - validation.accuracy if validation else 0.0

    @property
    def gap_limit(self) -> float:
        """Gap from which the network overfits: more than chance makes of so few examples."""
        validation, limit = self.snapshot.validation, self.thresholds.gap
        if validation is None or self.has_values:
            return limit
        share = min(max(validation.accuracy, 0.0), 1.0)
        return max(limit, 2 * math.sqrt(share * (1 - share) / max(1, validation.examples)))

    @property
    def overfits(self) -> bool:
        """Whether the training examples are known, and those of validation clearly less."""
        return (self.skill >= self.thresholds.skill and self.gap >= self.gap_limit
                and not self.times_guessing > 1)

    @cached_property
    def measured(self) -> tuple[LayerReading, ...]:
        """Readings of the layers that have a gradient, from input to output."""
        return weight_readings(self.snapshot)

    def position(self, layer_id: str) -> int:
        """Return a layer's number as people see it; the input is 0."""
        return self.patient.network.index(layer_id)

    def reading(self, layer_id: str) -> LayerReading:
        """Return a layer's reading."""
        return next(r for r in self.snapshot.layers if r.layer_id == layer_id)

    def function(self, layer_id: str) -> str:
        """Return the name of a layer's activation function."""
        layer = self.patient.network.layer(layer_id)
        layer_kind = kind(layer.kind)
        return ACTIVATIONS[layer_kind.activation(layer_kind.options(layer))].title


CLOSE = 0.2
"""Share of the loss of guessing within which right answers no more frequent than by guessing are
no better than it; a loss that is less tells of something learned. And the skill up to which a loss
of guessing, or more, counts as guessing: somebody who is mostly right has found something."""
