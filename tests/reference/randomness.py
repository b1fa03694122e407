"""Random bits and what is drawn with them, in Python's unbounded integers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
WORD = 2**64


def mixed(x: int) -> int:
    """Return SplitMix64's output for the state x."""
    x = (x + 0x9E3779B97F4A7C15) % WORD
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % WORD
    return x ^ (x >> 31)


def shuffle(order: NDArray[np.int64], seed: int, epoch: int) -> None:
    key = mixed((mixed(seed) + epoch) % WORD)
    for last in range(order.size - 1, 0, -1):
        place = (mixed((key + last) % WORD) >> 32) * (last + 1) >> 32
        kept = order[last]
        order[last] = order[place]
        order[place] = kept


def dropout(y: Reals, x: Reals, rate: float, key: int, first: int) -> None:
    for j in range(x.size):
        uniform = (mixed((key + first + j) % WORD) >> 11) / 2**53
        y[j] = 0.0 if uniform < rate else x[j] / (1 - rate)


def uniform(key: int, place: int) -> float:
    return (mixed((key + place) % WORD) >> 11) / 2**53


def normal(key: int, place: int) -> float:
    counter = key + 2 * place
    radius = ((mixed(counter % WORD) >> 11) + 1) / 2**53
    turn = (mixed((counter + 1) % WORD) >> 11) / 2**53
    return math.sqrt(-2 * math.log(radius)) * math.cos(2 * math.pi * turn)


def gaussian_noise(y: Reals, x: Reals, deviation: float, key: int, first: int) -> None:
    for j in range(x.size):
        y[j] = x[j] + deviation * normal(key, first + j)


def copy(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = x[j]


def gather_bytes(y: Reals, x: NDArray[np.uint8], order: NDArray[np.int64], scale: Reals,
                 shift: Reals) -> None:
    """Copy examples of bytes in an order, as numbers."""
    n, width = y.shape
    for row in range(n):
        for k in range(width):
            y[row, k] = scale[k] * float(x[order[row] * width + k]) + shift[k]


def gather(y: Reals, x: Reals, order: NDArray[np.int64]) -> None:
    for n in range(y.shape[0]):
        for k in range(y.shape[1]):
            y[n, k] = x[order[n] * y.shape[1] + k]
