"""Averages of parameters, in loops that follow the definitions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def average_parameters(average: Reals, w: Reals, share: float) -> None:
    for j in range(len(w)):
        average[j] = (1 - share) * average[j] + share * w[j]


def exchange_parameters(average: Reals, w: Reals) -> None:
    for j in range(len(w)):
        kept = average[j]
        average[j] = w[j]
        w[j] = kept
