"""Random numbers that are a function of a counter, so that threads need not share a state."""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.runtime.policy import kernel


@kernel
def mixed(x):
    """Scramble 64 bits.

    Parameters
    ----------
    x : uint64
        A counter.

    Returns
    -------
    uint64
        Bits that pass for random: SplitMix64's output function.

    Notes
    -----
    Source: Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators.
    """
    x = np.uint64(x) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel
def shuffle(order, seed, epoch):
    """Put ``order`` into a random order that seed and epoch fix.

    Parameters
    ----------
    order : int64[n]
        Any numbers; rearranged in place, starting from the order they have.
    seed, epoch : int64
        Fix the permutation.

    Notes
    -----
    Source: Fisher and Yates, as in Knuth, The Art of Computer Programming 2, algorithm 3.4.2P. The
    high half of a 64-bit product picks the place; its bias is below n / 2**32.
    """
    key = mixed(mixed(np.uint64(seed)) + np.uint64(epoch))
    for last in range(order.size - 1, 0, -1):
        bits = mixed(key + np.uint64(last)) >> np.uint64(32)
        place = np.int64(bits * np.uint64(last + 1) >> np.uint64(32))
        order[last], order[place] = order[place], order[last]


@kernel
def uniform(key, place):
    """Return a number that is uniform in [0, 1).

    Parameters
    ----------
    key : uint64
        Fixes the sequence.
    place : int64
        Which number of it.

    Returns
    -------
    float64
        A multiple of 2**-53.

    Notes
    -----
    Source: definition; the upper 53 of the bits of `mixed`.
    """
    return float(mixed(key + np.uint64(place)) >> np.uint64(11)) * 2.0**-53


@kernel
def normal(key, place):
    """Return a normal number of mean 0 and variance 1.

    Parameters
    ----------
    key : uint64
        Fixes the sequence.
    place : int64
        Which number of it.

    Returns
    -------
    float64
        At most 8.6 in magnitude.

    Notes
    -----
    Source: Box and Muller (1958), A note on the generation of random normal deviates.
    """
    counter = key + np.uint64(2) * np.uint64(place)
    # In (0, 1], for the logarithm's sake, and in [0, 1).
    radius = (float(mixed(counter) >> np.uint64(11)) + 1.0) * 2.0**-53
    turn = float(mixed(counter + np.uint64(1)) >> np.uint64(11)) * 2.0**-53
    return math.sqrt(-2.0 * math.log(radius)) * math.cos(2.0 * math.pi * turn)
