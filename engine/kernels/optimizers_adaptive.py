"""Update rules that adapt the step of every parameter. Legend: see `engine.kernels.optimizers`."""

from __future__ import annotations

import math

import numpy as np
from numba import carray

from engine.kernels.memory import integers_at
from engine.kernels.optimizers import (
    _add,
    _biases,
    _constants,
    _penalised,
    _report,
    _slots,
    _weights,
)
from engine.kernels.policy import inlined, kernel, op
from engine.kernels.row import (
    BETA1,
    BETA2,
    CONTROL_LENGTH,
    EPSILON,
    L1,
    L2,
    LEARNING_RATE,
    OPTIMIZER_STEP,
    RHO,
)

MOMENTUM_DECAY = 0.004
"""How fast NAdam's momentum grows to beta1 (Dozat 2016)."""

NOTHING = 1e-20
"""A product of momenta below this leaves 1 as it is."""


@kernel
def update_adagrad(w, g, s, rule):
    """Apply ``s <- s + g**2;  w <- w - rate g / (sqrt(s) + epsilon)``.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    g : real[n]
        Gradient; left alone.
    s : real[n]
        Sum of squared gradients, changed in place.
    rule : float64[HYPER_LENGTH]
        Constants.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Duchi, Hazan and Singer (2011), in the form of PyTorch.
    """
    real = w.dtype.type
    rate, l1, l2 = real(rule[LEARNING_RATE]), real(rule[L1]), real(rule[L2])
    epsilon = real(rule[EPSILON])
    sums = (0.0, 0.0, 0.0, 0.0)
    for j in range(w.size):
        slope = _penalised(g[j], w[j], l1, l2)
        s[j] += slope * slope
        step = rate * slope / (np.sqrt(s[j]) + epsilon)
        sums = _add(sums, w[j], step)
        w[j] -= step
    return sums


@kernel
def update_adadelta(w, g, v, s, rule):
    """Apply ``d = g sqrt(v + epsilon) / sqrt(s + epsilon);  w <- w - rate d``.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    g : real[n]
        Gradient; left alone.
    v, s : real[n]
        Running mean of ``d**2`` and of the squared gradient, changed in place.
    rule : float64[HYPER_LENGTH]
        Constants.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    ``s <- rho s + (1 - rho) g**2`` before and ``v <- rho v + (1 - rho) d**2`` after the step.
    Source: Zeiler (2012), algorithm 1.
    """
    real = w.dtype.type
    rate, l1, l2 = real(rule[LEARNING_RATE]), real(rule[L1]), real(rule[L2])
    rho, rest, epsilon = real(rule[RHO]), real(1.0 - rule[RHO]), real(rule[EPSILON])
    sums = (0.0, 0.0, 0.0, 0.0)
    for j in range(w.size):
        slope = _penalised(g[j], w[j], l1, l2)
        s[j] = rho * s[j] + rest * slope * slope
        change = slope * (np.sqrt(v[j] + epsilon) / np.sqrt(s[j] + epsilon))
        v[j] = rho * v[j] + rest * change * change
        step = rate * change
        sums = _add(sums, w[j], step)
        w[j] -= step
    return sums


@inlined
def _momentum(beta1, step):
    """Return NAdam's momentum of a step, which grows from beta1 / 2 to beta1."""
    return beta1 * (1.0 - 0.5 * 0.96 ** (step * MOMENTUM_DECAY))


@kernel
def update_nadam(w, g, v, s, rule, count):
    """Apply NAdam: Adam whose mean of the gradient looks one step ahead, as Nesterov's does.

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
    With ``mu_t = beta1 (1 - 0.96**(0.004 t) / 2)`` and P its product over all steps, the step is
    ``rate ((1 - mu_t) g / (1 - P_t) + mu_(t+1) v / (1 - P_(t+1))) / (sqrt(s^) + epsilon)``.
    Source: Dozat (2016), algorithm 2, in the form of PyTorch.
    """
    real = w.dtype.type
    l1, l2 = real(rule[L1]), real(rule[L2])
    beta1, beta2, epsilon = real(rule[BETA1]), real(rule[BETA2]), real(rule[EPSILON])
    rest1, rest2 = real(1.0 - rule[BETA1]), real(1.0 - rule[BETA2])
    product = 1.0
    step_now = 1
    while step_now <= count and product > NOTHING:
        product *= _momentum(rule[BETA1], step_now)
        step_now += 1
    now, following = _momentum(rule[BETA1], count), _momentum(rule[BETA1], count + 1)
    of_slope = real(rule[LEARNING_RATE] * (1.0 - now) / (1.0 - product))
    of_mean = real(rule[LEARNING_RATE] * following / (1.0 - product * following))
    correction = real(1.0 / math.sqrt(1.0 - rule[BETA2] ** count))
    sums = (0.0, 0.0, 0.0, 0.0)
    for j in range(w.size):
        slope = _penalised(g[j], w[j], l1, l2)
        v[j] = beta1 * v[j] + rest1 * slope
        s[j] = beta2 * s[j] + rest2 * slope * slope
        step = (of_slope * slope + of_mean * v[j]) / (np.sqrt(s[j]) * correction + epsilon)
        sums = _add(sums, w[j], step)
        w[j] -= step
    return sums


@op("p g v s weights size hyper control results statistic", whole=True)
def update_adagrad_op(row, arena, batch, shard, shards):
    slots = _slots(row)
    weights, biases = _constants(slots)
    _report(slots, update_adagrad(
        _weights(arena, slots[0], slots), _weights(arena, slots[1], slots),
        _weights(arena, slots[3], slots), weights))
    update_adagrad(
        _biases(arena, slots[0], slots), _biases(arena, slots[1], slots),
        _biases(arena, slots[3], slots), biases)


@op("p g v s weights size hyper control results statistic", whole=True)
def update_adadelta_op(row, arena, batch, shard, shards):
    slots = _slots(row)
    weights, biases = _constants(slots)
    _report(slots, update_adadelta(
        _weights(arena, slots[0], slots), _weights(arena, slots[1], slots),
        _weights(arena, slots[2], slots), _weights(arena, slots[3], slots), weights))
    update_adadelta(
        _biases(arena, slots[0], slots), _biases(arena, slots[1], slots),
        _biases(arena, slots[2], slots), _biases(arena, slots[3], slots), biases)


@op("p g v s weights size hyper control results statistic", whole=True)
def update_nadam_op(row, arena, batch, shard, shards):
    slots = _slots(row)
    weights, biases = _constants(slots)
    count = carray(integers_at(slots[7]), (CONTROL_LENGTH,))[OPTIMIZER_STEP] + 1
    _report(slots, update_nadam(
        _weights(arena, slots[0], slots), _weights(arena, slots[1], slots),
        _weights(arena, slots[2], slots), _weights(arena, slots[3], slots), weights, count))
    update_nadam(
        _biases(arena, slots[0], slots), _biases(arena, slots[1], slots),
        _biases(arena, slots[2], slots), _biases(arena, slots[3], slots), biases, count)
