"""Where paths of a network meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def add(y: Reals, a: Reals, b: Reals) -> None:
    for j in range(y.size):
        y[j] = a[j] + b[j]


def copy_columns(y: Reals, x: Reals, y_first: int, x_first: int, width: int) -> None:
    for m in range(y.shape[0]):
        for j in range(width):
            y[m, y_first + j] = x[m, x_first + j]
