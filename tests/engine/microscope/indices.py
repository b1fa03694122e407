"""Which numbers of an array a proof opens: some each time, all of them with --whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.tiers import examples

FEW = 10
"""Numbers of a line: the first, the last and some at random, others for each line."""


def indices(shape: tuple[int, ...], line: int = 0) -> Iterator[tuple[int, ...]]:
    """Yield indices into an array of a shape; tests that ask are marked ``sampled``.

    Parameters
    ----------
    shape : tuple[int, ...]
        The array's.
    line : int
        The line that writes it.
    """
    size = int(np.prod(shape))
    most = min(size, examples(FEW, size))
    if most == size:
        yield from np.ndindex(*shape)
        return
    between = np.random.default_rng(line).choice(size - 2, most - 2, replace=False) + 1
    for place in (0, *sorted(between), size - 1):
        yield tuple(int(axis) for axis in np.unravel_index(place, shape))
