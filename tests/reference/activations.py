"""Activation functions and their derivatives, number by number."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Real = np.float64
quietly = np.errstate(all="ignore")


@quietly
def relu_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = 0.0 if x[j] <= 0 else x[j]


@quietly
def relu_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else 0.0


@quietly
def leaky_relu_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = x[j] if x[j] > 0 else 0.01 * x[j]


@quietly
def leaky_relu_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else 0.01 * dy[j]


@quietly
def elu_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = x[j] if x[j] > 0 else np.expm1(x[j])


@quietly
def elu_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else dy[j] * np.exp(x[j])


@quietly
def tanh_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = math.tanh(x[j])


@quietly
def tanh_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] * (1.0 - y[j] ** 2)


def sigmoid(z: float) -> Real:
    """Return 1 / (1 + exp(-z))."""
    return Real(1.0) / (Real(1.0) + np.exp(Real(-z)))


@quietly
def sigmoid_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = sigmoid(x[j])


@quietly
def sigmoid_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] * y[j] * (1.0 - y[j])


def normal_distribution(z: float) -> float:
    """Return the probability that a standard normal number is below z."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_density(z: float) -> Real:
    """Return the density of the standard normal distribution."""
    return np.exp(-Real(z) * Real(z) / 2) / math.sqrt(2.0 * math.pi)


@quietly
def gelu_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = x[j] * normal_distribution(x[j])


@quietly
def gelu_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] * (normal_distribution(x[j]) + x[j] * normal_density(x[j]))
