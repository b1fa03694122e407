"""Computations that are done a little at a time, so that nothing has to wait for them."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

Work = Generator[None, None, T]
"""A computation that yields wherever it may rest, and returns what it has found."""


class Sliced(Generic[T]):
    """A computation in slices.

    Parameters
    ----------
    work : Work[T]
        The computation.
    """

    def __init__(self, work: Work[T]) -> None:
        self._work = work
        self._found: list[T] = []

    def advance(self, budget_s: float = math.inf) -> bool:
        """Go on for about so many seconds, by one part at least; return whether all is done."""
        end = time.perf_counter() + budget_s
        while not self._found:
            try:
                # What overflows shows in what comes of it.
                with np.errstate(all="ignore"):
                    next(self._work)
            except StopIteration as done:
                self._found.append(done.value)
            if time.perf_counter() >= end:
                break
        return bool(self._found)

    @property
    def found(self) -> T:
        """What was found, once all is done."""
        return self._found[0]


def finished(work: Work[T]) -> T:
    """Return what a computation finds, done at once."""
    sliced = Sliced(work)
    sliced.advance()
    return sliced.found
