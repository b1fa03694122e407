"""How near the machine's limits a case comes: the tile's peak, and what memory delivers."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.kernels import tile
from engine.kernels.policy import kernel

ROUNDS = 7
ROWS, DEPTH, COLUMNS = 96, 256, 48
"""Of the product whose numbers stay in the first two caches."""

TIMES = 2000
NUMBERS = 2**24
"""Of each array that is streamed: far more than any cache of a lab's computer holds."""

Reals = NDArray[np.float32]


@dataclass(frozen=True)
class Limits:
    """What the machine can do at most.

    Attributes
    ----------
    threads : int
        That work at once.
    gflops : float
        Multiplications and additions of the tile on numbers in cache, 10**9 a second.
    gigabytes : float
        That memory delivers and takes, 10**9 bytes a second, by ``a = b + s c``.
    """

    threads: int
    gflops: float
    gigabytes: float


@kernel
def _products(c, a, b, times):  # type: ignore[no-untyped-def]
    for _ in range(times):
        tile.multiply(c, a, b, 0)


@kernel
def _triad(a, b, c, factor):  # type: ignore[no-untyped-def]
    for j in range(a.size):
        a[j] = b[j] + factor * c[j]


def limits(threads: int) -> Limits:
    """Measure the machine."""
    tile.install("float32")
    a, b, c = (np.ones(shape, np.float32)
               for shape in ((ROWS, DEPTH), (DEPTH, COLUMNS), (ROWS, COLUMNS)))
    results = [c.copy() for _ in range(threads)]
    flops = 2 * ROWS * DEPTH * COLUMNS * TIMES
    seconds = together(threads, lambda thread: _products(results[thread], a, b, TIMES))
    streams = [np.ones((3, NUMBERS // threads), np.float32) for _ in range(threads)]
    factor = np.float32(0.5)
    streamed = together(threads, lambda thread: _triad(*streams[thread], factor))
    return Limits(threads, threads * flops / seconds / 1e9,
                  3 * 4 * (NUMBERS // threads) * threads / streamed / 1e9)


def together(threads: int, work: Callable[[int], object]) -> float:
    """Return the median seconds in which so many threads each do their work."""
    work(0)
    times = []
    for _ in range(ROUNDS):
        crew = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        begin = time.perf_counter()
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)
