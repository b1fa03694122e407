"""Clipping of gradients and the limit on what goes into a unit, from the definitions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def norm(g: Reals) -> float:
    return math.sqrt(math.fsum(float(value) ** 2 for value in g))


def limit_gradient(g: Reals, value: float, share: float) -> None:
    for j in range(g.size):
        if value and abs(g[j]) > value:
            g[j] = math.copysign(value, g[j])
        g[j] *= share


def limit_columns(w: Reals, squares: Reals, limit: float) -> None:
    for c in range(w.shape[1]):
        length = norm(w[:, c])
        squares[c] = limit / length if length > limit else 1.0
        for n in range(w.shape[0]):
            w[n, c] *= squares[c]
