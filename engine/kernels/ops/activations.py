"""Activation functions, forward and backward. Legend: n numbers, any shape, seen as one row.

A forward kernel takes ``y, x``, real[n]: result, overwritten, and argument. A backward kernel takes
``dx, dy, x, y``, real[n]: dL/dx, overwritten, which may be ``dy`` itself; dL/dy; what the forward
pass saw and gave. Sources of derivatives: definition.
"""

from __future__ import annotations

import math

from engine.kernels.ops.mathematics import (
    exponential_less_one,
    hyperbolic_tangent,
    logistic,
    normal_density,
    normal_distribution,
    softplus,
)
from engine.kernels.runtime.memory import examples, vector
from engine.kernels.runtime.policy import ELEMENTWISE, inlined, kernel, op

LEAK = 0.01
"""Slope of leaky ReLU below zero (Maas et al. 2013)."""

SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717
"""Fixed point of mean 0 and variance 1 (Klambauer et al. 2017, eq. 14)."""


@inlined
def _forward_parts(slots, arena, batch, shard, shards):
    """Return a shard's y and x; ``slots.n`` is the numbers per example."""
    begin, end = examples(batch, slots.n, shard, shards)
    return (vector(arena, slots.y + begin, end - begin),
            vector(arena, slots.x + begin, end - begin))


@inlined
def _backward_parts(slots, arena, batch, shard, shards):
    """Return a shard's dx, dy, x and y; ``slots.n`` is the numbers per example."""
    begin, end = examples(batch, slots.n, shard, shards)
    return (vector(arena, slots.dx + begin, end - begin),
            vector(arena, slots.dy + begin, end - begin),
            vector(arena, slots.x + begin, end - begin),
            vector(arena, slots.y + begin, end - begin))


@kernel
def relu_forward(y, x):
    """Compute ``y = max(0, x)``.

    Notes
    -----
    Source: Nair and Hinton (2010).
    """
    zero = x.dtype.type(0)
    for j in range(x.size):
        y[j] = x[j] if not x[j] <= 0 else zero


@kernel
def relu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy`` where ``x > 0``, else 0. NaN stays NaN."""
    zero = x.dtype.type(0)
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else zero


@op("y x n", "y = max(0, x)", weight=ELEMENTWISE, by_examples=True)
def relu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    relu_forward(y, x)


@op("dx dy x y n", "dx = dy if x > 0 else 0", weight=ELEMENTWISE, by_examples=True)
def relu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    relu_backward(dx, dy, x, y)


@kernel
def tanh_forward(y, x):
    """Compute ``y = tanh x``.

    Notes
    -----
    Source: LeCun et al. (1998), Efficient BackProp, sec. 4.4.
    """
    for j in range(x.size):
        y[j] = hyperbolic_tangent(x[j])


@kernel
def tanh_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy (1 - y**2)``."""
    one = x.dtype.type(1)
    for j in range(x.size):
        dx[j] = dy[j] * (one - y[j] * y[j])


@op("y x n", "y = tanh(x)", weight=2 * ELEMENTWISE, by_examples=True)
def tanh_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    tanh_forward(y, x)


@op("dx dy x y n", "dx = dy (1 - y**2)", weight=ELEMENTWISE, by_examples=True)
def tanh_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    tanh_backward(dx, dy, x, y)


@kernel
def sigmoid_forward(y, x):
    """Compute ``y = 1 / (1 + exp(-x))``.

    Notes
    -----
    Source: Rumelhart, Hinton and Williams (1986).
    """
    for j in range(x.size):
        y[j] = logistic(x[j])


