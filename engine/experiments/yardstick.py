"""Which figure decides between two runs, and at which step: fixed before they run."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.data.dataset import Dataset
from engine.diagnosis.baseline import baseline_of
from engine.diagnosis.network import output_width
from engine.layers import LOSSES
from engine.messages import Message, say
from engine.spec import ProjectSpec
from engine.telemetry.snapshot import Evaluation, Snapshot

Figure = Literal["loss", "accuracy", "r2", "balanced"]

USUAL_STEPS = 2000
"""After how many steps two runs are compared that do not end by themselves."""

CLOSE = 0.02
"""Relative distance from guessing that still counts as guessing."""

SAME = 0.01
"""Share of the larger one, and of a score, within which two figures count as the same."""

TINY = 1e-3
"""Share of what guessing costs within which two losses count as the same, however near to 0."""


@dataclass(frozen=True)
class Yardstick:
    """What decides between run A and run B.

    Attributes
    ----------
    figure : str
        ``loss``, ``accuracy``, ``r2``, or ``balanced``: mean over the classes of the share that is
        right.
    on_validation : bool
        Whether it is measured on the validation examples, or on those that are learned from.
    step : int
        The step at which it decides.
    shared : bool
        Whether both are measured on the same examples.
    guessing : float
        What guessing gets; NaN where nothing is known of it.
    of_values : bool
        Whether guessing means the mean of the targets, and not a class.
    """

    figure: Figure
    on_validation: bool
    step: int
    shared: bool = True
    guessing: float = math.nan
    of_values: bool = False

    @property
    def name(self) -> Message:
        """The figure by its name: ``validation loss``."""
        if self.figure == "loss":
            return (say("yardstick.validation-loss") if self.on_validation else
                    say("yardstick.training-loss"))
        if self.figure == "r2":
            return (say("yardstick.validation-r2") if self.on_validation else
                    say("yardstick.training-r2"))
        if self.figure == "accuracy":
            return (say("yardstick.validation-accuracy") if self.on_validation else
                    say("yardstick.training-accuracy"))
        return (say("yardstick.validation-balanced") if self.on_validation else
                say("yardstick.training-balanced"))

    @property
    def sentence(self) -> Message:
        """What decides: the figure and the step, in a sentence."""
        if self.shared:
            return say("yardstick.decides", figure=self.name, step=self.step)
        return say("yardstick.decides-each", figure=self.name, step=self.step)

    @property
    def falls(self) -> bool:
        """Whether less is better."""
        return self.figure == "loss"

    def seen(self, snapshot: Snapshot) -> Evaluation:
        """Return what was measured on the examples that decide."""
        on_validation = self.on_validation and snapshot.validation is not None
        return snapshot.validation if on_validation and snapshot.validation else snapshot.training

    def of(self, snapshot: Snapshot) -> float:
        """Return the figure; where it is no number, the worst there is."""
        seen = self.seen(snapshot)
        value = {"loss": seen.loss, "balanced": seen.balanced}.get(self.figure, seen.accuracy)
        if math.isfinite(value):
            return value
        return math.inf if self.falls else -math.inf

    def compared(self, a: float, b: float) -> int:
        """Return 1 where B's figure is better than A's, -1 where it is worse, else 0.

        Two that are no better than guessing, and no worse, are the same.
        """
        if a == b or self.beside_guessing(a) == self.beside_guessing(b) == 0:
            return 0
        if not (math.isfinite(a) and math.isfinite(b)):
            return 1 if (b < a) == self.falls else -1
        if self.falls:
            # Losses below a thousandth of what guessing costs are all as good as 0.
            scale = self.guessing if math.isfinite(self.guessing) else 0.0
            least = max(SAME * max(abs(a), abs(b)), TINY * scale)
        else:
            least = SAME
        if abs(a - b) <= least:
            return 0
        return 1 if (b < a) == self.falls else -1

    def beside_guessing(self, value: float) -> int:
        """Return 0 where a figure is that of guessing, 1 where it is better, -1 where it is worse.

        Where nothing is known of guessing, every figure that is a number is better.
        """
        if math.isnan(self.guessing):
            return 1 if math.isfinite(value) else -1
        width = CLOSE * self.guessing if self.falls else CLOSE
        if abs(value - self.guessing) <= width:
            return 0
        return 1 if (value < self.guessing) == self.falls else -1


def yardstick(a: tuple[ProjectSpec, Dataset], b: tuple[ProjectSpec, Dataset],
              step: int) -> Yardstick:
    """Return what decides between two runs.

    The validation loss, wherever both minimise the same loss on the same scale: then less of it is
    better, whatever else differs. Another loss, other weights of the classes, smoothed targets or
    targets on another scale make losses numbers of different things; then it is the share of right
    answers, with other weights its mean over the classes, or R².

    Parameters
    ----------
    a, b : tuple[ProjectSpec, Dataset]
        What runs, each with its data.
    step : int
        The step at which it decides; see `deciding_step`.
    """
    (first, data), (second, other) = a, b
    on_validation = bool(len(data.validation) and len(other.validation))
    figure = _figure(first, data, second, other)
    return Yardstick(figure, on_validation, step, _same_examples(data, other, on_validation),
                     _guessing(figure, first, data, on_validation),
                     data.task in ("regression", "reconstruction"))


def deciding_step(project: ProjectSpec, dataset: Dataset, step: int = 0, since: int = 0) -> int:
    """Return the step at which two runs are to be compared.

    Parameters
    ----------
    project, dataset : ProjectSpec, Dataset
        Those of A. Where something ends the run, it is its end.
    step : int
        Where A stands already: B is to come as far.
    since : int
        The step since which the two are trained differently, if that is not their first: before
        they have gone on from there, there is nothing to compare.
    """
    training, examples = project.training, max(1, len(dataset.training))
    batch = min(training.batch_size or examples, examples)
    epochs = training.stopping.epochs * math.ceil(examples / batch)
    ends = [end for end in (training.steps, epochs) if end > max(step, since)]
    return max(step, min(ends, default=since + USUAL_STEPS))


def _figure(first: ProjectSpec, data: Dataset, second: ProjectSpec, other: Dataset) -> Figure:
    if _same_loss(first, data, second, other):
        return "loss"
    if data.task in ("regression", "reconstruction"):
        return "r2"
    weights = first.training.class_weights, second.training.class_weights
    return "balanced" if weights[0] != weights[1] and data.task == "classification" else "accuracy"


def _same_loss(first: ProjectSpec, data: Dataset, second: ProjectSpec, other: Dataset) -> bool:
    """Say whether both losses are the same function of answers and targets."""
    one, two = first.training, second.training
    loss = LOSSES[one.loss]
    keys = {field.key for field in loss.constants} | ({"class_weights"} if loss.weighted_op else
                                                      set())
    if one.loss != two.loss or any(getattr(one, key) != getattr(two, key) for key in keys):
        return False
    if one.class_weights != "none" and not _same_rows(data.training, other.training):
        # Classes are weighed by how many of their examples are learned from.
        return False
    if loss.single_output_classes is not None and (
            output_width(first.network) != output_width(second.network)):
        return False
    return data.n_outputs == other.n_outputs and _same_scale(data, other)


def _same_scale(data: Dataset, other: Dataset) -> bool:
    """Say whether targets are on the same scale: equal, where both have the same examples."""
    if not data.values.size and not other.values.size:
        return True
    if data.values.shape == other.values.shape:
        return bool(np.allclose(data.values, other.values, rtol=1e-9, atol=1e-12))
    return False


def _same_rows(one: np.ndarray, two: np.ndarray) -> bool:
    return len(one) == len(two) and bool(np.array_equal(np.sort(one), np.sort(two)))


def _same_examples(data: Dataset, other: Dataset, on_validation: bool) -> bool:
    """Say whether both are measured on the same examples, however their inputs are scaled."""
    if data is other:
        return True
    one, two = ((data.validation, other.validation) if on_validation else
                (data.training, other.training))
    return (data.key == other.key and len(data.inputs) == len(other.inputs)
            and _same_rows(one, two) and np.array_equal(data.labels, other.labels))


def _guessing(figure: Figure, project: ProjectSpec, dataset: Dataset, on_validation: bool) -> float:
    """Return what the best answer gets that does not look at the inputs."""
    if figure == "r2":
        return 0.0
    baseline = baseline_of(project, dataset)
    if figure == "loss":
        if dataset.task in ("regression", "reconstruction"):
            return _of_mean(project, dataset, on_validation)
        if on_validation:
            # Always the same answer, whichever is best for these examples.
            baseline = baseline_of(project, replace(dataset, training=dataset.validation))
        return baseline.loss
    if figure == "balanced":
        present = sum(share > 0 for share in baseline.shares)
        return 1 / present if present else math.nan
    return baseline.validation if on_validation else baseline.training


def _of_mean(project: ProjectSpec, dataset: Dataset, on_validation: bool) -> float:
    """Return what the mean of the targets costs, where the loss is a squared distance."""
    if project.training.loss != "mean_squared_error":
        return math.nan
    rows = dataset.validation if on_validation else dataset.training
    mean = dataset.values[dataset.training].mean(axis=0)
    return float(np.mean((dataset.values[rows] - mean) ** 2))
