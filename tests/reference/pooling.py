"""Pooling, window by window. Legend: n examples, p x q windows of kh x kw places, c channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
quietly = np.errstate(all="ignore")


def seen(x: Reals, n: int, p: int, q: int, c: int, kh: int, kw: int, stride: int) -> list[float]:
    """Return the numbers of a window, row by row."""
    return [float(x[n, p * stride + i, q * stride + j, c]) for i in range(kh) for j in range(kw)]


def max_pooling(y: Reals, at: Reals, x: Reals, kh: int, kw: int, stride: int) -> None:
    for n, p, q, c in np.ndindex(*y.shape):
        numbers = seen(x, n, p, q, c, kh, kw, stride)
        at[n, p, q, c] = int(np.argmax(numbers))
        y[n, p, q, c] = numbers[int(at[n, p, q, c])]


@quietly
def max_pooling_backward(dx: Reals, dy: Reals, at: Reals, kh: int, kw: int, stride: int) -> None:
    dx[:] = 0.0
    for n, p, q, c in np.ndindex(*dy.shape):
        i, j = divmod(int(at[n, p, q, c]), kw)
        dx[n, p * stride + i, q * stride + j, c] += dy[n, p, q, c]


@quietly
def window_sums(y: Reals, x: Reals, kh: int, kw: int, stride: int, scale: float) -> None:
    for n, p, q, c in np.ndindex(*y.shape):
        y[n, p, q, c] = scale * sum(seen(x, n, p, q, c, kh, kw, stride))


@quietly
def window_spread(x: Reals, y: Reals, kh: int, kw: int, stride: int, scale: float) -> None:
    x[:] = 0.0
    for n, p, q, c in np.ndindex(*y.shape):
        for i in range(kh):
            for j in range(kw):
                x[n, p * stride + i, q * stride + j, c] += scale * y[n, p, q, c]
