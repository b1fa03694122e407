"""Recurrent layers behind a table. Legend: `engine.kernels.ops.looked_up`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def project_table(by_token: Reals, table: Reals, w: Reals, first: int, last: int) -> None:
    for token in range(len(table)):
        for k in range(first, last):
            by_token[token, k] = sum(table[token, i] * w[i, k] for i in range(len(w)))


def begin_from_rows(z: Reals, by_token: Reals, tokens: Reals, t: int, columns: int) -> None:
    for n in range(len(z)):
        known = tokens[n, t] in range(len(by_token))
        z[n, :columns] = by_token[int(tokens[n, t]), :columns] if known else np.nan


def sum_by_token(by_token: Reals, dz: Reals, tokens: Reals, done: int, first: int, last: int
                 ) -> None:
    by_step = tokens.T.ravel()
    for token in range(len(by_token)):
        for k in range(first, last):
            before = by_token[token, k] if done else 0.0
            by_token[token, k] = before + sum(
                dz[r, k] for r in range(len(dz)) if by_step[done + r] == token)


def project_table_backward(dw: Reals, table: Reals, by_token: Reals, first: int, last: int) -> None:
    for i in range(len(dw)):
        for k in range(first, last):
            dw[i, k] = sum(table[:, i] * by_token[:, k])


def table_backward(dw: Reals, by_token: Reals, wt: Reals, padding: int, first: int, last: int
                   ) -> None:
    for token in range(first, last):
        for i in range(dw.shape[1]):
            still = padding and token == 0
            dw[token, i] = 0.0 if still else sum(by_token[token] * wt[:, i])
