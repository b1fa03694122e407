"""Dividing examples into those to learn from and those to validate on."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Indices
from engine.errors import DataError

_SPLIT_STREAM = 1
"""Keeps the split's random numbers apart from those that drew the points of the same seed."""


def split_rows(n: int, labels: Indices | None, share: float, seed: int) -> tuple[Indices, Indices]:
    """Divide rows at random; neither side is ever empty.

    Parameters
    ----------
    n : int
        Number of rows.
    labels : int64[n] or None
        Classes: every class is divided by itself, so that both sides have the same mixture and
        each class of two rows or more is on both. None divides all rows alike.
    share : float
        Share of rows to learn from, between 0 and 1.
    seed : int
        The same seed gives the same rows in the same order.

    Returns
    -------
    training, validation : int64[...]
        Row numbers in a shuffled order.

    Raises
    ------
    DataError
        If there are fewer than two rows.
    """
    if n < 2:
        raise DataError("data.too-few", count=n)
    rng = np.random.default_rng([seed, _SPLIT_STREAM])
    order = rng.permutation(n)
    groups = [order] if labels is None else _by_class(order, labels)
    sides = [_divide(group, share) for group in groups]
    training = rng.permutation(np.concatenate([side[0] for side in sides]))
    validation = rng.permutation(np.concatenate([side[1] for side in sides]))
    if not len(validation):
        training, validation = training[1:], training[:1]
    return training, validation


def _by_class(order: Indices, labels: Indices) -> list[Indices]:
    by_label = order[np.argsort(labels[order], kind="stable")]
    ends = np.cumsum(np.bincount(labels))
    return [group for group in np.split(by_label, ends[:-1]) if len(group)]


def _divide(rows: Indices, share: float) -> tuple[Indices, Indices]:
    if len(rows) == 1:
        return rows, rows[:0]
    size = min(max(round(share * len(rows)), 1), len(rows) - 1)
    return rows[:size], rows[size:]
