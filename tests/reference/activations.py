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


SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717


@quietly
def selu_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = SELU_SCALE * (x[j] if x[j] > 0 else SELU_ALPHA * np.expm1(x[j]))


@quietly
def selu_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = SELU_SCALE * dy[j] * (1.0 if x[j] > 0 else SELU_ALPHA * np.exp(x[j]))


@quietly
def silu_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = x[j] * sigmoid(x[j])


@quietly
def silu_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        s = sigmoid(x[j])
        dx[j] = dy[j] * (s + x[j] * s * sigmoid(-x[j]))


@quietly
def softplus_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = np.logaddexp(0.0, x[j])


@quietly
def softplus_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] * sigmoid(x[j])


@quietly
def softsign_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = x[j] / (1.0 + abs(x[j]))


@quietly
def softsign_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] / (1.0 + abs(x[j])) ** 2


@quietly
def hard_tanh_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = np.clip(x[j], -1.0, 1.0)


@quietly
def hard_tanh_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = 0.0 if abs(x[j]) >= 1 else dy[j]


@quietly
def sine_forward(y: Reals, x: Reals) -> None:
    for j in range(x.size):
        y[j] = np.sin(x[j])


@quietly
def sine_backward(dx: Reals, dy: Reals, x: Reals, y: Reals) -> None:
    for j in range(x.size):
        dx[j] = dy[j] * np.cos(x[j])


@quietly
def prelu_forward(y: Reals, x: Reals, slopes: Reals) -> None:
    for m in range(x.shape[0]):
        for c in range(x.shape[1]):
            y[m, c] = x[m, c] if x[m, c] > 0 else slopes[c] * x[m, c]


@quietly
def prelu_backward_input(dx: Reals, dy: Reals, x: Reals, slopes: Reals) -> None:
    for m in range(x.shape[0]):
        for c in range(x.shape[1]):
            dx[m, c] = dy[m, c] if x[m, c] > 0 else slopes[c] * dy[m, c]


@quietly
def prelu_backward_slopes(ds: Reals, dy: Reals, x: Reals) -> None:
    for c in range(x.shape[1]):
        ds[c] = sum(0.0 if x[m, c] > 0 else x[m, c] * dy[m, c] for m in range(x.shape[0]))


@quietly
def softmax_backward(dx: Reals, dy: Reals, y: Reals) -> None:
    for m in range(y.shape[0]):
        jacobian = np.diag(y[m]) - np.outer(y[m], y[m])
        for i in range(y.shape[1]):
            dx[m, i] = sum(dy[m, j] * jacobian[j, i] for j in range(y.shape[1]))
