"""What this machine could do at most: products in the first caches, and memory streaming."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.kernels.matmul import tile
from engine.kernels.runtime.policy import OPTIONS

ROWS, DEPTH, COLUMNS = 96, 128, 48
"""Of the product: 24 KiB of B and 48 KiB of A stay in the first and second caches."""

REPEATS = 2000
STREAM = 16 * 2**20
"""Numbers in each of the three arrays that a thread streams: 64 MiB."""

CACHED, TIMES = 16 * 2**10, 400
"""The same of what stays in a second cache: 192 KiB in all, gone through so often."""

ROUNDS = 7
FINE_S = 1e-5
"""Seconds that a clock has to tell apart."""

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Roofline:
    """Limits for so many threads at once.

    Attributes
    ----------
    threads : int
        How many.
    gflops : float
        Thousand million operations a second of the tile.
    gigabytes : float
        Thousand million bytes a second of ``a = b + s c``, two read and one written.
    """

    threads: int
    gflops: float
    gigabytes: float


# Not cached: the kernels' cache is named by the engine's sources alone.
@njit(**OPTIONS)
def _products(c: Array, a: Array, b: Array, times: int) -> None:
    for _ in range(times):
        tile.multiply(c, a, b, 0)


@njit(**OPTIONS)
def _triad(a: Array, b: Array, c: Array, times: int) -> None:
    for _ in range(times):
        for i in range(a.size):
            a[i] = b[i] + np.float32(0.5) * c[i]


def measure(threads: int) -> Roofline:
    """Measure with so many threads at once."""
    streams = [[np.ones(STREAM, np.float32) for _ in range(3)] for _ in range(threads)]
    triad_s = _seconds(lambda i: _triad(*streams[i], 1), threads)
    return Roofline(threads, tile_gigaflops(threads), 1e-9 * 3 * 4 * STREAM * threads / triad_s)


def tile_gigaflops(threads: int) -> float:
    """Return thousand million operations a second of the tile, with so many threads at once."""
    tile.install("float32")
    matrices = [[np.ones(shape, np.float32) for shape in (
        (ROWS, COLUMNS), (ROWS, DEPTH), (DEPTH, COLUMNS))] for _ in range(threads)]
    product_s = _seconds(lambda i: _products(*matrices[i], REPEATS), threads)
    return 2e-9 * ROWS * DEPTH * COLUMNS * REPEATS * threads / product_s


def cached_gigabytes() -> float:
    """Return thousand million bytes a second of one thread's triad in the second cache."""
    streams = [np.ones(CACHED, np.float32) for _ in range(3)]
    return 1e-9 * 3 * 4 * CACHED * TIMES / _seconds(lambda _: _triad(*streams, TIMES), 1)


def _seconds(work: Callable[[int], None], threads: int) -> float:
    """Return the fewest seconds until every thread has done its part.

    Those of processors where they are counted finely: a limit is what is there when nobody else
    uses the machine.
    """
    is_fine = time.get_clock_info("thread_time").resolution < FINE_S
    clock = time.thread_time if is_fine else time.perf_counter

    def timed(number: int) -> float:
        begin = clock()
        work(number)
        return clock() - begin

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
        return min(max(pool.map(timed, range(threads))) for _ in range(ROUNDS))


def sentence(limits: Roofline) -> str:
    """Return a line for people."""
    return (f"{limits.threads} thread{'s'[:limits.threads > 1]}: tile {limits.gflops:,.0f} GFLOP/s "
            f"in the first caches; memory {limits.gigabytes:,.1f} GB/s (triad)")
