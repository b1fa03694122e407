"""Examples that are kept as bytes: a quarter of the memory that they take as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Reals = NDArray[np.float64]


class ByteRows:
    """Rows of bytes that are read as numbers: ``x[n, k] = scale[k] * bytes[n, k] + shift[k]``.

    Parameters
    ----------
    content : uint8[n, d]
        Examples, row by row; C-contiguous.
    scale, shift : float64[d] or float
        How a byte becomes a number; the same for all columns, or one for each.
    """

    def __init__(self, content: Bytes, scale: Reals | float = 1 / 255, shift: Reals | float = 0.0
                 ) -> None:
        if content.dtype != np.uint8 or content.ndim != 2 or not content.flags.c_contiguous:
            raise ValueError("rows of bytes are a C-contiguous uint8[n, d]")
        self.content = content
        self.scale = np.broadcast_to(np.asarray(scale, np.float64), content.shape[1:])
        self.shift = np.broadcast_to(np.asarray(shift, np.float64), content.shape[1:])

    @property
    def shape(self) -> tuple[int, int]:
        """Examples, and numbers of each."""
        return self.content.shape[0], self.content.shape[1]

    @property
    def size(self) -> int:
        """All numbers."""
        return self.content.size

    def ends(self) -> tuple[float, float]:
        """Return the smallest and the largest number of all."""
        both = np.array([self.content.min(axis=0), self.content.max(axis=0)])
        both = both * self.scale + self.shift
        return float(both.min()), float(both.max())

    def is_same(self, other: ByteRows) -> bool:
        """Say whether other rows stand for the same numbers."""
        return (type(other) is ByteRows and self._is_scaled_as(other)
                and np.array_equal(self.content, other.content))

    def _is_scaled_as(self, other: ByteRows) -> bool:
        return (self.shape == other.shape and np.array_equal(self.scale, other.scale)
                and np.array_equal(self.shift, other.shift))

    def __len__(self) -> int:
        return len(self.content)

    def __getitem__(self, rows: Any) -> Reals:
        """Return the numbers of some rows, as an array float64[..., d] would."""
        found: Reals = self.content[rows] * self.scale + self.shift
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Reals:
        """Return all numbers: eight times the memory."""
        return self[:].astype(dtype or np.float64, copy=False)


Inputs = Reals | ByteRows
"""What the network sees: float64[n, d], or bytes that are read as such."""


def extremes(inputs: Inputs) -> tuple[float, float]:
    """Return the smallest and the largest number of all; there must be any."""
    if isinstance(inputs, ByteRows):
        return inputs.ends()
    return float(inputs.min()), float(inputs.max())


def are_same(inputs: Inputs, others: Inputs) -> bool:
    """Say whether all numbers of two sets of examples are the same."""
    if isinstance(inputs, ByteRows) and isinstance(others, ByteRows):
        return inputs.is_same(others)
    return np.array_equal(inputs, others)
