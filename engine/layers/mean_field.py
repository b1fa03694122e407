"""What theory says of a layer before the first step: how it passes variances on.

In a wide network with random weights, what arrives at a unit is a sum of many terms and so nearly
normal; then mean squares are all that has to be followed, forward and backward (Poole et al. 2016,
Schoenholz et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Means over z, normal with mean 0 and a given variance, of a function f.

    Attributes
    ----------
    value : float
        Mean of f(z)².
    slope : float
        Mean of f'(z)².
    """

    value: float
    slope: float


_NODES = np.linspace(-6.0, 6.0, 4001)
_SHARES = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()
"""Places on the axis, and what a normal number's share of each is: even ones, since functions have
kinks, and slopes of flat ones are narrow."""

_STEP = 1e-4


def moments_of(f: Callable[[Reals], Reals]) -> Callable[[float], Moments]:
    """Return the rule of a function of a number, by sums over the axis."""
    @lru_cache(maxsize=512)
    def rule(variance: float) -> Moments:
        z = math.sqrt(variance) * _NODES
        slopes = (f(z + _STEP) - f(z - _STEP)) / (2 * _STEP)
        return Moments(float(_SHARES @ f(z)**2), float(_SHARES @ slopes**2))
    return rule


MomentsRule = Callable[[float], Moments]
"""``rule(variance)`` returns the moments of an activation function."""


@dataclass(frozen=True)
class Passage:
    """What becomes of mean squares in a layer.

    Attributes
    ----------
    output : float
        Mean square of its outputs.
    gradient : tuple[float, ...]
        For each input, the factor from the mean square of dL/d(output) to that of dL/d(input).
    argument : float
        Mean square of the weighted sums, of which the output is a function; NaN without weights.
    slope : float
        The factor from the mean square of dL/d(output) to that of dL/d(weighted sums).
    """

    output: float
    gradient: tuple[float, ...]
    argument: float = math.nan
    slope: float = 1.0


MeanFieldRule = Callable[[tuple[float, ...]], Passage]
"""``rule(mean squares of the inputs)`` returns a layer's passage."""
