"""Update rules. Every kernel also measures the update, for the ratio of update to weight.

Legend: w parameters, g their gradient, v and s the rule's memory, all of the same length. ``rule``
holds the constants of `engine.kernels.row` (learning rate, momentum, ...), float64. The penalties
add ``l2 w + l1 sign(w)`` to the gradient first. PyTorch's update rules, number for number.
"""

from __future__ import annotations

import math

import numpy as np
from numba import carray

from engine.kernels.memory import integers_at, reals_at, vector
from engine.kernels.policy import inlined, kernel, op
from engine.kernels.row import (
    BETA1,
    BETA2,
    CONTROL_LENGTH,
    EPSILON,
    FIRST_SLOT,
    FIRST_STATISTIC,
    HYPER_LENGTH,
    L1,
    L2,
    LEARNING_RATE,
    MOMENTUM,
    OPTIMIZER_STEP,
    RHO,
    ROW_LENGTH,
    STATISTICS,
    UPDATE_RATIO,
    WEIGHT_DECAY,
)


@inlined
def _penalised(g, w, l1, l2):
    """Return the gradient with the penalties' part; a weight of 0 has no L1 slope."""
    zero = w - w
    return g + l2 * w + (l1 if w > zero else (-l1 if w < zero else zero))


@inlined
def _add(sums, w, step):
    """Add a weight and its update to the four running sums."""
    before, update = np.float64(w), np.float64(step)
    return (sums[0] + before, sums[1] + before * before, sums[2] + update,
            sums[3] + update * update)


@kernel
def update_sgd(w, g, rule):
    """Apply ``w <- w - rate g``.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    g : real[n]
        Gradient; left alone.
    rule : float64[HYPER_LENGTH]
        Constants.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Robbins and Monro (1951).
    """
    real = w.dtype.type
    rate, l1, l2 = real(rule[LEARNING_RATE]), real(rule[L1]), real(rule[L2])
    sums = (0.0, 0.0, 0.0, 0.0)
    for j in range(w.size):
        step = rate * _penalised(g[j], w[j], l1, l2)
        sums = _add(sums, w[j], step)
        w[j] -= step
    return sums


@kernel
def update_momentum(w, g, v, rule):
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

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Polyak (1964), in the form of PyTorch.
    """
    real = w.dtype.type
    rate, l1, l2 = real(rule[LEARNING_RATE]), real(rule[L1]), real(rule[L2])
    mu = real(rule[MOMENTUM])
    sums = (0.0, 0.0, 0.0, 0.0)
    for j in range(w.size):
        v[j] = mu * v[j] + _penalised(g[j], w[j], l1, l2)
        step = rate * v[j]
        sums = _add(sums, w[j], step)
        w[j] -= step
    return sums


@kernel
def update_nesterov(w, g, v, rule):
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

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Sutskever et al. (2013), in the form of PyTorch.
    """
    real = w.dtype.type
    rate, l1, l2 = real(rule[LEARNING_RATE]), real(rule[L1]), real(rule[L2])
    mu = real(rule[MOMENTUM])
    sums = (0.0, 0.0, 0.0, 0.0)
    for j in range(w.size):
        slope = _penalised(g[j], w[j], l1, l2)
        v[j] = mu * v[j] + slope
        step = rate * (slope + mu * v[j])
        sums = _add(sums, w[j], step)
        w[j] -= step
    return sums


@kernel
def update_rmsprop(w, g, s, rule):
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

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Hinton (2012), lecture 6e.
    """
    real = w.dtype.type
    rate, l1, l2 = real(rule[LEARNING_RATE]), real(rule[L1]), real(rule[L2])
    rho = real(rule[RHO])
    # In float64 first: 1 - 0.99 would keep only six digits in float32.
    rest, epsilon = real(1.0 - rule[RHO]), real(rule[EPSILON])
    sums = (0.0, 0.0, 0.0, 0.0)
    for j in range(w.size):
        slope = _penalised(g[j], w[j], l1, l2)
        s[j] = rho * s[j] + rest * slope * slope
        step = rate * slope / (np.sqrt(s[j]) + epsilon)
        sums = _add(sums, w[j], step)
        w[j] -= step
    return sums


@kernel
def update_adam(w, g, v, s, rule, count):
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
    count : int64
        Steps since ``v`` and ``s`` were zero, this one included.

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
    l1, l2 = real(rule[L1]), real(rule[L2])
    beta1, beta2, epsilon = real(rule[BETA1]), real(rule[BETA2]), real(rule[EPSILON])
    rest1, rest2 = real(1.0 - rule[BETA1]), real(1.0 - rule[BETA2])
    rate = real(rule[LEARNING_RATE] / (1.0 - rule[BETA1] ** count))
    correction = real(1.0 / math.sqrt(1.0 - rule[BETA2] ** count))
    decay = real(rule[LEARNING_RATE] * rule[WEIGHT_DECAY])
    sums = (0.0, 0.0, 0.0, 0.0)
    for j in range(w.size):
        slope = _penalised(g[j], w[j], l1, l2)
        v[j] = beta1 * v[j] + rest1 * slope
        s[j] = beta2 * s[j] + rest2 * slope * slope
        step = decay * w[j] + rate * v[j] / (np.sqrt(s[j]) * correction + epsilon)
        sums = _add(sums, w[j], step)
        w[j] -= step
    return sums


@inlined
def _update_ratio(sums, size):
    """Return log10(std(update) / std(weight)); NaN where one of them is 0."""
    weight = sums[1] / size - (sums[0] / size) ** 2
    update = sums[3] / size - (sums[2] / size) ** 2
    if not (weight > 0.0 and update > 0.0):
        return np.nan
    return 0.5 * math.log10(update / weight)


@inlined
def _slots(row):
    """Return the op's slots: p g v s weights size hyper control results statistic."""
    return carray(row, (ROW_LENGTH,))[FIRST_SLOT:]


