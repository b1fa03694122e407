"""More activation functions. Legend: n numbers, any shape, seen as one row."""

from __future__ import annotations

import math

from engine.kernels.ops.activations import _backward_parts, _forward_parts
from engine.kernels.ops.mathematics import exponential_less_one, logistic, softplus
from engine.kernels.runtime.policy import ELEMENTWISE, kernel, op

SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717
"""Fixed point of mean 0 and variance 1 (Klambauer et al. 2017, eq. 14)."""


@kernel
def selu_forward(y, x):
    """Compute ``y = s x for x > 0, else s a (exp(x) - 1)``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

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
    """Send the gradient back: ``dx = s dy for x > 0, else dy (y + s a)``.

    Parameters
    ----------
    dx : real[n]
        dL/dx, overwritten; may be ``dy`` itself.
    dy : real[n]
        dL/dy.
    x, y : real[n]
        What the forward pass saw and gave.
    """
    scale = x.dtype.type(SELU_SCALE)
    low = x.dtype.type(SELU_SCALE * SELU_ALPHA)
    for j in range(x.size):
        dx[j] = scale * dy[j] if x[j] > 0 else dy[j] * (y[j] + low)


@op("y x n", weight=2 * ELEMENTWISE)
def selu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    selu_forward(y, x)


@op("dx dy x y n", weight=ELEMENTWISE)
def selu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    selu_backward(dx, dy, x, y)


@kernel
def silu_forward(y, x):
    """Compute ``y = x s(x), s the logistic sigmoid``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Elfwing, Uchibe and Doya (2018); as Swish, Ramachandran et al. (2017).
    """
    for j in range(x.size):
        y[j] = x[j] * logistic(x[j])


@kernel
def silu_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy s(x) (1 + x s(-x))``.

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
        dx[j] = dy[j] * (logistic(x[j]) * (one + x[j] * logistic(-x[j])))


@op("y x n", weight=2 * ELEMENTWISE)
def silu_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    silu_forward(y, x)


@op("dx dy x y n", weight=2 * ELEMENTWISE)
def silu_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    silu_backward(dx, dy, x, y)


@kernel
def softplus_forward(y, x):
    """Compute ``y = log(1 + exp(x))``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Dugas et al. (2001).
    """
    for j in range(x.size):
        y[j] = softplus(x[j])


@kernel
def softplus_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy s(x), s the logistic sigmoid``.

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
        dx[j] = dy[j] * logistic(x[j])


@op("y x n", weight=2 * ELEMENTWISE)
def softplus_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    softplus_forward(y, x)


@op("dx dy x y n", weight=2 * ELEMENTWISE)
def softplus_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    softplus_backward(dx, dy, x, y)


@kernel
def softsign_forward(y, x):
    """Compute ``y = x / (1 + |x|)``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Glorot and Bengio (2010), sec. 2.3.
    """
    one = x.dtype.type(1)
    for j in range(x.size):
        y[j] = x[j] / (one + abs(x[j]))


@kernel
def softsign_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy / (1 + |x|)**2``.

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
        dx[j] = dy[j] / ((one + abs(x[j])) * (one + abs(x[j])))


@op("y x n", weight=2 * ELEMENTWISE)
def softsign_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    softsign_forward(y, x)


@op("dx dy x y n", weight=ELEMENTWISE)
def softsign_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    softsign_backward(dx, dy, x, y)


@kernel
def hard_tanh_forward(y, x):
    """Compute ``y = max(-1, min(1, x))``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Collobert (2004), sec. 2.2.
    """
    one = x.dtype.type(1)
    for j in range(x.size):
        y[j] = one if x[j] > one else (-one if x[j] < -one else x[j])


@kernel
def hard_tanh_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy for -1 < x < 1, else 0``.

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
    zero = x.dtype.type(0)
    for j in range(x.size):
        dx[j] = zero if x[j] >= one or x[j] <= -one else dy[j]


@op("y x n", weight=ELEMENTWISE)
def hard_tanh_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    hard_tanh_forward(y, x)


@op("dx dy x y n", weight=ELEMENTWISE)
def hard_tanh_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    hard_tanh_backward(dx, dy, x, y)


@kernel
def sine_forward(y, x):
    """Compute ``y = sin(x)``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: Sitzmann et al. (2020).
    """
    for j in range(x.size):
        y[j] = math.sin(x[j])


@kernel
def sine_backward(dx, dy, x, y):
    """Send the gradient back: ``dx = dy cos(x)``.

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
        dx[j] = dy[j] * math.cos(x[j])


@op("y x n", weight=2 * ELEMENTWISE)
def sine_forward_op(slots, arena, batch, shard, shards):
    y, x = _forward_parts(slots, arena, batch, shard, shards)
    sine_forward(y, x)


@op("dx dy x y n", weight=2 * ELEMENTWISE)
def sine_backward_op(slots, arena, batch, shard, shards):
    dx, dy, x, y = _backward_parts(slots, arena, batch, shard, shards)
    sine_backward(dx, dy, x, y)
