"""Update rules that adapt the step of every parameter. Legend: see `optimizers`."""

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
    RHO,
)
from engine.kernels.runtime.policy import inlined, kernel, op

MOMENTUM_DECAY = 0.004
"""How fast NAdam's momentum grows to beta1 (Dozat 2016)."""

NOTHING = 1e-20
"""A product of momenta below this leaves 1 as it is."""


@kernel
def update_adagrad(w, g, s, rule, measured):
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
    measured : int64
        How many of the parameters are measured.

    Returns
    -------
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: Duchi, Hazan and Singer (2011), in the form of PyTorch.
    """
    real = w.dtype.type
    rate = real(rule[LEARNING_RATE])
    epsilon = real(rule[EPSILON])
    u = room(w)
    for j in range(w.size):
        s[j] += g[j] * g[j]
        u[j] = g[j] / (np.sqrt(s[j]) + epsilon)
    return descend(w, u, rate, measured)


@kernel
def update_adadelta(w, g, v, s, rule, measured):
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
    measured : int64
        How many of the parameters are measured.

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
    rate = real(rule[LEARNING_RATE])
    rho, rest, epsilon = real(rule[RHO]), real(1.0 - rule[RHO]), real(rule[EPSILON])
    u = room(w)
    for j in range(w.size):
        s[j] = rho * s[j] + rest * g[j] * g[j]
        u[j] = g[j] * (np.sqrt(v[j] + epsilon) / np.sqrt(s[j] + epsilon))
        v[j] = rho * v[j] + rest * u[j] * u[j]
    return descend(w, u, rate, measured)


@inlined
def _momentum(beta1, step):
    """Return NAdam's momentum of a step, which grows from beta1 / 2 to beta1."""
    return beta1 * (1.0 - 0.5 * 0.96 ** (step * MOMENTUM_DECAY))


@inlined
def nadam_correction(rule, count):
    """Return the factors of the gradient, of its mean and of the root of its mean square.

    ``count`` is the number of steps since both memories were zero, this one included.
    """
    product = 1.0
    step_now = 1
    while step_now <= count and product > NOTHING:
        product *= _momentum(rule[BETA1], step_now)
        step_now += 1
    now, following = _momentum(rule[BETA1], count), _momentum(rule[BETA1], count + 1)
    return ((1.0 - now) / (1.0 - product), following / (1.0 - product * following),
            1.0 / math.sqrt(1.0 - rule[BETA2] ** count))


@kernel
def update_nadam(w, g, v, s, rule, measured, correction):
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
    measured : int64
        How many of the parameters are measured.
    correction : (float64, float64, float64)
        What `nadam_correction` returns.

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
    rate = real(rule[LEARNING_RATE])
    beta1, beta2, epsilon = real(rule[BETA1]), real(rule[BETA2]), real(rule[EPSILON])
    rest1, rest2 = real(1.0 - rule[BETA1]), real(1.0 - rule[BETA2])
    of_slope, of_mean, root = real(correction[0]), real(correction[1]), real(correction[2])
    u = room(w)
    for j in range(w.size):
        v[j] = beta1 * v[j] + rest1 * g[j]
        s[j] = beta2 * s[j] + rest2 * g[j] * g[j]
        u[j] = (of_slope * g[j] + of_mean * v[j]) / (np.sqrt(s[j]) * root + epsilon)
    return descend(w, u, rate, measured)


@op(SLOTS)
def update_adagrad_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, _v, s, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_adagrad(w, g, s, rule, measured))


@op(SLOTS)
def update_adadelta_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, v, s, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_adadelta(w, g, v, s, rule, measured))


@op(SLOTS)
def update_nadam_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    correction = nadam_correction(common_rule(slots), step_of(slots))
    for b in range(begin, end):
        w, g, v, s, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_nadam(w, g, v, s, rule, measured, correction))
