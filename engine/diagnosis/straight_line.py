"""How well straight lines do, with no network at all."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Indices, Reals

_LITTLE = 1e-6
"""Added to variances of 1: columns that say the same, such as pixels that are always 0, leave
nothing to solve."""


def share_right(inputs: Reals, labels: Indices, n_classes: int) -> float:
    """Return the share of examples that linear discriminants get right.

    Parameters
    ----------
    inputs : float64[n, d]
        Examples, all finite.
    labels : int64[n]
        Their classes.
    n_classes : int
        How many classes there are.

    Notes
    -----
    For two classes that is least squares; for more it does not mask those in the middle. Source:
    Hastie, Tibshirani and Friedman (2009), sec. 4.2 and 4.3.
    """
    x = _standardised(inputs)
    counts = np.bincount(labels, minlength=n_classes)
    members = np.eye(n_classes)[labels]
    means = members.T @ x / np.maximum(counts, 1)[:, None]
    within = x - means[labels]
    weights = np.linalg.solve(within.T @ within / len(x) + _LITTLE * np.eye(x.shape[1]), means.T)
    scores = x @ weights - 0.5 * np.sum(means * weights.T, axis=1)
    scores += np.log(np.maximum(counts, 1e-9))
    return float(np.mean(scores.argmax(axis=1) == labels))


def r_squared(inputs: Reals, targets: Reals) -> float:
    """Return R² of least squares; 1 where there is nothing to explain.

    Parameters
    ----------
    inputs, targets : float64[n, d], float64[n, k]
        Examples, all finite, and values.
    """
    x, y = _standardised(inputs), targets - targets.mean(axis=0)
    weights = np.linalg.solve(x.T @ x / len(x) + _LITTLE * np.eye(x.shape[1]), x.T @ y / len(x))
    spread = float(np.mean(y**2))
    return 1 - float(np.mean((x @ weights - y)**2)) / spread if spread > 0 else 1.0


def _standardised(inputs: Reals) -> Reals:
    # Dividing first: the squares of astronomical numbers are infinite.
    largest = np.maximum(np.abs(inputs).max(axis=0), 1e-300)
    centred = inputs / largest - (inputs / largest).mean(axis=0)
    deviations = centred.std(axis=0)
    scaled: Reals = centred / np.where(deviations > 0, deviations, 1.0)
    return scaled
