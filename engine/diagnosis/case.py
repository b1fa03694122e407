"""What a verdict on a run is about, and the words it consists of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.diagnosis.layer_verdicts import weight_readings
from engine.diagnosis.past import Course
from engine.diagnosis.rules import Thresholds
from engine.layers import ACTIVATIONS, kind
from engine.messages import Message, say
from engine.spec import NetworkSpec, Task
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
    snapshot : Snapshot
        The newest: what the rows show, and so what sentences say.
    usual : Snapshot
        The same with medians of the last snapshots, by which the run was judged.
    network : NetworkSpec
        The network that runs.
    activations, initialisers : frozenset[str]
        Keys of its hidden layers' activation functions and initial weights.
    thresholds : Thresholds
        When each rule fires.
    task : str
        ``classification`` or ``regression``.
    n_classes : int
        Number of classes.
    chance : float
        Loss of guessing; NaN where there is no such number.
    course : Course
        How the loss went.
    first_gradients : Mapping[str, float]
        Gradient RMS by layer id when the run was first seen.
    """

    snapshot: Snapshot
    usual: Snapshot
    network: NetworkSpec
    activations: frozenset[str]
    initialisers: frozenset[str]
    thresholds: Thresholds
    task: Task
    n_classes: int
    chance: float
    course: Course
    first_gradients: Mapping[str, float]

    @property
    def loss(self) -> float:
        """Loss over the training examples."""
        return self.snapshot.training.loss

    @property
    def risen(self) -> bool:
        """Whether the loss has fallen and risen again."""
        course, thresholds = self.course, self.thresholds
        fell = course.best < course.first * (1 - thresholds.progress)
        return fell and course.now > course.best * thresholds.risen

    @property
    def improving(self) -> bool:
        """Whether the loss has fallen in the later half of the run, and below where it began."""
        if math.isnan(self.course.half):
            return True
        limit = min(self.course.half * (1 - self.thresholds.progress), self.course.first)
        return self.course.now < limit and not self.risen

    @property
    def still_falling(self) -> bool:
        """Whether it has fallen in the last fifth of the run too, as a steady fall would."""
        # On a logarithmic axis of steps the last fifth is a third of the later half.
        return not self.course.now >= self.course.before * (1 - self.thresholds.progress / 3)

    @property
    def has_values(self) -> bool:
        """Whether the targets are values, so that the score is R²."""
        return self.task in ("regression", "reconstruction")

    @property
    def at_chance(self) -> bool:
        """Whether the network does no better than guessing."""
        if self.has_values:
            return self.snapshot.training.accuracy <= self.thresholds.chance
        return abs(self.loss - self.chance) <= self.thresholds.chance * self.chance

    @property
    def gap(self) -> float:
        """Training minus validation accuracy; 0 without validation examples."""
        validation = self.snapshot.validation
        return self.snapshot.training.accuracy - validation.accuracy if validation else 0.0

    @cached_property
    def measured(self) -> tuple[LayerReading, ...]:
        """Readings of the layers that have a gradient, from input to output."""
        return weight_readings(self.snapshot)

    def position(self, layer_id: str) -> int:
        """Return a layer's number as people see it; the input is 0."""
        return self.network.index(layer_id)

    def reading(self, layer_id: str) -> LayerReading:
        """Return a layer's reading."""
        return next(r for r in self.snapshot.layers if r.layer_id == layer_id)

    def usual_reading(self, layer_id: str) -> LayerReading:
        """Return a layer's reading with medians of the last snapshots."""
        return next(r for r in self.usual.layers if r.layer_id == layer_id)

    def function(self, layer_id: str) -> str:
        """Return the name of a layer's activation function."""
        layer = self.network.layer(layer_id)
        layer_kind = kind(layer.kind)
        return ACTIVATIONS[layer_kind.activation(layer_kind.options(layer))].title

    def held(self) -> Message:
        """Return how long and in which state of the run a finding held."""
        steps = self.thresholds.patience
        return (say("held.at-chance", steps=steps) if self.at_chance else
                say("held.not-converged", steps=steps))
