"""Weights of neighbouring windows together. Legend as `engine.kernels.ops.neighbours`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def widen(y: Reals, x: Reals) -> None:
    y[:] = 0.0
    for s in range(y.shape[3]):
        y[:, s:s + x.shape[1], :, s] = x


def narrow(dw: Reals, y: Reals, begin: int) -> None:
    for line in range(len(y)):
        i, k = divmod(begin + line, dw.shape[2])
        dw[i, :, k] = sum(y[line, s:s + dw.shape[1], s] for s in range(y.shape[2]))
