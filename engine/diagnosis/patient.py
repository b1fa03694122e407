"""What is known of a run before its first step."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from engine.data.dataset import Dataset
from engine.diagnosis.baseline import Baseline, baseline_of
from engine.diagnosis.network import hidden_activations, hidden_initialisers, symmetric_layers
from engine.layers import SCHEDULES
from engine.spec import NetworkSpec, ProjectSpec, Task


@dataclass(frozen=True)
class Patient:
    """A project with what its data say of it.

    Attributes
    ----------
    project : ProjectSpec
        What is trained, and how.
    task : str
        The data set's.
    class_names : tuple[str, ...]
        Empty for values.
    examples : int
        Training examples.
    baseline : Baseline
        What can be had without learning.
    """

    project: ProjectSpec
    task: Task = "classification"
    class_names: tuple[str, ...] = ("A", "B")
    examples: int = 0
    baseline: Baseline = field(default_factory=Baseline)

    @classmethod
    def of(cls, project: ProjectSpec, dataset: Dataset) -> Patient:
        """Return what a project and its data say."""
        return cls(project, dataset.task, dataset.class_names, len(dataset.training),
                   baseline_of(project, dataset))

    @property
    def network(self) -> NetworkSpec:
        """The network that runs."""
        return self.project.network

    @property
    def has_values(self) -> bool:
        """Whether the targets are values, so that the score is R²."""
        return self.task in ("regression", "reconstruction")

    @property
    def reads_texts(self) -> bool:
        """Whether texts are read, so that the score is 1 less the share of wrong characters."""
        return self.task == "transcription"

    @cached_property
    def activations(self) -> frozenset[str]:
        """Keys of the hidden layers' activation functions."""
        return hidden_activations(self.network)

    @cached_property
    def initialisers(self) -> frozenset[str]:
        """Keys of how the hidden layers' weights are drawn."""
        return hidden_initialisers(self.network)

    @cached_property
    def symmetric(self) -> frozenset[str]:
        """Layers whose units start equal and stay so."""
        return symmetric_layers(self.network)

    def examples_by(self, step: int) -> int:
        """Return how many examples the network has seen by a step."""
        return step * min(self.project.training.batch_size or self.examples, self.examples)

    def rate_factor(self, step: int) -> float:
        """Return what the schedule makes of the learning rate at a step; 1 if the loss decides."""
        spec = self.project.training.schedule
        schedule = SCHEDULES[spec.kind]
        return 1.0 if schedule.follows_loss else schedule.factor(spec, float(step))
