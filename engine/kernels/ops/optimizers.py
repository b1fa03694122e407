"""Update rules. Every kernel also measures the update, for the ratio of update to weight.

Legend: w parameters, g their gradient, v and s the rule's memory, all of the same length, at most
`BLOCK`; u the update over the rate. ``rule`` holds the constants of
`engine.kernels.runtime.layout` (learning rate, momentum, ...), float64. The penalties add
``l2 w + l1 sign(w)`` to the gradient before a rule sees it. PyTorch's update rules, number for
number.

A block goes through short loops in the first cache, each simple enough for vector registers: limits
and penalties if there are any, the direction of the update, its sums, the step.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.descent import (
    SLOTS,
    common_rule,
    descend,
    operands,
    report,
    room,
    shared_blocks,
    step_of,
)
from engine.kernels.runtime.layout import (
    BETA1,
    BETA2,
    EPSILON,
    LEARNING_RATE,
    MOMENTUM,
    RHO,
    WEIGHT_DECAY,
)
from engine.kernels.runtime.policy import inlined, kernel, op


@kernel
def update_sgd(w, g, rule, measured):
    """Apply ``w <- w - rate g``.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    g : real[n]
        Gradient; left alone.
    rule : float64[HYPER_LENGTH]
        Constants.
    measured : int64
        How many of the parameters are decayed and measured.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Robbins and Monro (1951).
    """
    return descend(w, g, w.dtype.type(rule[LEARNING_RATE]), measured)


@kernel
def update_momentum(w, g, v, rule, measured):
    """Apply ``v <- mu v + g;  w <- w - rate v``.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    g : real[n]
        Gradient; left alone.
    v : real[n]
        Running update, changed in place.
    rule : float64[HYPER_LENGTH]
        Constants.
    measured : int64
        How many of the parameters are decayed and measured.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Polyak (1964), in the form of PyTorch.
    """
    real = w.dtype.type
    rate, mu = real(rule[LEARNING_RATE]), real(rule[MOMENTUM])
    for j in range(w.size):
        v[j] = mu * v[j] + g[j]
    return descend(w, v, rate, measured)


@kernel
def update_nesterov(w, g, v, rule, measured):
    """Apply ``v <- mu v + g;  w <- w - rate (g + mu v)``.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    g : real[n]
        Gradient; left alone.
    v : real[n]
        Running update, changed in place.
    rule : float64[HYPER_LENGTH]
        Constants.
    measured : int64
        How many of the parameters are decayed and measured.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Sutskever et al. (2013), in the form of PyTorch.
    """
    real = w.dtype.type
    rate, mu = real(rule[LEARNING_RATE]), real(rule[MOMENTUM])
    u = room(w)
    for j in range(w.size):
        v[j] = mu * v[j] + g[j]
        u[j] = g[j] + mu * v[j]
    return descend(w, u, rate, measured)


@kernel
def update_rmsprop(w, g, s, rule, measured):
    """Apply ``s <- rho s + (1 - rho) g**2;  w <- w - rate g / (sqrt(s) + epsilon)``.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    g : real[n]
        Gradient; left alone.
    s : real[n]
        Running squared gradient, changed in place.
    rule : float64[HYPER_LENGTH]
        Constants.
    measured : int64
        How many of the parameters are decayed and measured.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Hinton (2012), lecture 6e.
    """
    real = w.dtype.type
    rate, rho = real(rule[LEARNING_RATE]), real(rule[RHO])
    # In float64 first: 1 - 0.99 would keep only six digits in float32.
    rest, epsilon = real(1.0 - rule[RHO]), real(rule[EPSILON])
    u = room(w)
    for j in range(w.size):
        s[j] = rho * s[j] + rest * g[j] * g[j]
        u[j] = g[j] / (np.sqrt(s[j]) + epsilon)
    return descend(w, u, rate, measured)


@inlined
def adam_correction(rule, count):
    """Return the bias of the running mean, and one over the root of the mean square's.

    ``count`` is the number of steps since both memories were zero, this one included.
    """
    return 1.0 - rule[BETA1] ** count, 1.0 / math.sqrt(1.0 - rule[BETA2] ** count)


@kernel
def update_adam(w, g, v, s, rule, measured, correction):
    """Apply Adam: ``w <- w - rate v^ / (sqrt(s^) + epsilon)``, ^ being the bias correction.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    g : real[n]
        Gradient; left alone.
    v, s : real[n]
        Running mean of the gradient and of its square, changed in place.
    rule : float64[HYPER_LENGTH]
        Constants.
    measured : int64
        How many of the parameters are decayed and measured.
    correction : (float64, float64)
        What `adam_correction` returns.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    ``v <- beta1 v + (1 - beta1) g``, ``s <- beta2 s + (1 - beta2) g**2``. AdamW's decay, which is 0
    for Adam, shrinks w first by ``rate * weight_decay``. Source: Kingma and Ba (2015), algorithm 1;
    Loshchilov and Hutter (2019), algorithm 2.
    """
    real = w.dtype.type
    beta1, beta2, epsilon = real(rule[BETA1]), real(rule[BETA2]), real(rule[EPSILON])
    rest1, rest2 = real(1.0 - rule[BETA1]), real(1.0 - rule[BETA2])
    rate, root = real(rule[LEARNING_RATE] / correction[0]), real(correction[1])
    decay = real(rule[WEIGHT_DECAY] * correction[0])
    u = room(w)
    for j in range(w.size):
        v[j] = beta1 * v[j] + rest1 * g[j]
        s[j] = beta2 * s[j] + rest2 * g[j] * g[j]
        u[j] = v[j] / (np.sqrt(s[j]) * root + epsilon)
    if decay > 0:
        for j in range(measured):
            u[j] += decay * w[j]
    return descend(w, u, rate, measured)


@op(SLOTS)
def update_sgd_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, _v, _s, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_sgd(w, g, rule, measured))


@op(SLOTS)
def update_momentum_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, v, _s, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_momentum(w, g, v, rule, measured))


@op(SLOTS)
def update_nesterov_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, v, _s, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_nesterov(w, g, v, rule, measured))


@op(SLOTS)
def update_rmsprop_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, _v, s, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_rmsprop(w, g, s, rule, measured))


@op(SLOTS)
def update_adam_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    correction = adam_correction(common_rule(slots), step_of(slots))
    for b in range(begin, end):
        w, g, v, s, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_adam(w, g, v, s, rule, measured, correction))
