"""Drawing a code, and how far its distribution is from the standard normal one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tests.reference.randomness import normal

Reals = NDArray[np.float64]


def exponential(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def sampling(z: Reals, x: Reals, key: int, first: int, deviations: int) -> None:
    k = z.shape[1]
    for n in range(z.shape[0]):
        for j in range(k):
            e = normal(key, (first + n) * k + j)
            z[n, j] = x[n, j] + (exponential(x[n, k + j] / 2) * e if deviations else 0.0)


def sampling_backward(dx: Reals, dz: Reals, x: Reals, scale: float, key: int, first: int,
                      deviations: int) -> None:
    k = dz.shape[1]
    for n in range(dz.shape[0]):
        for j in range(k):
            mean, logarithm = x[n, j], x[n, k + j]
            e = normal(key, (first + n) * k + j)
            drawn = dz[n, j] * exponential(logarithm / 2) * e / 2 if deviations else 0.0
            dx[n, j] = dz[n, j] + scale * mean
            dx[n, k + j] = drawn + scale * (exponential(logarithm) - 1) / 2


def kullback_leibler(x: Reals) -> float:
    total = 0.0
    k = x.shape[1] // 2
    for n in range(x.shape[0]):
        for j in range(k):
            mean, logarithm = x[n, j], x[n, k + j]
            total += (mean**2 + exponential(logarithm) - 1 - logarithm) / 2
    return total / x.shape[0]
