"""Batch and layer normalisation, feature by feature and row by row, from the definitions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def batch_moments(mean: Reals, variance: Reals, x: Reals, begin: int, end: int) -> None:
    for c in range(begin, end):
        column = [float(value) for value in x[:, c]]
        mean[c] = math.fsum(column) / len(column)
        variance[c] = math.fsum((value - mean[c]) ** 2 for value in column) / len(column)


def centre_and_rate(centre: Reals, rate: Reals, mean: Reals, variance: Reals, epsilon: float,
                    begin: int, end: int) -> None:
    for c in range(begin, end):
        centre[c] = mean[c]
        rate[c] = 1 / math.sqrt(variance[c] + epsilon)


def batch_norm_forward(y: Reals, x: Reals, centre: Reals, rate: Reals, scale: Reals, shift: Reals,
                       begin: int, end: int) -> None:
    for n in range(x.shape[0]):
        for c in range(begin, end):
            y[n, c] = scale[c] * ((x[n, c] - centre[c]) * rate[c]) + shift[c]


def batch_norm_sums(sums: Reals, dy: Reals, x: Reals, centre: Reals, rate: Reals, begin: int,
                    end: int) -> None:
    for c in range(begin, end):
        normal = [(value - centre[c]) * rate[c] for value in x[:, c]]
        sums[0, c] = math.fsum(a * b for a, b in zip(dy[:, c], normal, strict=True))
        sums[1, c] = math.fsum(dy[:, c])


def batch_norm_backward(dx: Reals, dy: Reals, x: Reals, centre: Reals, rate: Reals, scale: Reals,
                        across: Reals, along: Reals, begin: int, end: int) -> None:
    for n in range(x.shape[0]):
        for c in range(begin, end):
            normal = (x[n, c] - centre[c]) * rate[c]
            dx[n, c] = scale[c] * rate[c] * (dy[n, c] - along[c] - normal * across[c])


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


def layer_norm_sums(sums: Reals, dy: Reals, x: Reals, moments: Reals, begin: int, end: int
                    ) -> None:
    for c in range(begin, end):
        normal = [(x[n, c] - moments[n, 0]) * moments[n, 1] for n in range(x.shape[0])]
        sums[0, c] = math.fsum(a * b for a, b in zip(dy[:, c], normal, strict=True))
        sums[1, c] = math.fsum(dy[:, c])
