"""The one block of memory in which a network lives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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

    def allocate(self) -> NDArray[np.float64]:
        """Return the arena, filled with zeros and aligned.

        Raises
        ------
        SpecError
            If it would be larger than `LARGEST_ARENA`, or the machine has no such memory.
        """
        wanted = self.size * self.dtype.itemsize
        too_much = SpecError("network.memory", wanted=wanted, most=LARGEST_ARENA)
        if wanted > LARGEST_ARENA:
            raise too_much
        try:
            raw = np.zeros(wanted + ALIGNMENT, np.uint8)
        except MemoryError as error:
            raise too_much from error
        begin = -raw.ctypes.data % ALIGNMENT
        return raw[begin:begin + wanted].view(self.dtype)
