"""The dense layer. Legend: n examples, i inputs, o outputs; a bias of size 0 is none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
quietly = np.errstate(all="ignore")


@quietly
def dense_forward(y: Reals, x: Reals, w: Reals, b: Reals) -> None:
    for n in range(x.shape[0]):
        for o in range(w.shape[1]):
            total = b[o] if b.size else np.float64(0.0)
            for i in range(w.shape[0]):
                total += x[n, i] * w[i, o]
            y[n, o] = total


@quietly
def dense_backward_weights(dw: Reals, db: Reals, dy: Reals, x: Reals) -> None:
    for o in range(dy.shape[1]):
        for i in range(x.shape[1]):
            dw[i, o] = 0.0
            for n in range(x.shape[0]):
                dw[i, o] += x[n, i] * dy[n, o]
        if db.size:
            db[o] = 0.0
            for n in range(x.shape[0]):
                db[o] += dy[n, o]


@quietly
def dense_backward_input(dx: Reals, dy: Reals, w: Reals) -> None:
    for n in range(dy.shape[0]):
        for i in range(w.shape[0]):
            dx[n, i] = 0.0
            for o in range(w.shape[1]):
                dx[n, i] += dy[n, o] * w[i, o]


def transpose(y: Reals, x: Reals) -> None:
    for i in range(x.shape[0]):
        for o in range(x.shape[1]):
            y[o, i] = x[i, o]