@inlined
def _measured(slots):
    """Return how many parameters the instrument sees: the weights, or all if there are none."""
    return slots[4] if slots[4] > 0 else slots[5]


@inlined
def _constants(slots):
    """Return the rule for `_weights` and the one for `_biases`; no penalty touches biases."""
    rules = carray(reals_at(slots[6]), (2, HYPER_LENGTH))
    return rules[0 if slots[4] > 0 else 1], rules[1]


@inlined
def _weights(arena, offset, slots):
    """Return the part of an array of parameters that the instrument sees."""
    return vector(arena, offset, _measured(slots))


@inlined
def _biases(arena, offset, slots):
    """Return what follows it."""
    return vector(arena, offset + _measured(slots), slots[5] - _measured(slots))


@inlined
def _report(slots, sums):
    """Write the ratio of update to weight to the results."""
    place = FIRST_STATISTIC + slots[9] * STATISTICS + UPDATE_RATIO
    carray(reals_at(slots[8]), (place + 1,))[place] = _update_ratio(sums, _measured(slots))


@op("p g v s weights size hyper control results statistic", whole=True)
def update_sgd_op(row, arena, batch, shard, shards):
    slots = _slots(row)
    weights, biases = _constants(slots)
    _report(slots, update_sgd(
        _weights(arena, slots[0], slots), _weights(arena, slots[1], slots), weights))
    update_sgd(
        _biases(arena, slots[0], slots), _biases(arena, slots[1], slots), biases)


@op("p g v s weights size hyper control results statistic", whole=True)
def update_momentum_op(row, arena, batch, shard, shards):
    slots = _slots(row)
    weights, biases = _constants(slots)
    _report(slots, update_momentum(
        _weights(arena, slots[0], slots), _weights(arena, slots[1], slots),
        _weights(arena, slots[2], slots), weights))
    update_momentum(
        _biases(arena, slots[0], slots), _biases(arena, slots[1], slots),
        _biases(arena, slots[2], slots), biases)


@op("p g v s weights size hyper control results statistic", whole=True)
def update_nesterov_op(row, arena, batch, shard, shards):
    slots = _slots(row)
    weights, biases = _constants(slots)
    _report(slots, update_nesterov(
        _weights(arena, slots[0], slots), _weights(arena, slots[1], slots),
        _weights(arena, slots[2], slots), weights))
    update_nesterov(
        _biases(arena, slots[0], slots), _biases(arena, slots[1], slots),
        _biases(arena, slots[2], slots), biases)


@op("p g v s weights size hyper control results statistic", whole=True)
def update_rmsprop_op(row, arena, batch, shard, shards):
    slots = _slots(row)
    weights, biases = _constants(slots)
    _report(slots, update_rmsprop(
        _weights(arena, slots[0], slots), _weights(arena, slots[1], slots),
        _weights(arena, slots[3], slots), weights))
    update_rmsprop(
        _biases(arena, slots[0], slots), _biases(arena, slots[1], slots),
        _biases(arena, slots[3], slots), biases)


@op("p g v s weights size hyper control results statistic", whole=True)
def update_adam_op(row, arena, batch, shard, shards):
    slots = _slots(row)
    weights, biases = _constants(slots)
    count = carray(integers_at(slots[7]), (CONTROL_LENGTH,))[OPTIMIZER_STEP] + 1
    _report(slots, update_adam(
        _weights(arena, slots[0], slots), _weights(arena, slots[1], slots),
        _weights(arena, slots[2], slots), _weights(arena, slots[3], slots), weights, count))
    update_adam(
        _biases(arena, slots[0], slots), _biases(arena, slots[1], slots),
        _biases(arena, slots[2], slots), _biases(arena, slots[3], slots), biases, count)
