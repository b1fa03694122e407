"""Batch and layer normalisation, feature by feature and row by row, from the definitions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def block_moments(mean: Reals, squares: Reals, x: Reals, k: int) -> None:
    for c in range(k):
        column = x[c::k].tolist()
        mean[c] = math.fsum(column) / len(column)
        squares[c] = math.fsum((value - mean[c]) ** 2 for value in column)


def join_moments(mean: Reals, variance: Reals, means: Reals, squares: Reals, rows: int,
                 length: int) -> None:
    counts = [min(length, rows - b * length) for b in range(len(means))]
    for c in range(mean.size):
        mean[c] = math.fsum(n * part for n, part in zip(counts, means[:, c], strict=True)) / rows
        between = [n * (part - mean[c]) ** 2 for n, part in zip(counts, means[:, c], strict=True)]
        variance[c] = math.fsum([*squares[:, c], *between]) / rows


def centre_and_rate(centre: Reals, rate: Reals, mean: Reals, variance: Reals, epsilon: float
                    ) -> None:
    for c in range(centre.size):
        centre[c] = mean[c]
        rate[c] = 1 / math.sqrt(variance[c] + epsilon)


def batch_norm_forward(y: Reals, x: Reals, centre: Reals, slope: Reals, shift: Reals) -> None:
    for j in range(x.size):
        c = j % centre.size
        y[j] = slope[c] * (x[j] - centre[c]) + shift[c]


def batch_norm_sums(sums: Reals, dy: Reals, x: Reals, centre: Reals, k: int) -> None:
    for c in range(k):
        sums[0, c] = math.fsum(a * (b - centre[c]) for a, b in zip(dy[c::k], x[c::k], strict=True))
        sums[1, c] = math.fsum(dy[c::k])


def batch_norm_backward(dx: Reals, dy: Reals, x: Reals, centre: Reals, slope: Reals, along: Reals,
                        tilt: Reals) -> None:
    for j in range(x.size):
        c = j % centre.size
        dx[j] = slope[c] * (dy[j] - along[c] - (x[j] - centre[c]) * tilt[c])


def follow_moments(running_mean: Reals, running_variance: Reals, mean: Reals, variance: Reals,
                   momentum: float, rows: int) -> None:
    for c in range(mean.size):
        running_mean[c] = (1 - momentum) * running_mean[c] + momentum * mean[c]
        unbiased = variance[c] * rows / (rows - 1)
        running_variance[c] = (1 - momentum) * running_variance[c] + momentum * unbiased


def layer_norm_forward(y: Reals, x: Reals, scale: Reals, shift: Reals, moments: Reals,
                       epsilon: float) -> None:
    for n in range(x.shape[0]):
        row = [float(value) for value in x[n]]
        mean = math.fsum(row) / len(row)
        variance = math.fsum((value - mean) ** 2 for value in row) / len(row)
        moments[n] = mean, 1 / math.sqrt(variance + epsilon)
        for c, value in enumerate(row):
            y[n, c] = scale[c] * ((value - mean) * moments[n, 1]) + shift[c]


def layer_norm_backward(dx: Reals, dy: Reals, x: Reals, scale: Reals, moments: Reals) -> None:
    for n in range(x.shape[0]):
        k = x.shape[1]
        normal = [(value - moments[n, 0]) * moments[n, 1] for value in x[n]]
        slopes = [dy[n, c] * scale[c] for c in range(k)]
        along = math.fsum(slopes) / k
        across = math.fsum(a * b for a, b in zip(slopes, normal, strict=True)) / k
        for c in range(k):
            dx[n, c] = moments[n, 1] * (slopes[c] - along - normal[c] * across)


def layer_norm_sums(sums: Reals, dy: Reals, x: Reals, moments: Reals) -> None:
    for c in range(x.shape[1]):
        normal = [(x[n, c] - moments[n, 0]) * moments[n, 1] for n in range(x.shape[0])]
        sums[0, c] = math.fsum(a * b for a, b in zip(dy[:, c], normal, strict=True))
        sums[1, c] = math.fsum(dy[:, c])
