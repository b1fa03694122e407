"""The training examples that a prediction looks at, and how they stand for a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.class_counts import balanced_weights, class_counts
from engine.data.dataset import Dataset
from engine.data.late_rows import LateRows
from engine.layers import LOSSES
from engine.layers.covariance import Batch, Typical
from engine.layers.losses import OF_CLASSES
from engine.spec import TrainingSpec

TYPICAL = 4096
"""Training examples over which means are taken."""

GROUPS, LARGEST = 4, 2**25
"""Groups of targets that are values, and how many numbers are still gone through for them."""

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Probe:
    """Some training examples.

    Attributes
    ----------
    inputs : float64[n, d]
        What the network sees of them.
    targets : float64[n, ...]
        What the loss wants, one number or share for every output.
    counts : float64[n]
        What each counts in the loss.
    batch : Batch
        How they stand for a batch of the training.
    typical : Typical
        What the inputs of all examples are like.
    opposed : float
        Mean of the product of two different examples' targets, over all that is learned from,
        less that of the examples here; 0 for classes, of which there are as many as of all.
    """

    inputs: Reals
    targets: Reals
    counts: Reals
    batch: Batch
    typical: Typical
    opposed: float


def take(training: TrainingSpec, dataset: Dataset, width: int, points: int) -> Probe:
    """Return a probe of at most so many examples, always the same ones of a data set.

    Parameters
    ----------
    training : TrainingSpec
        Says loss, batches and weights of classes.
    dataset : Dataset
        The data.
    width : int
        Outputs of the network.
    points : int
        Most examples.
    """
    everything = dataset.training
    by_class = dataset.task == "classification"
    labels = dataset.labels[everything] if by_class else _groups(dataset)
    chosen = _chosen(labels, min(points, len(everything)))
    rows = everything[chosen]
    batch = Batch(min(training.batch_size or len(everything), len(everything)),
                  len(everything), _among(labels, labels[chosen]))
    inputs = np.asarray(dataset.inputs[rows], np.float64)
    targets = _targets(training, dataset, rows, width)
    counts = np.ones(len(rows))
    if by_class and training.class_weights != "none" and LOSSES[training.loss].weighted_op:
        weights = balanced_weights(class_counts(dataset))
        # The loss is a weighted mean: what a batch's examples weigh on average comes off again.
        counts = weights[dataset.labels[rows]] / weights[labels].mean()
    opposed = 0.0 if dataset.task in OF_CLASSES or targets.ndim > 2 else \
        _opposed(dataset.values, everything, targets)
    return Probe(inputs, targets, counts, batch, _typical(dataset, labels, chosen), opposed)


def _groups(dataset: Dataset) -> Indices:
    """Return groups of like targets where these are values, int64[training]: what stands for them.

    Along the direction in which targets differ most, quarters of all that is learned from.
    """
    everything, values = dataset.training, dataset.values
    if dataset.task in OF_CLASSES or not values.size or values.size > LARGEST:
        return np.zeros(len(everything), np.int64)
    some = values[everything[np.unique(np.linspace(0, len(everything) - 1, 512).astype(np.int64))]]
    axis = np.linalg.svd(some - some.mean(axis=0), full_matrices=False)[2][0]
    along = (values @ axis)[everything]
    borders = np.quantile(along, np.arange(1, GROUPS) / GROUPS)
    return np.asarray(np.searchsorted(borders, along), np.int64)


def _chosen(labels: Indices, count: int) -> Indices:
    """Return places of examples, of every class its share, but two where there are so many."""
    found, counts = np.unique(labels, return_counts=True)
    if len(found) == 1:
        return np.unique(np.linspace(0, len(labels) - 1, count).astype(np.int64))
    if 2 * len(found) > count:
        # Classes at even distances, and pairs of each: others are left out.
        kept = np.unique(np.linspace(0, len(found) - 1, max(count // 2, 1)).astype(np.int64))
        found, counts = found[kept], counts[kept]
    quota = np.minimum(counts, np.maximum(2, counts * count // counts.sum()))
    return np.sort(np.concatenate([np.flatnonzero(labels == one)[:some]
                                   for one, some in zip(found, quota, strict=True)]))


def _typical(dataset: Dataset, labels: Indices, chosen: Indices) -> Typical:
    """Return the mean inputs of the classes that are looked at; examples read late are few."""
    there, members = np.unique(labels[chosen], return_inverse=True)
    counts = np.bincount(labels)[there].astype(np.float64)
    some = chosen if isinstance(dataset.inputs, LateRows) else np.unique(
        np.linspace(0, len(labels) - 1, TYPICAL).astype(np.int64))
    means = []
    for one in there:
        rows = some[labels[some] == one]
        rows = rows if len(rows) else chosen[labels[chosen] == one]
        means.append(np.asarray(dataset.inputs[dataset.training[rows]], np.float64).mean(axis=0))
    return Typical(np.stack(means), counts, members.astype(np.int64))


def _among(labels: Indices, chosen: Indices) -> Reals:
    """Return the weights of pairs: as often as two of all examples are of these two classes."""
    n, total = len(chosen), len(labels)
    same = chosen[:, None] == chosen[None, :]
    there, counts = np.unique(chosen, return_counts=True)
    of_all = np.bincount(labels, minlength=int(labels.max()) + 1).astype(np.float64)
    here = counts[np.searchsorted(there, chosen)].astype(np.float64)
    often = of_all[chosen]
    pairs = often[:, None] * (often[None, :] - same)
    shown = here[:, None] * (here[None, :] - same)
    weights = np.where(shown > 0, pairs / np.maximum(shown, 1.0), 0.0)
    np.fill_diagonal(weights, 0.0)
    if len(there) < len(np.unique(labels)):
        # With classes left out, pairs of one class are as frequent as among all.
        alike = float(of_all @ (of_all - 1)) / max(total * (total - 1), 1)
        within = np.where(same, weights, 0.0)
        between = weights - within
        weights = (within * (alike / max(within.sum(), 1e-300))
                   + between * ((1 - alike) / max(between.sum(), 1e-300)))
    if weights.sum() > 0:
        weights /= weights.sum()
    own = often / here
    weights[np.arange(n), np.arange(n)] = own / own.sum()
    return weights


def _targets(training: TrainingSpec, dataset: Dataset, rows: Indices, width: int) -> Reals:
    if dataset.task == "classification":
        return LOSSES[training.loss].encode(dataset.labels[rows], dataset.n_outputs, width)
    if dataset.task == "sequence":
        labels = dataset.labels[rows]
        return np.eye(width)[np.maximum(labels, 0)] * (labels >= 0)[..., None]
    if dataset.task == "transcription":
        return dataset.labels[rows].astype(np.float64)
    return np.asarray(dataset.values[rows], np.float64)


def _opposed(values: Reals, training: Indices, targets: Reals) -> float:
    """Return by how much the targets here go together less, or more, than those of all."""
    def of_pairs(t: Reals) -> float:
        n = len(t)
        return float(np.mean((t.sum(axis=0)**2 - (t**2).sum(axis=0)) / max(n * (n - 1), 1)))
    # Of large data some thousand are enough.
    some = training[np.unique(np.linspace(0, len(training) - 1, 4096).astype(np.int64))]
    return of_pairs(np.asarray(values[some], np.float64)) - of_pairs(targets)
