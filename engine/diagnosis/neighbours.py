"""Whether there is anything to be learned: what an example's nearest neighbour says of it."""

from __future__ import annotations

import math

import numpy as np

from engine.data.dataset import Dataset, Reals
from engine.diagnosis.baseline import Baseline

MOST_ROWS = 400
"""Examples that are compared with one another."""

NEIGHBOURS = 5
"""Of values, the mean of so many."""

LEAST = 0.2
"""Part of what guessing gets wrong that neighbours must get right."""


def is_learnable(dataset: Dataset, baseline: Baseline) -> bool:
    """Say whether like inputs have like answers; True where that cannot be seen.

    Each training example is answered with its nearest one, or with the mean of the nearest, and the
    answers are judged as a network's are. Of inputs that say nothing they are guesses.

    Parameters
    ----------
    dataset : Dataset
        The data.
    baseline : Baseline
        What guessing gets right.
    """
    if dataset.task not in ("classification", "regression"):
        return True
    rows = dataset.training[:MOST_ROWS]
    if len(rows) <= NEIGHBOURS:
        return True
    apart = _distances(dataset.inputs[rows], dataset.vocabulary > 0)
    if dataset.task == "regression":
        nearest = np.argpartition(apart, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        return _skill_of_values(dataset.values[rows], nearest, baseline.training) > LEAST
    labels = dataset.labels[rows]
    right = labels[apart.argmin(axis=1)] == labels
    # Every class counts alike: of a rare one hardly anything is right by chance.
    present = np.unique(labels)
    shares = np.array([right[labels == label].mean() for label in present])
    base = np.array([(labels == label).mean() for label in present])
    noise = float(np.sqrt(np.sum(base * (1 - base) / np.maximum(1, base * len(rows))))) / len(base)
    return float(np.mean(shares - base)) > max(LEAST * (1 - 1 / max(2, len(base))), 2 * noise)


def _distances(inputs: Reals, of_tokens: bool) -> Reals:
    """Return how far examples lie apart, each infinitely far from itself: float64[m, m]."""
    if of_tokens:
        apart = np.array([(inputs != row).sum(axis=1) for row in inputs], np.float64)
    else:
        spread = inputs.std(axis=0)
        scaled = (inputs - inputs.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        squares = (scaled**2).sum(axis=1)
        apart = squares[:, None] + squares - 2 * scaled @ scaled.T
    np.fill_diagonal(apart, math.inf)
    return apart


def _skill_of_values(values: Reals, nearest: np.ndarray, base: float) -> float:
    """Return which part of what guessing gets wrong is right."""
    answers = values[nearest].mean(axis=1)
    variance = float(values.var(axis=0).sum())
    if variance == 0 or base >= 1:
        return 0.0
    score = 1 - float(((answers - values)**2).mean(axis=0).sum()) / variance
    return (score - base) / (1 - base)
