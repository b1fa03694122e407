"""Figures of gradients and activations, from their definitions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Counts = NDArray[np.int64]


def gradient_statistics(g: Reals) -> tuple[float, float, float, float]:
    values = [float(value) for value in g]
    if not all(map(math.isfinite, values)):
        finite = math.nan
        return (finite, finite, values.count(0.0) / len(values),
                float(sum(not math.isfinite(value) for value in values)))
    return (math.sqrt(math.fsum(value * value for value in values) / len(values)),
            max(map(abs, values)), values.count(0.0) / len(values), 0.0)


def quantile(g: Reals, share: float) -> float:
    """Return the smallest magnitude that this share of the magnitudes above 0 do not exceed."""
    magnitudes = sorted(abs(float(value)) for value in g if value != 0 and math.isfinite(value))
    if not magnitudes:
        return math.nan
    return magnitudes[max(0, math.ceil(share * len(magnitudes)) - 1)]


def magnitude_histogram(counts: Counts, g: Reals) -> None:
    """Count ``|g|`` in bins [2**(b / 16 - 1074), 2**((b + 1) / 16 - 1074))."""
    counts[:] = 0
    for value in g:
        magnitude = abs(float(value))
        if 0 < magnitude < math.inf:
            mantissa, exponent = math.frexp(magnitude)
            # frexp is exact where log2 of the whole would round up just below a power of two.
            place = math.floor((exponent + math.log2(mantissa) + 1074) * 16)
            counts[min(place, len(counts) - 1)] += 1


def activation_statistics(summary: Reals, histogram: Counts, a: Reals, flat_below: float,
                          flat_above: float) -> None:
    values = [float(value) for value in a.ravel()]
    mean = math.fsum(values) / len(values)
    smallest, largest = min(values), max(values)
    summary[0] = mean
    summary[1] = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    summary[2], summary[3] = smallest, largest
    summary[4] = sum(value < flat_below or value > flat_above for value in values) / len(values)
    summary[5] = sum(all(a[n, k] == 0 for n in range(a.shape[0]))
                     for k in range(a.shape[1])) / a.shape[1]
    histogram[:] = 0
    for value in values:
        width = (largest - smallest) / histogram.size
        place = int((value - smallest) / width) if width else 0
        histogram[min(place, histogram.size - 1)] += 1
