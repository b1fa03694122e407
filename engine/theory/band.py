"""How far the gradient of one network lies from what theory expects: the band from seed to seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.layers import ResolvedLayer
from engine.layers.covariance import Crossing
from engine.messages import Message

NINETY = 1.6449
"""Deviations of a normal number within which 90 of 100 lie."""


def spread_of(layers: Sequence[ResolvedLayer], crossings: Sequence[Crossing | Message],
              position: int) -> tuple[float, float]:
    """Return the factors from a layer's expected gradient to the ends of its band."""
    variance = sum(crossing.wander for crossing in crossings if not isinstance(crossing, Message))
    half = NINETY * math.sqrt(variance) / 2
    return math.exp(-half - variance / 4), math.exp(half - variance / 4)
