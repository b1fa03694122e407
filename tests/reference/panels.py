"""Products by way of panels, and sums over rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
quietly = np.errstate(all="ignore")


@quietly
def multiply_packed(c: Reals, a: Reals, b: Reals, start: Reals, transposed: bool) -> None:
    for m in range(c.shape[0]):
        for n in range(c.shape[1]):
            total = start[n] if start.size else np.float64(0.0)
            for k in range(a.shape[1]):
                total += a[m, k] * (b[n, k] if transposed else b[k, n])
            c[m, n] = total


def multiply_transposed(c: Reals, a: Reals, b: Reals, start: Reals) -> None:
    multiply_packed(c, a, b, start, True)


@quietly
def sum_rows(total: Reals, x: Reals) -> None:
    for k in range(x.shape[1]):
        total[k] = 0.0
        for n in range(x.shape[0]):
            total[k] += x[n, k]
