"""Losses as PyTorch's ``reduction="mean"`` has them. Legend: n examples, k units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.reference.activations import sigmoid

Reals = NDArray[np.float64]
quietly = np.errstate(all="ignore")


@quietly
def softmax_forward(y: Reals, x: Reals) -> None:
    for n in range(x.shape[0]):
        # Any constant may be taken off a row; the largest keeps exp in range.
        largest = np.max(x[n])
        total = sum(np.exp(x[n, k] - largest) for k in range(x.shape[1]))
        for k in range(x.shape[1]):
            y[n, k] = np.exp(x[n, k] - largest) / total


@quietly
def softmax_cross_entropy(dz: Reals, z: Reals, t: Reals, smoothing: float = 0.0) -> float:
    examples, units = z.shape
    t = (1 - smoothing) * t + smoothing / units
    p = np.empty_like(z)
    softmax_forward(p, z)
    loss = 0.0
    for n in range(examples):
        largest = np.max(z[n])
        log_total = largest + np.log(sum(np.exp(z[n, k] - largest) for k in range(units)))
        for k in range(units):
            if t[n, k] != 0:
                loss -= t[n, k] * (z[n, k] - log_total) / examples
            dz[n, k] = (p[n, k] - t[n, k]) / examples
    return loss


@quietly
def binary_cross_entropy(dz: Reals, z: Reals, t: Reals) -> float:
    examples, units = z.shape
    loss = 0.0
    for n in range(examples):
        for k in range(units):
            # -log s(z) = log(1 + exp(-z)) and -log(1 - s(z)) = log(1 + exp(z)).
            loss += t[n, k] * softplus(-z[n, k]) + (1 - t[n, k]) * softplus(z[n, k])
            dz[n, k] = (sigmoid(z[n, k]) - t[n, k]) / (examples * units)
    return loss / (examples * units)


def softplus(z: float) -> float:
    """Return log(1 + exp(z))."""
    return float(np.logaddexp(0.0, z))


@quietly
def mean_squared_error(dz: Reals, z: Reals, t: Reals) -> float:
    examples, units = z.shape
    loss = 0.0
    for n in range(examples):
        for k in range(units):
            loss += (z[n, k] - t[n, k]) ** 2 / (examples * units)
            dz[n, k] = 2 * (z[n, k] - t[n, k]) / (examples * units)
    return loss


@quietly
def mean_absolute_error(dz: Reals, z: Reals, t: Reals) -> float:
    examples, units = z.shape
    loss = 0.0
    for n in range(examples):
        for k in range(units):
            loss += abs(z[n, k] - t[n, k]) / (examples * units)
            dz[n, k] = np.sign(z[n, k] - t[n, k]) / (examples * units)
    return loss


@quietly
def huber(dz: Reals, z: Reals, t: Reals, delta: float = 1.0) -> float:
    examples, units = z.shape
    loss = 0.0
    for n in range(examples):
        for k in range(units):
            e = z[n, k] - t[n, k]
            inside = abs(e) <= delta or np.isnan(e)
            loss += (e**2 / 2 if inside else delta * (abs(e) - delta / 2)) / (examples * units)
            dz[n, k] = (e if inside else delta * np.sign(e)) / (examples * units)
    return loss


@quietly
def hinge(dz: Reals, z: Reals, t: Reals) -> float:
    examples, units = z.shape
    # An infinite output is lost, though its margin be held.
    loss = 0.0 if np.isfinite(z).all() else np.nan
    dz[:] = 0.0
    for n in range(examples):
        own = int(np.argmax(t[n]))
        for k in range(units):
            # A margin of NaN counts as missing.
            if units == 1 and not t[n, 0] * z[n, 0] >= 1:
                loss += (1 - t[n, 0] * z[n, 0]) / examples
                dz[n, 0] = -t[n, 0] / examples
            elif k != own and not z[n, own] - z[n, k] >= 1:
                loss += (1 - z[n, own] + z[n, k]) / (examples * units)
                dz[n, k] += 1 / (examples * units)
                dz[n, own] -= 1 / (examples * units)
    return loss


@quietly
def margin_shares(y: Reals, x: Reals) -> None:
    for n in range(x.shape[0]):
        if x.shape[1] == 1:
            y[n, 0] = sigmoid(2 * x[n, 0])
        else:
            softmax_forward(y[n:n + 1], x[n:n + 1])


def squared_error(z: Reals, t: Reals) -> float:
    return float(np.sum((z - t) ** 2)) / z.shape[1]


def squared_error_of_shares(z: Reals, t: Reals) -> float:
    total = 0.0
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            total += (sigmoid(z[n, k]) - t[n, k]) ** 2
    return total / z.shape[1]


def count_correct(z: Reals, t: Reals, boundary: float) -> int:
    correct = 0
    for n in range(z.shape[0]):
        if z.shape[1] == 1:
            correct += bool(z[n, 0] > boundary) == bool(t[n, 0] > 0.5)
        else:
            correct += list(z[n]).index(max(z[n])) == list(t[n]).index(max(t[n]))
    return correct
