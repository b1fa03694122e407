"""How many training examples every class has, and what each weighs where all are to count alike."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Indices, Reals


def class_counts(dataset: Dataset) -> Indices:
    """Return how many training examples, or steps of them that count, every class has, int64[k]."""
    labels = dataset.labels[dataset.training].ravel()
    counts = np.bincount(labels[labels >= 0], minlength=len(dataset.class_names))
    return counts.astype(np.int64)


def balanced_weights(counts: Indices) -> Reals:
    """Return what every class weighs so that all count alike, float64[k].

    Parameters
    ----------
    counts : int64[k]
        Training examples of every class.

    Notes
    -----
    ``n / (k x examples of it)``, as scikit-learn's ``class_weight="balanced"`` after King and Zeng
    (2001). A class without training examples weighs as one with a single example.
    """
    weights: Reals = counts.sum() / (len(counts) * np.maximum(counts, 1.0))
    return weights