@kernel
def sigmoid_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy y (1 - y)``."""
    one = x.dtype.type(1)
    for j in range(x.size):
        dx[j] = dy[j] * (y[j] * (one - y[j]))


@op("y x n", "y = 1 / (1 + exp(-x))", weight=2 * ELEMENTWISE, by_examples=True)
def sigmoid_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    sigmoid_forward(y, x)


@op("dx dy x y n", "dx = dy y (1 - y)", weight=ELEMENTWISE, by_examples=True)
def sigmoid_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    sigmoid_backward(dx, dy, x, y)


@kernel
def leaky_relu_forward(y, x):
    """Compute ``y = x for x > 0, else 0.01 x``.

    Notes
    -----
    Source: Maas, Hannun and Ng (2013).
    """
    leak = x.dtype.type(LEAK)
    for j in range(x.size):
        y[j] = x[j] if x[j] > 0 else leak * x[j]


@kernel
def leaky_relu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy for x > 0, else 0.01 dy``."""
    leak = x.dtype.type(LEAK)
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else leak * dy[j]


@op("y x n", "y = x if x > 0 else 0.01 x", weight=ELEMENTWISE, by_examples=True)
def leaky_relu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    leaky_relu_forward(y, x)


@op("dx dy x y n", "dx = dy if x > 0 else 0.01 dy", weight=ELEMENTWISE, by_examples=True)
def leaky_relu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    leaky_relu_backward(dx, dy, x, y)


@kernel
def elu_forward(y, x):
    """Compute ``y = x for x > 0, else exp(x) - 1``.

    Notes
    -----
    Source: Clevert, Unterthiner and Hochreiter (2016).
    """
    for j in range(x.size):
        y[j] = x[j] if x[j] > 0 else exponential_less_one(x[j])


@kernel
def elu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy for x > 0, else dy (y + 1)``."""
    one = x.dtype.type(1)
    for j in range(x.size):
        dx[j] = dy[j] if x[j] > 0 else dy[j] * (y[j] + one)


@op("y x n", "y = x if x > 0 else exp(x) - 1", weight=2 * ELEMENTWISE, by_examples=True)
def elu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    elu_forward(y, x)


@op("dx dy x y n", "dx = dy if x > 0 else dy (y + 1)", weight=ELEMENTWISE, by_examples=True)
def elu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    elu_backward(dx, dy, x, y)


@kernel
def gelu_forward(y, x):
    """Compute ``y = x P(x), P the distribution of a standard normal number``.

    Notes
    -----
    Source: Hendrycks and Gimpel (2016), the exact form.
    """
    for j in range(x.size):
        y[j] = x[j] * normal_distribution(x[j])


@kernel
def gelu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy (P(x) + x p(x)), p its density``."""
    for j in range(x.size):
        dx[j] = dy[j] * (normal_distribution(x[j]) + x[j] * normal_density(x[j]))


@op("y x n", "y = x P(x)", weight=2 * ELEMENTWISE, by_examples=True)
def gelu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    gelu_forward(y, x)


@op("dx dy x y n", "dx = dy (P(x) + x p(x))", weight=2 * ELEMENTWISE, by_examples=True)
def gelu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    gelu_backward(dx, dy, x, y)


@kernel
def selu_forward(y, x):
    """Compute ``y = s x for x > 0, else s a (exp(x) - 1)``.

    Notes
    -----
    Source: Klambauer, Unterthiner, Mayr and Hochreiter (2017).
    """
    scale = x.dtype.type(SELU_SCALE)
    low = x.dtype.type(SELU_SCALE * SELU_ALPHA)
    for j in range(x.size):
        y[j] = scale * x[j] if x[j] > 0 else low * exponential_less_one(x[j])


@kernel
def selu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = s dy for x > 0, else dy (y + s a)``."""
    scale = x.dtype.type(SELU_SCALE)
    low = x.dtype.type(SELU_SCALE * SELU_ALPHA)
    for j in range(x.size):
        dx[j] = scale * dy[j] if x[j] > 0 else dy[j] * (y[j] + low)


@op("y x n", "y = s x if x > 0 else s a (exp(x) - 1)", weight=2 * ELEMENTWISE, by_examples=True)
def selu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    selu_forward(y, x)


@op("dx dy x y n", "dx = s dy if x > 0 else dy (y + s a)", weight=ELEMENTWISE, by_examples=True)
def selu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    selu_backward(dx, dy, x, y)


@kernel
def silu_forward(y, x):
    """Compute ``y = x s(x), s the logistic sigmoid``.

    Notes
    -----
    Source: Elfwing, Uchibe and Doya (2018); as Swish, Ramachandran et al. (2017).
    """
    for j in range(x.size):
        y[j] = x[j] * logistic(x[j])


@kernel
def silu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy s(x) (1 + x s(-x))``."""
    one = x.dtype.type(1)
    for j in range(x.size):
        dx[j] = dy[j] * (logistic(x[j]) * (one + x[j] * logistic(-x[j])))


