"""What theory says of a layer before the first step: how it passes variances on.

In a wide network with random weights, what arrives at a unit is a sum of many terms and so nearly
normal; then mean squares are all that has to be followed, forward and backward (Poole et al. 2016,
Schoenholz et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


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
    weights : float
        The factor from the mean square of dL/d(output) to that of dL/dW; NaN without weights.
    """

    output: float
    gradient: tuple[float, ...]
    weights: float = math.nan


MeanFieldRule = Callable[[tuple[float, ...]], Passage]
"""``rule(mean squares of the inputs)`` returns a layer's passage."""
