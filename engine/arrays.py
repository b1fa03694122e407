"""Types of arrays, and looking through one of any size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating[Any]]
"""Numbers of a network, in the precision of its project: float32 or float64."""

Doubles = NDArray[np.float64]
"""Numbers that are float64 whatever the precision, such as what is measured."""

Integers = NDArray[np.int64]
"""Counts, places and numbers of classes."""

_TOGETHER = 2**17
"""Numbers that are looked at at once."""


def largest(array: NDArray[Any]) -> float:
    """Return the largest absolute value of numbers, 0 of none; NaN if one of them is no number.

    Takes no memory that grows with them.
    """
    flat, found = array.reshape(-1), 0.0
    for begin in range(0, flat.size, _TOGETHER):
        part = flat[begin:begin + _TOGETHER]
        ends = np.abs(np.array((part.min(), part.max()), np.float64))
        found = float(np.max((found, *ends)))
    return found
