"""The engine's random numbers of a layer once more: NumPy twins of `engine.kernels.runtime.random`.

They are a function of seed, layer, step and place alone, so that a step can be told beside the run.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

_WORD = 2**64


def mixed(words: Words) -> Words:
    """Scramble 64 bits: SplitMix64's output function.

    Parameters
    ----------
    words : uint64[n]
        Counters.
    """
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def key_of(seed: int, stream: int, step: int) -> int:
    """Return what fixes a layer's random numbers at a step.

    Parameters
    ----------
    seed, stream, step : int
        The run's seed, the layer's own number, and the completed steps.
    """
    return _mixed(_mixed(seed + stream) + step)


def kept(key: int, count: int, rate: float) -> NDArray[np.float64]:
    """Return a dropout mask: float64[count], 1 where a number is kept, 0 where it is dropped.

    Parameters
    ----------
    key : int
        What `key_of` returns.
    count : int
        Numbers of the batch.
    rate : float
        Probability of being dropped.
    """
    return (_bits(key, count) >= np.uint64(rate * 2.0**53)).astype(np.float64)


def normals(key: int, count: int) -> NDArray[np.float64]:
    """Return normal numbers of mean 0 and variance 1: float64[count].

    Parameters
    ----------
    key : int
        What `key_of` returns.
    count : int
        How many.
    """
    # Two words for each: its radius, in (0, 1] for the logarithm's sake, and its turn in [0, 1).
    bits = _bits(key, 2 * count).astype(np.float64)
    radius, turn = (bits[0::2] + 1.0) * 2.0**-53, bits[1::2] * 2.0**-53
    return np.asarray(np.sqrt(-2.0 * np.log(radius)) * np.cos(2.0 * np.pi * turn))


def _mixed(word: int) -> int:
    return int(mixed(np.array([word % _WORD], np.uint64))[0])


def _bits(key: int, count: int) -> Words:
    """Return 53 random bits for each of some places."""
    return mixed(np.arange(count, dtype=np.uint64) + np.uint64(key)) >> np.uint64(11)
