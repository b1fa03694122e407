"""The one block of memory in which a network lives."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from engine.arrays import Reals
from engine.errors import SpecError

ALIGNMENT = 64
"""Bytes; a cache line, and the widest register."""

LARGEST_ARENA = 4 * 2**30
"""Bytes that a network may take with its gradients, activations and the optimizer's memory."""


class Layout:
    """Hands out places in an arena that is allocated at the end.

    Parameters
    ----------
    precision : str
        ``float32`` or ``float64``.
    """

    def __init__(self, precision: str) -> None:
        self.dtype = np.dtype(precision)
        self.size = 0

    def reserve(self, count: int) -> int:
        """Reserve ``count`` numbers; return the offset of the first."""
        offset = self.size
        step = ALIGNMENT // self.dtype.itemsize
        self.size += -(-count // step) * step
        return offset

    def check(self) -> None:
        """Raise SpecError if the arena would be larger than `LARGEST_ARENA`."""
        if self._bytes > LARGEST_ARENA:
            raise self._too_much()

    @property
    def _bytes(self) -> int:
        return self.size * self.dtype.itemsize

    def _too_much(self) -> SpecError:
        return SpecError("network.memory", wanted=self._bytes, most=LARGEST_ARENA)

    def allocate(self) -> Reals:
        """Return the arena, filled with zeros and aligned.

        Raises
        ------
        SpecError
            If it would be larger than `LARGEST_ARENA`, or the machine has no such memory.
        """
        self.check()
        try:
            return aligned_zeros(self.size, self.dtype)
        except MemoryError as error:
            raise self._too_much() from error


def aligned_zeros(count: int, dtype: DTypeLike) -> Reals:
    """Return ``count`` zeros that begin at a multiple of `ALIGNMENT`."""
    wanted = count * np.dtype(dtype).itemsize
    raw = np.zeros(wanted + ALIGNMENT, np.uint8)
    begin = -raw.ctypes.data % ALIGNMENT
    return raw[begin:begin + wanted].view(dtype)