@op("y x n", "y = x sigmoid(x)", weight=2 * ELEMENTWISE, by_examples=True)
def silu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    silu_forward(y, x)


@op("dx dy x y n", "dx = dy sigmoid(x) (1 + x sigmoid(-x))", weight=2 * ELEMENTWISE,
    by_examples=True)
def silu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    silu_backward(dx, dy, x, y)


@kernel
def softplus_forward(y, x):
    """Compute ``y = log(1 + exp(x))``.

    Notes
    -----
    Source: Dugas et al. (2001).
    """
    for j in range(x.size):
        y[j] = softplus(x[j])


@kernel
def softplus_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy s(x), s the logistic sigmoid``."""
    for j in range(x.size):
        dx[j] = dy[j] * logistic(x[j])


@op("y x n", "y = log(1 + exp(x))", weight=2 * ELEMENTWISE, by_examples=True)
def softplus_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    softplus_forward(y, x)


@op("dx dy x y n", "dx = dy sigmoid(x)", weight=2 * ELEMENTWISE, by_examples=True)
def softplus_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    softplus_backward(dx, dy, x, y)


@kernel
def softsign_forward(y, x):
    """Compute ``y = x / (1 + |x|)``.

    Notes
    -----
    Source: Glorot and Bengio (2010), sec. 2.3.
    """
    one = x.dtype.type(1)
    for j in range(x.size):
        y[j] = x[j] / (one + abs(x[j]))


@kernel
def softsign_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy / (1 + |x|)**2``."""
    one = x.dtype.type(1)
    for j in range(x.size):
        dx[j] = dy[j] / ((one + abs(x[j])) * (one + abs(x[j])))


@op("y x n", "y = x / (1 + |x|)", weight=2 * ELEMENTWISE, by_examples=True)
def softsign_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    softsign_forward(y, x)


@op("dx dy x y n", "dx = dy / (1 + |x|)**2", weight=ELEMENTWISE, by_examples=True)
def softsign_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    softsign_backward(dx, dy, x, y)


@kernel
def hard_tanh_forward(y, x):
    """Compute ``y = max(-1, min(1, x))``.

    Notes
    -----
    Source: Collobert (2004), sec. 2.2.
    """
    one = x.dtype.type(1)
    for j in range(x.size):
        y[j] = one if x[j] > one else (-one if x[j] < -one else x[j])


@kernel
def hard_tanh_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy for -1 < x < 1, else 0``."""
    one = x.dtype.type(1)
    zero = x.dtype.type(0)
    for j in range(x.size):
        dx[j] = zero if x[j] >= one or x[j] <= -one else dy[j]


@op("y x n", "y = max(-1, min(1, x))", weight=ELEMENTWISE, by_examples=True)
def hard_tanh_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    hard_tanh_forward(y, x)


@op("dx dy x y n", "dx = dy if -1 < x < 1 else 0", weight=ELEMENTWISE, by_examples=True)
def hard_tanh_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    hard_tanh_backward(dx, dy, x, y)


@kernel
def sine_forward(y, x):
    """Compute ``y = sin(x)``.

    Notes
    -----
    Source: Sitzmann et al. (2020).
    """
    for j in range(x.size):
        y[j] = math.sin(x[j])


@kernel
def sine_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy cos(x)``."""
    for j in range(x.size):
        dx[j] = dy[j] * math.cos(x[j])


@op("y x n", "y = sin(x)", weight=2 * ELEMENTWISE, by_examples=True)
def sine_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    sine_forward(y, x)


@op("dx dy x y n", "dx = dy cos(x)", weight=2 * ELEMENTWISE, by_examples=True)
def sine_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    sine_backward(dx, dy, x, y)
