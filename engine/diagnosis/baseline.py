"""What can be had without learning: the best answer that does not look at the inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.data.class_counts import balanced_weights, class_counts
from engine.data.dataset import Dataset, Reals
from engine.data.missing import find_sentinels
from engine.data.series import windows_of
from engine.diagnosis.network import output_width
from engine.layers import LOSSES, Loss
from engine.spec import ProjectSpec
from engine.telemetry.snapshot import Evaluation

Kind = Literal["commonest", "mean", "last", "apart", "unread"]


@dataclass(frozen=True)
class Baseline:
    """The simplest answer, and how good it is.

    Attributes
    ----------
    kind : str
        ``commonest``: always the commonest class, with the probabilities that the shares give;
        ``mean``: always the mean of the targets; ``last``: in a series, the last value again;
        ``apart``: where some targets are a number such as -200 that looks like no reading, this
        number for them and the mean of the others for these; ``unread``: of a text, no character.
    loss : float
        What it costs; NaN where the score says the same (values, texts), or nothing is known.
    training, validation : float
        Its score on the training and the validation examples: share of right classes, R², or 1 less
        the share of wrong characters.
    shares : tuple[float, ...]
        Share of the training examples that each class has; empty for values.
    name : str
        The commonest class, or that number; else empty.
    is_weighted : bool
        Whether every class counts alike in the loss: then the mean over the classes of what is
        right tells what is known, and the probabilities of the simplest answer are equal.
    """

    kind: Kind = "mean"
    loss: float = math.nan
    training: float = 0.0
    validation: float = 0.0
    shares: tuple[float, ...] = ()
    name: str = ""
    is_weighted: bool = False

    @property
    def is_even(self) -> bool:
        """Whether the classes are about equally frequent, so that the share of right ones tells."""
        return not self.shares or min(self.shares) * len(self.shares) >= EVEN

    def skill(self, score: float, *, on_validation: bool = False) -> float:
        """Return which part of what the baseline gets wrong is right: 0 as good, 1 perfect."""
        base = self.validation if on_validation else self.training
        return (score - base) / (1 - base) if base < 1 else score - base

    def skill_of(self, seen: Evaluation, *, on_validation: bool = False) -> float:
        """Return the same of what was measured, by the score that tells what is known."""
        if not self.is_weighted or math.isnan(seen.balanced):
            return self.skill(seen.accuracy, on_validation=on_validation)
        # Whatever is always answered, of one class all is right and of the others nothing.
        base = 1 / sum(share > 0 for share in self.shares)
        return (seen.balanced - base) / (1 - base)


EVEN = 0.7
"""Share of its fair part that the rarest class must have for classes to count as equally frequent.
"""


_MOST_SEARCHED = 100_000
"""Examples that numbers like -200 are looked for among."""


def baseline_of(project: ProjectSpec, dataset: Dataset) -> Baseline:
    """Return what can be had of a project's data without learning.

    Parameters
    ----------
    project : ProjectSpec
        Its loss, and its network's output, say what the answer costs.
    dataset : Dataset
        The data.
    """
    if dataset.task in ("classification", "sequence"):
        return _of_classes(project, dataset)
    if dataset.task == "transcription":
        return Baseline("unread")
    if dataset.is_series and dataset.task == "regression":
        return Baseline("last", training=_persistence(dataset, dataset.training),
                        validation=_persistence(dataset, dataset.validation))
    if dataset.task == "regression" and dataset.values.shape[1] == 1:
        return _of_values(dataset)
    return Baseline()


def class_shares(dataset: Dataset) -> tuple[float, ...]:
    """Return the share of the training examples, or of their steps, that each class has."""
    counts = class_counts(dataset)
    return tuple((counts / max(1, counts.sum())).tolist())


def _of_classes(project: ProjectSpec, dataset: Dataset) -> Baseline:
    shares = class_shares(dataset)
    loss = LOSSES.get(project.training.loss)
    if not shares or loss is None:
        return Baseline("commonest")
    present = sum(share > 0 for share in shares)
    is_weighted = (project.training.class_weights == "balanced" and bool(loss.weighted_op)
                   and present > 1)
    counted = _weighted(dataset) if is_weighted else shares
    cost = loss.at_chance(dataset.task, _smoothed(counted, project, loss),
                          output_width(project.network))
    best = int(np.argmax(shares))
    held_out = dataset.labels[dataset.validation]
    known = held_out[held_out >= 0]
    validation = float(np.mean(known == best)) if len(known) else shares[best]
    return Baseline("commonest", cost, shares[best], validation, shares,
                    dataset.class_names[best], is_weighted)


def _of_values(dataset: Dataset) -> Baseline:
    targets = _rounded(dataset.in_units(dataset.values)[:, 0])
    odd = [value for value, _ in find_sentinels(targets[dataset.training[:_MOST_SEARCHED]])]
    if not odd:
        return Baseline()
    training, validation = (_apart(dataset.values[rows, 0], targets[rows], odd)
                            for rows in (dataset.training, dataset.validation))
    return Baseline("apart", training=training, validation=validation,
                    name=", ".join(f"{value:g}" for value in odd))


def _rounded(values: Reals) -> Reals:
    """Return values without what scaling them back and forth has changed."""
    size = float(np.abs(values).max(initial=0.0))
    if not 0 < size < math.inf:
        return values
    digits = 9 - math.ceil(math.log10(size))
    return np.round(values, digits)


def _apart(values: Reals, targets: Reals, odd: Sequence[float]) -> float:
    """Return R² of an answer that knows which targets are odd, and of the others the mean."""
    variance = float(np.var(values)) if len(values) else 0.0
    usual = values[~np.isin(targets, odd)]
    if variance == 0 or not len(usual):
        return 0.0
    return 1 - float(np.var(usual)) * len(usual) / (variance * len(values))


def _weighted(dataset: Dataset) -> tuple[float, ...]:
    """Return which share of all that counts is each class's: as much as any other's, or none."""
    counts = class_counts(dataset)
    weighed = counts * balanced_weights(counts)
    return tuple((weighed / weighed.sum()).tolist())


def _smoothed(shares: tuple[float, ...], project: ProjectSpec, loss: Loss) -> tuple[float, ...]:
    """Return the mean of the targets of each class, of which label smoothing spreads a part."""
    if "label_smoothing" not in {field.key for field in loss.constants}:
        return shares
    spread = project.training.label_smoothing
    return tuple((1 - spread) * share + spread / len(shares) for share in shares)


def _persistence(dataset: Dataset, rows: np.ndarray) -> float:
    """Return R² of answering with the newest value of each window; 0 where it is worse."""
    targets = dataset.values[rows]
    variance = float(np.mean((targets - targets.mean(axis=0)) ** 2)) if len(rows) else 0.0
    if variance == 0:
        return 0.0
    last = windows_of(dataset).again[rows]
    return max(0.0, 1 - float(np.mean((targets - last) ** 2)) / variance)
