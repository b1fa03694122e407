"""Reading arrays that come from a file: every one is of the type and length that it has to be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.arrays import largest
from engine.errors import FormatError
from engine.messages import say
from engine.spec import TrainingSpec

Array = NDArray[Any]


class Unread(Protocol):
    """An array whose numbers are still in their file; raises what reading that raises.

    Attributes
    ----------
    dtype, shape, ndim, size
        As those of an array.
    largest : float
        The largest of its absolute values; NaN if there is one among them.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Its type."""

    @property
    def ndim(self) -> int:
        """How many axes it has."""

    @property
    def size(self) -> int:
        """How many numbers it has."""

    @property
    def largest(self) -> float:
        """The largest of its absolute values."""

    def read_into(self, out: Array) -> None:
        """Read its numbers into a contiguous array of as many."""


Held = Array | Unread
"""An array, in memory or in a file."""


def put(array: Held, out: Array) -> None:
    """Write an array's numbers into a contiguous one of as many."""
    if isinstance(array, np.ndarray):
        out.reshape(-1)[:] = array.reshape(-1)
    else:
        array.read_into(out)


def is_finite(array: Held) -> bool:
    """Say whether all numbers of an array are finite."""
    return math.isfinite(largest(array) if isinstance(array, np.ndarray) else array.largest)


def wrong(name: str) -> FormatError:
    """Return the error of an array that is missing, or holds what cannot be right."""
    return FormatError("state.wrong", place=say("state.place"), name=name[:200])


class Stored:
    """Arrays by name, each asked for once.

    Parameters
    ----------
    arrays : Mapping[str, array]
        What a file holds, in memory or in the file still.
    """

    def __init__(self, arrays: Mapping[str, Held]) -> None:
        self._left = dict(arrays)

    def array(self, name: str, kind: type[np.generic], axes: int, length: int | None = None
              ) -> NDArray[Any]:
        """Return a copy of an array; raises FormatError unless it is of this type and length."""
        array = self._left.pop(name, None)
        if (array is None or array.dtype != np.dtype(kind) or array.ndim != axes
                or array.shape[0] != (length or array.shape[0])):
            raise wrong(name)
        found = np.empty(array.shape, array.dtype)
        put(array, found)
        return found

    def group(self, prefix: str, dtype: np.dtype[Any]) -> dict[str, Held]:
        """Return all arrays whose names begin so, by the rest of their names, not copied.

        Raises
        ------
        FormatError
            If one is of another type. Whether its numbers are finite is seen when they are read.
        """
        names = [name for name in self._left if name.startswith(prefix)]
        found = {name: self._left.pop(name) for name in names}
        for name, array in found.items():
            if array.dtype != dtype:
                raise wrong(name)
        return {name.removeprefix(prefix): array for name, array in found.items()}

    def training(self, name: str) -> TrainingSpec:
        """Return what an array of bytes says in JSON."""
        try:
            return msgspec.json.decode(self.array(name, np.uint8, 1).tobytes(), type=TrainingSpec)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise wrong(name) from error

    def demand_nothing_else(self) -> None:
        """Raise FormatError if there are arrays that nobody has asked for."""
        if self._left:
            raise wrong(min(self._left))
