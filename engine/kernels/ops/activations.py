"""Activation functions, forward and backward. Legend: n numbers, any shape, seen as one row."""

from __future__ import annotations

from engine.kernels.ops.mathematics import (
    exponential_less_one,
    hyperbolic_tangent,
    logistic,
    normal_density,
    normal_distribution,
)
from engine.kernels.runtime.memory import span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, inlined, kernel, op

LEAK = 0.01
"""Slope of leaky ReLU below zero (Maas et al. 2013)."""


@inlined
def _forward_parts(slots, arena, batch, shard, shards):
    """Return a shard's y and x; ``slots.n`` is the numbers per example."""
    begin, end = span(batch * slots.n, shard, shards)
    return (vector(arena, slots.y + begin, end - begin),
            vector(arena, slots.x + begin, end - begin))


@inlined
def _backward_parts(slots, arena, batch, shard, shards):
    """Return a shard's dx, dy, x and y; ``slots.n`` is the numbers per example."""
    begin, end = span(batch * slots.n, shard, shards)
    return (vector(arena, slots.dx + begin, end - begin),
            vector(arena, slots.dy + begin, end - begin),
            vector(arena, slots.x + begin, end - begin),
            vector(arena, slots.y + begin, end - begin))


@kernel
def relu_forward(y, x):
    """Compute ``y = max(0, x)``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Nair and Hinton (2010).
    """
    zero = x.dtype.type(0)
    for j in range(x.size):
        y[j] = x[j] if not x[j] <= 0 else zero


@kernel
def relu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy`` where ``x > 0``, else 0. NaN stays NaN.

    Parameters
    ----------
    dx : real[n]
        dL/dx, overwritten; may be ``dy`` itself.
    dy : real[n]
        dL/dy.
    x, y : real[n]
        What the forward pass saw and gave.
    """
    zero = x.dtype.type(0)
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else zero


@op("y x n", weight=ELEMENTWISE)
def relu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    relu_forward(y, x)


@op("dx dy x y n", weight=ELEMENTWISE)
def relu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    relu_backward(dx, dy, x, y)


@kernel
def tanh_forward(y, x):
    """Compute ``y = tanh x``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: LeCun et al. (1998), Efficient BackProp, sec. 4.4.
    """
    for j in range(x.size):
        y[j] = hyperbolic_tangent(x[j])


@kernel
def tanh_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy (1 - y**2)``.

    Parameters
    ----------
    dx : real[n]
        dL/dx, overwritten; may be ``dy`` itself.
    dy : real[n]
        dL/dy.
    x, y : real[n]
        What the forward pass saw and gave.
    """
    one = x.dtype.type(1)
    for j in range(x.size):
        dx[j] = dy[j] * (one - y[j] * y[j])


@op("y x n", weight=2 * ELEMENTWISE)
def tanh_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    tanh_forward(y, x)


@op("dx dy x y n", weight=ELEMENTWISE)
def tanh_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    tanh_backward(dx, dy, x, y)


@kernel
def sigmoid_forward(y, x):
    """Compute ``y = 1 / (1 + exp(-x))``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Rumelhart, Hinton and Williams (1986).
    """
    for j in range(x.size):
        y[j] = logistic(x[j])


@kernel
def sigmoid_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy y (1 - y)``.

    Parameters
    ----------
    dx : real[n]
        dL/dx, overwritten; may be ``dy`` itself.
    dy : real[n]
        dL/dy.
    x, y : real[n]
        What the forward pass saw and gave.
    """
    one = x.dtype.type(1)
    for j in range(x.size):
        dx[j] = dy[j] * (y[j] * (one - y[j]))


@op("y x n", weight=2 * ELEMENTWISE)
def sigmoid_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    sigmoid_forward(y, x)


@op("dx dy x y n", weight=ELEMENTWISE)
def sigmoid_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    sigmoid_backward(dx, dy, x, y)


@kernel
def leaky_relu_forward(y, x):
    """Compute ``y = x for x > 0, else 0.01 x``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Maas, Hannun and Ng (2013).
    """
    leak = x.dtype.type(LEAK)
    for j in range(x.size):
        y[j] = x[j] if x[j] > 0 else leak * x[j]


@kernel
def leaky_relu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy for x > 0, else 0.01 dy``.

    Parameters
    ----------
    dx : real[n]
        dL/dx, overwritten; may be ``dy`` itself.
    dy : real[n]
        dL/dy.
    x, y : real[n]
        What the forward pass saw and gave.
    """
    leak = x.dtype.type(LEAK)
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else leak * dy[j]


@op("y x n", weight=ELEMENTWISE)
def leaky_relu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    leaky_relu_forward(y, x)


@op("dx dy x y n", weight=ELEMENTWISE)
def leaky_relu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    leaky_relu_backward(dx, dy, x, y)


@kernel
def elu_forward(y, x):
    """Compute ``y = x for x > 0, else exp(x) - 1``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Clevert, Unterthiner and Hochreiter (2016).
    """
    for j in range(x.size):
        y[j] = x[j] if x[j] > 0 else exponential_less_one(x[j])


@kernel
def elu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy for x > 0, else dy (y + 1)``.

    Parameters
    ----------
    dx : real[n]
        dL/dx, overwritten; may be ``dy`` itself.
    dy : real[n]
        dL/dy.
    x, y : real[n]
        What the forward pass saw and gave.
    """
    one = x.dtype.type(1)
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else dy[j] * (y[j] + one)


@op("y x n", weight=2 * ELEMENTWISE)
def elu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    elu_forward(y, x)


@op("dx dy x y n", weight=ELEMENTWISE)
def elu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    elu_backward(dx, dy, x, y)


@kernel
def gelu_forward(y, x):
    """Compute ``y = x P(x), P the distribution of a standard normal number``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Hendrycks and Gimpel (2016), the exact form.
    """
    for j in range(x.size):
        y[j] = x[j] * normal_distribution(x[j])


@kernel
def gelu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy (P(x) + x p(x)), p its density``.

    Parameters
    ----------
    dx : real[n]
        dL/dx, overwritten; may be ``dy`` itself.
    dy : real[n]
        dL/dy.
    x, y : real[n]
        What the forward pass saw and gave.
    """
    for j in range(x.size):
        dx[j] = dy[j] * (normal_distribution(x[j]) + x[j] * normal_density(x[j]))


@op("y x n", weight=2 * ELEMENTWISE)
def gelu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    gelu_forward(y, x)


@op("dx dy x y n", weight=2 * ELEMENTWISE)
def gelu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    gelu_backward(dx, dy, x, y)
