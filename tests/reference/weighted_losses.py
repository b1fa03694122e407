"""Losses of which every class has a weight. Legend: n examples, k units, m classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.reference.activations import sigmoid
from tests.reference.losses import hinge, quietly, softmax_forward, softplus

Reals = NDArray[np.float64]


def class_of(t: Reals) -> int:
    """Return the class that one example's targets name; one unit stands for two classes."""
    return int(t[0] > 0) if len(t) == 1 else int(np.argmax(t))


def total_weight(t: Reals, weights: Reals) -> float:
    return float(sum(weights[class_of(row)] for row in t))


@quietly
def weighted_softmax_cross_entropy(dz: Reals, z: Reals, t: Reals, weights: Reals,
                                   smoothing: float = 0.0) -> float:
    examples, units = z.shape
    p = np.empty_like(z)
    softmax_forward(p, z)
    above = below = 0.0
    for n in range(examples):
        w = weights[class_of(t[n])]
        largest = np.max(z[n])
        log_total = largest + np.log(sum(np.exp(z[n, k] - largest) for k in range(units)))
        for k in range(units):
            u = (1 - smoothing) * t[n, k] + smoothing / units
            if u != 0:
                above -= w * u * (z[n, k] - log_total)
            dz[n, k] = w * (p[n, k] - u)
        below += w
    dz /= below
    return float(above / below)


@quietly
def weighted_binary_cross_entropy(dz: Reals, z: Reals, t: Reals, weights: Reals) -> float:
    examples, units = z.shape
    above = below = 0.0
    for n in range(examples):
        w = weights[class_of(t[n])]
        for k in range(units):
            above += w * (t[n, k] * softplus(-z[n, k]) + (1 - t[n, k]) * softplus(z[n, k]))
            dz[n, k] = w * (sigmoid(z[n, k]) - t[n, k])
        below += w * units
    dz /= below
    return float(above / below)


@quietly
def weighted_mean_squared_error(dz: Reals, z: Reals, t: Reals, weights: Reals) -> float:
    examples, units = z.shape
    above = below = 0.0
    for n in range(examples):
        w = weights[class_of(t[n])]
        for k in range(units):
            above += w * (z[n, k] - t[n, k]) ** 2
            dz[n, k] = 2 * w * (z[n, k] - t[n, k])
        below += w * units
    dz /= below
    return float(above / below)


@quietly
def weighted_hinge(dz: Reals, z: Reals, t: Reals, weights: Reals) -> float:
    above = below = 0.0
    for n in range(len(z)):
        w = weights[class_of(t[n])]
        above += w * hinge(dz[n:n + 1], z[n:n + 1], t[n:n + 1])
        dz[n] *= w
        below += w
    dz /= below
    return float(above / below)


def total_step_weight(t: Reals, weights: Reals) -> float:
    return float(sum(weights[int(label)] for label in t if label >= 0))


@quietly
def weighted_sequence_cross_entropy(dz: Reals, z: Reals, t: Reals, weights: Reals) -> float:
    counted = np.flatnonzero(t >= 0)
    dz[:] = 0.0
    if not len(counted):
        return 0.0
    onehot, slopes = np.eye(z.shape[1])[t[counted].astype(int)], np.empty((len(counted),
                                                                           z.shape[1]))
    loss = weighted_softmax_cross_entropy(slopes, z[counted], onehot, weights)
    dz[counted] = slopes
    return loss
