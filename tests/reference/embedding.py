"""Embedding and the mean over a sequence. Legend: n examples, t steps, k numbers, v tokens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def embed(y: Reals, x: Reals, w: Reals) -> None:
    for n in range(x.size):
        y[n] = w[int(x[n])] if x[n] in range(len(w)) else np.nan


def embed_backward(dw: Reals, dy: Reals, x: Reals, padding: int, first: int, last: int) -> None:
    one_hot = np.array([[float(token == number) for token in range(len(dw))] for number in x])
    dw[:, first:last] = (one_hot.T @ dy)[:, first:last]
    if padding:
        dw[0, first:last] = 0


def mark_tokens(mask: Reals, x: Reals) -> None:
    for n in range(x.size):
        mask[n] = float(x[n] != 0)


def sequence_mean(y: Reals, x: Reals, mask: Reals, steps: int) -> None:
    weights = mask if mask.size else np.ones(len(x))
    for n in range(len(y)):
        rows = slice(n * steps, (n + 1) * steps)
        total = weights[rows].sum()
        y[n] = weights[rows] @ x[rows] / total if total else 0


def sequence_mean_backward(dx: Reals, dy: Reals, mask: Reals, steps: int) -> None:
    weights = mask if mask.size else np.ones(len(dx))
    for n in range(len(dy)):
        rows = slice(n * steps, (n + 1) * steps)
        total = weights[rows].sum()
        dx[rows] = np.outer(weights[rows], dy[n]) / (total or 1.0)


def list_rows(dw: Reals, used: Reals, place: Reals, x: Reals, padding: int) -> None:
    before = used[1:1 + int(used[0])].astype(int) if used[0] >= 0 else range(len(dw))
    for row in before:
        dw[row], place[row] = 0, 0
    rows = dict.fromkeys(int(token) for token in x if token in range(padding, len(dw)))
    used[0] = len(rows)
    for number, row in enumerate(rows, 1):
        used[number], place[row] = row, number


def embed_rows_backward(dw: Reals, dy: Reals, x: Reals, place: Reals, first: int, last: int
                        ) -> None:
    for token, gradient in zip(x, dy, strict=True):
        if token in range(len(dw)) and first < place[int(token)] <= last:
            dw[int(token)] += gradient
