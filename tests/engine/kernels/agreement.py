"""How near a kernel must come to its twin, and the numbers on which both are tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[Any]
PRECISIONS = ("float32", "float64")

RELATIVE = {"float32": 1e-6, "float64": 1e-14}
"""Largest relative error of one function value: about 8 units in the last place, or 45."""

SMALLEST = {"float32": 2e-38, "float64": 1e-307}
"""Below this, numbers are denormal and lose their digits."""

SHAPES = ((1, 1), (1, 7), (5, 1), (3, 2), (7, 13), (17, 31), (64, 10))
"""Examples and units: one, odd, prime, and what fills registers exactly."""

SPECIAL = (0.0, -0.0, 1.0, -1.0, 1e-8, -1e-8, 20.0, -20.0, 90.0, -90.0, 1e4, -1e4, 1e30, -1e30,
           np.inf, -np.inf, np.nan)


def special(precision: str) -> Reals:
    """Return numbers at which implementations tend to break."""
    info = np.finfo(precision)
    extremes = [info.max, info.min, info.tiny, -info.tiny, info.smallest_subnormal]
    return np.array([*SPECIAL, *extremes]).astype(precision)


def double(array: Reals) -> NDArray[np.float64]:
    """Return a float64 copy for a twin."""
    return np.array(array, np.float64)


def assert_close(found: ArrayLike, truth: ArrayLike, precision: str, *, units: float = 1.0,
                 scale: ArrayLike = 0.0) -> None:
    """Compare a kernel's numbers with its twin's.

    Parameters
    ----------
    found, truth : array-like
        Of the same shape.
    precision : str
        ``float32`` or ``float64``; the truth is rounded to it first, so that what overflows there
        is infinite.
    units : float
        Multiple of `RELATIVE` that is allowed.
    scale : array-like
        Size of what was summed: errors are relative to it where it is larger than the result.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.asarray(truth, np.float64).astype(precision).astype(np.float64)
    found, scale = np.asarray(found, np.float64), np.broadcast_to(scale, rounded.shape)
    for place in np.ndindex(rounded.shape):
        allowed = (SMALLEST[precision]
                   + units * RELATIVE[precision] * max(abs(rounded[place]), scale[place]))
        same = rounded[place] == found[place] or (np.isnan(rounded[place])
                                                  and np.isnan(found[place]))
        assert same or abs(rounded[place] - found[place]) <= allowed < np.inf, (
            f"at {place}: {found[place]!r}, but the twin says {rounded[place]!r}")


def guarded(shape: Sequence[int], precision: str, guard: int = 40) -> tuple[Reals, Reals]:
    """Return an array of NaN and the larger block that it is the middle of."""
    size = int(np.prod(shape))
    block = np.full(size + 2 * guard, np.float64(-12345)).astype(precision)
    block[guard:guard + size] = np.nan
    return block[guard:guard + size].reshape(shape), block


def assert_guards_untouched(block: Reals, guard: int = 40) -> None:
    """Fail if a kernel wrote beside its array."""
    assert (block[:guard] == -12345).all()
    assert (block[-guard:] == -12345).all()
