"""Dividing examples into those to learn from and those to validate on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals
from engine.errors import DataError
from engine.messages import say

_SPLIT_STREAM = 1
"""Keeps the split's random numbers apart from those that drew the points of the same seed."""


def split_rows(n: int, labels: Indices | None, share: float, seed: int, place: str = "",
               ) -> tuple[Indices, Indices]:
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
    place : str
        The file, for sentences; empty where there is none.

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
        raise DataError("data.too-few", place=place or say("place.data"), count=n)
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


def split_groups(groups: Indices, share: float, seed: int) -> tuple[Indices, Indices]:
    """Divide whole groups of rows; neither side is ever empty.

    The groups are taken in a random order. Each goes to those to learn from if that brings their
    number of rows nearer to the share.

    Parameters
    ----------
    groups : int64[n]
        Group of every row, numbered from 0; at least two different ones.
    share : float
        Share of rows to learn from; what is reached is off by half the largest group at most,
        unless a side would be empty.
    seed : int
        The same seed gives the same rows in the same order.

    Returns
    -------
    training, validation : int64[...]
        Row numbers in a shuffled order; no group has rows in both.
    """
    rng = np.random.default_rng([seed, _SPLIT_STREAM])
    sizes = np.bincount(groups)
    goal, filled = share * len(groups), 0
    learned = np.zeros(len(sizes), dtype=np.bool_)
    for group in rng.permutation(np.flatnonzero(sizes)):
        if abs(filled + sizes[group] - goal) < abs(filled - goal):
            learned[group] = True
            filled += sizes[group]
    smallest = int(np.argmin(np.where(sizes > 0, sizes, len(groups) + 1)))
    if not filled or filled == len(groups):
        learned[smallest] = not learned[smallest]
    return _shuffled(learned[groups], rng)


def split_latest(order: Reals, share: float, seed: int) -> tuple[Indices, Indices]:
    """Keep the rows that come last for validation; neither side is ever empty.

    Rows that come at the same time stay together: the cut is where the time changes that is nearest
    to the share. Rows of which nobody knows when they came are to learn from.

    Parameters
    ----------
    order : float64[n]
        When every row came; NaN where that is unknown. At least two different times.
    share : float
        Share of the rows with a time that is to learn from.
    seed : int
        Shuffles both sides; which rows they hold does not depend on it.

    Returns
    -------
    training, validation : int64[...]
        Row numbers in a shuffled order.
    """
    known = np.sort(order[~np.isnan(order)])
    cuts = np.flatnonzero(np.diff(known)) + 1
    cut = cuts[np.argmin(np.abs(cuts - share * len(known)))]
    rng = np.random.default_rng([seed, _SPLIT_STREAM])
    # Comparing with NaN is false: what has no time is no late row.
    return _shuffled(~(order >= known[cut]), rng)


def split_apart(training: int, validation: int, seed: int) -> tuple[Indices, Indices]:
    """Return the first rows to learn from and those behind them to validate on, both shuffled.

    Parameters
    ----------
    training, validation : int
        How many rows stand on each side.
    seed : int
        The same seed gives the same order.
    """
    return split_apart_by(np.arange(training + validation) < training, seed)


def split_apart_by(learned: NDArray[np.bool_], seed: int) -> tuple[Indices, Indices]:
    """Return the rows to learn from and all others to validate on, both shuffled.

    Parameters
    ----------
    learned : bool[n]
        Which rows are to learn from.
    seed : int
        The same seed gives the same order.
    """
    return _shuffled(learned, np.random.default_rng([seed, _SPLIT_STREAM]))


def _shuffled(learned: NDArray[np.bool_], rng: np.random.Generator) -> tuple[Indices, Indices]:
    return (rng.permutation(np.flatnonzero(learned)), rng.permutation(np.flatnonzero(~learned)))
