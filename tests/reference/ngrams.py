"""Bags of n-grams. Legend: n examples, t steps, u n-grams of an example, k numbers, r rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def row_of(tokens: list[float], vocabulary: int, buckets: int) -> int:
    """Return the row of one n-gram."""
    if 0 in tokens:
        return 0
    if any(token not in range(vocabulary) for token in tokens):
        return -1
    value = 0
    for token in tokens:
        value = (value + int(token)) * 0x9E3779B97F4A7C15 % 2**64
        value ^= value >> 32
    return int(tokens[0]) if len(tokens) == 1 else vocabulary + value % buckets


def ngram_rows(rows: Reals, x: Reals, vocabulary: int, buckets: int, longest: int) -> None:
    for n, tokens in enumerate(x.tolist()):
        rows[n] = [row_of(tokens[t:t + g], vocabulary, buckets) if t + g <= len(tokens) else 0
                   for t in range(len(tokens)) for g in range(1, longest + 1)]


def keep_distinct(rows: Reals) -> None:
    for example in rows:
        kept = sorted(example.tolist(), key=lambda row: (row != 0, row))
        example[:] = [0 if i and kept[i - 1] == row else row for i, row in enumerate(kept)]


def _counts(rows: Reals, ratio: Reals, mean: int, size: int) -> Reals:
    """Return what every row counts in every example's bag, real[n, r]."""
    counts = np.array([[np.sum(example == row) for row in range(size)] for example in rows], float)
    counts[:, 0] = 0
    if mean:
        counts /= np.maximum(np.count_nonzero(rows, axis=1), 1)[:, None]
    return counts * ratio if ratio.size else counts


def ngram_bag(y: Reals, rows: Reals, ratio: Reals, w: Reals, mean: int) -> None:
    y[:] = _counts(rows, ratio, mean, len(w)) @ w
    y[(rows < 0).any(axis=1)] = np.nan


def ngram_bag_backward(dw: Reals, dy: Reals, rows: Reals, ratio: Reals, place: Reals, mean: int,
                       first: int, last: int) -> None:
    chosen = (place > first) & (place <= last)
    dw[chosen] += (_counts(rows, ratio, mean, len(dw)).T @ dy)[chosen]
