"""Made-up spreads over seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


class Band(NamedTuple):
    low: Reals
    high: Reals


@dataclass(frozen=True, eq=False)
class Spread:
    """Of A from 0.5 to 1, of B from 0.05 to 0.1, at every step."""

    seeds: tuple[int, ...]
    steps: NDArray[np.int64]

    def band(self, figure: str, side: int, /) -> Band:
        assert figure == "loss"
        high = np.full(len(self.steps), (1.0, 0.1)[side])
        return Band(high / 2, high)


def spread_of(steps: int, seeds: int = 5) -> Spread:
    return Spread(tuple(range(seeds)), np.arange(1, steps + 1))
