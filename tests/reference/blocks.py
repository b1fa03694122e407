"""Sums over rows and over blocks of them, from the definitions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def sum_rows(sums: Reals, x: Reals, k: int) -> None:
    for c in range(k):
        sums[c] = math.fsum(x[c::k])


def add_blocks(y: Reals, parts: Reals) -> None:
    for c in range(y.size):
        y[c] = math.fsum(parts[:, c])
