"""Reading arrays that come from a file: every one is of the type and length that it has to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.messages import say
from engine.spec import TrainingSpec

Array = NDArray[Any]


def wrong(name: str) -> FormatError:
    """Return the error of an array that is missing, or holds what cannot be right."""
    return FormatError("state.wrong", place=say("state.place"), name=name[:200])


class Stored:
    """Arrays by name, each asked for once.

    Parameters
    ----------
    arrays : Mapping[str, array]
        What a file holds.
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._left = dict(arrays)

    def array(self, name: str, kind: type[np.generic], axes: int, length: int | None = None
              ) -> NDArray[Any]:
        """Return a copy of an array; raises FormatError unless it is of this type and length."""
        array = self._left.pop(name, None)
        if (array is None or array.dtype != np.dtype(kind) or array.ndim != axes
                or len(array) != (length or len(array))):
            raise wrong(name)
        return array.copy()

    def group(self, prefix: str, dtype: np.dtype[Any]) -> dict[str, Array]:
        """Return all arrays whose names begin so, by the rest of their names: finite numbers.

        Raises
        ------
        FormatError
            If one is of another type, or holds a number that is not finite.
        """
        names = [name for name in self._left if name.startswith(prefix)]
        found = {name: self._left.pop(name) for name in names}
        for name, array in found.items():
            if array.dtype != dtype or not np.isfinite(array).all():
                raise wrong(name)
        return {name.removeprefix(prefix): array.copy() for name, array in found.items()}

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
