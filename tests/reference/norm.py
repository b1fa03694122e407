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


def mean_and_rstd(mean: Reals, rstd: Reals, exact_mean: Reals, variance: Reals, epsilon: float
                  ) -> None:
    for c in range(mean.size):
        mean[c] = exact_mean[c]
        rstd[c] = 1 / math.sqrt(variance[c] + epsilon)


def batch_norm_forward(y: Reals, x: Reals, mean: Reals, gain: Reals, shift: Reals) -> None:
    for j in range(x.size):
        c = j % mean.size
        y[j] = gain[c] * (x[j] - mean[c]) + shift[c]


def batch_norm_sums(sums: Reals, dy: Reals, x: Reals, mean: Reals, k: int) -> None:
    for c in range(k):
        sums[0, c] = math.fsum(a * (b - mean[c]) for a, b in zip(dy[c::k], x[c::k], strict=True))
        sums[1, c] = math.fsum(dy[c::k])


def batch_norm_backward(dx: Reals, dy: Reals, x: Reals, mean: Reals, gain: Reals, mean_dy: Reals,
                        mean_dy_x_hat: Reals) -> None:
    for j in range(x.size):
        c = j % mean.size
        dx[j] = gain[c] * (dy[j] - mean_dy[c] - (x[j] - mean[c]) * mean_dy_x_hat[c])


def update_running_stats(running_mean: Reals, running_variance: Reals, mean: Reals, variance: Reals,
                   momentum: float, rows: int) -> None:
    for c in range(mean.size):
        running_mean[c] = (1 - momentum) * running_mean[c] + momentum * mean[c]
        unbiased = variance[c] * rows / (rows - 1)
        running_variance[c] = (1 - momentum) * running_variance[c] + momentum * unbiased


def layer_norm_forward(y: Reals, x: Reals, scale: Reals, shift: Reals, stats: Reals,
                       epsilon: float) -> None:
    for n in range(x.shape[0]):
        row = [float(value) for value in x[n]]
        mean = math.fsum(row) / len(row)
        variance = math.fsum((value - mean) ** 2 for value in row) / len(row)
        stats[n] = mean, 1 / math.sqrt(variance + epsilon)
        for c, value in enumerate(row):
            y[n, c] = scale[c] * ((value - mean) * stats[n, 1]) + shift[c]


def layer_norm_backward(dx: Reals, dy: Reals, x: Reals, scale: Reals, stats: Reals) -> None:
    for n in range(x.shape[0]):
        k = x.shape[1]
        x_hat = [(value - stats[n, 0]) * stats[n, 1] for value in x[n]]
        dx_hat = [dy[n, c] * scale[c] for c in range(k)]
        mean_dx_hat = math.fsum(dx_hat) / k
        mean_dx_hat_x_hat = math.fsum(a * b for a, b in zip(dx_hat, x_hat, strict=True)) / k
        for c in range(k):
            dx[n, c] = stats[n, 1] * (dx_hat[c] - mean_dx_hat - x_hat[c] * mean_dx_hat_x_hat)


def layer_norm_sums(sums: Reals, dy: Reals, x: Reals, stats: Reals) -> None:
    for c in range(x.shape[1]):
        x_hat = [(x[n, c] - stats[n, 0]) * stats[n, 1] for n in range(x.shape[0])]
        sums[0, c] = math.fsum(a * b for a, b in zip(dy[:, c], x_hat, strict=True))
        sums[1, c] = math.fsum(dy[:, c])


def normalised(x: Reals, epsilon: float) -> Reals:
    """Return every row of x less its mean, over the root of its variance: the formula itself."""
    y = np.empty_like(x)
    for n in range(x.shape[0]):
        mean = math.fsum(x[n]) / x.shape[1]
        variance = math.fsum((value - mean) ** 2 for value in x[n]) / x.shape[1]
        for c in range(x.shape[1]):
            y[n, c] = (x[n, c] - mean) / math.sqrt(variance + epsilon)
    return y


def normalised_backward(dy: Reals, x: Reals, epsilon: float) -> Reals:
    """Return dL/dx of `normalised`, by every derivative of every result: nothing is gathered."""
    dx = np.empty_like(x)
    k = x.shape[1]
    for n in range(x.shape[0]):
        mean = math.fsum(x[n]) / k
        variance = math.fsum((value - mean) ** 2 for value in x[n]) / k
        root = math.sqrt(variance + epsilon)
        for i in range(k):
            # The mean has the derivative 1 / k, the variance 2 (x_i - mean) / k.
            droot = (x[n, i] - mean) / k / root
            dx[n, i] = math.fsum(
                dy[n, j] * (((i == j) - 1 / k) / root - (x[n, j] - mean) / root**2 * droot)
                for j in range(k))
    return dx
