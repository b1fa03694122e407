"""Types of arrays, zeros that take memory as they are written, and looking through any array."""

from __future__ import annotations

import math
import mmap
import sys
from contextlib import suppress
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


def zeros_as_written(shape: tuple[int, ...]) -> Doubles:
    """Return zeros, float64[shape], of which every page takes memory once it is written to.

    NumPy's have that from the system, too, but not where glibc has free memory of the size: there
    all of it is written at once, and kept when the array is gone. So they are asked for here.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            pages = mmap.mmap(-1, max(8 * math.prod(shape), 1),
                              flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            return np.frombuffer(pages, np.float64, math.prod(shape)).reshape(shape)
    return np.zeros(shape)


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
