"""Update rules. Every kernel also measures the update, for the ratio of update to weight.

Legend: ``w``, real[n], parameters, changed in place; ``g``, real[n], their gradient, left alone;
``m`` and ``v``, real[n], what a rule remembers: first and second moment, or what is said; n is at
most `BLOCK`. ``rule``, float64[HYPER_LENGTH], holds the constants of
`engine.kernels.runtime.layout` (learning rate, momentum, ...). ``measured``, int64, is how many of
the parameters are decayed and measured. Every kernel returns six float64: a shift near the old
weights, the sums of their distances from it and of the squares, and the same of the updates. The
penalties add ``l2 w + l1 sign(w)`` to the gradient before a rule sees it. PyTorch's update rules,
number for number.

A block goes through short loops in the first cache, each simple enough for vector registers: limits
and penalties if there are any, the direction of the update u, its sums, the step.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.descent import (
    MANY,
    SLOTS,
    checked,
    common_rule,
    descend,
    in_steps,
    middle_of,
    operands,
    put_back,
    report,
    shared_blocks,
    step_of,
    workspace,
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

MOMENTUM_DECAY = 0.004
"""How fast NAdam's momentum grows to beta1 (Dozat 2016)."""

NOTHING = 1e-20
"""A product of momenta below this leaves 1 as it is."""


@kernel
def update_sgd(w, g, rule, measured):
    """Apply ``w <- w - rate g``.

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
    v : real[n]
        Velocity, changed in place: PyTorch's momentum buffer.

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
    v : real[n]
        Velocity, changed in place: PyTorch's momentum buffer.

    Notes
    -----
    Source: Sutskever et al. (2013), in the form of PyTorch.
    """
    real = w.dtype.type
    rate, mu = real(rule[LEARNING_RATE]), real(rule[MOMENTUM])
    u = workspace(w)
    for j in range(w.size):
        v[j] = mu * v[j] + g[j]
        u[j] = g[j] + mu * v[j]
    return descend(w, u, rate, measured)


@kernel
def update_rmsprop(w, g, v, rule, measured):
    """Apply ``v <- rho v + (1 - rho) g**2;  w <- w - rate g / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    v : real[n]
        Running squared gradient, changed in place.

    Notes
    -----
    Source: Hinton (2012), lecture 6e.
    """
    real = w.dtype.type
    rate, rho = real(rule[LEARNING_RATE]), real(rule[RHO])
    # In float64 first: 1 - 0.99 would keep only six digits in float32.
    rest, epsilon = real(1.0 - rule[RHO]), real(rule[EPSILON])
    u = workspace(w)
    for j in range(w.size):
        v[j] = rho * v[j] + rest * g[j] * g[j]
        u[j] = g[j] / (np.sqrt(v[j]) + epsilon)
    return descend(w, u, rate, measured)


@inlined
def adam_correction(rule, count):
    """Return the bias of the running mean, and one over the root of the mean square's.

    ``count`` is the number of steps since both memories were zero, this one included.
    """
    return 1.0 - rule[BETA1] ** count, 1.0 / math.sqrt(1.0 - rule[BETA2] ** count)


@kernel
def update_adam(w, g, m, v, rule, measured, correction):
    """Apply Adam: ``w <- w - rate m^ / (sqrt(v^) + epsilon)``, ^ being the bias correction.

    Parameters
    ----------
    m, v : real[n]
        Running mean of the gradient and of its square, changed in place.
    correction : (float64, float64)
        What `adam_correction` returns.

    Notes
    -----
    ``m <- beta1 m + (1 - beta1) g``, ``v <- beta2 v + (1 - beta2) g**2``. AdamW's decay, which is 0
    for Adam, shrinks w first by ``rate * weight_decay``. Source: Kingma and Ba (2015), algorithm 1;
    Loshchilov and Hutter (2019), algorithm 2.
    """
    real = w.dtype.type
    beta1, beta2, epsilon = real(rule[BETA1]), real(rule[BETA2]), real(rule[EPSILON])
    rest1, rest2 = real(1.0 - rule[BETA1]), real(1.0 - rule[BETA2])
    rate, root = real(rule[LEARNING_RATE] / correction[0]), real(correction[1])
    decay = real(rule[WEIGHT_DECAY] * correction[0])
    u = workspace(w)
    # Without decay, the sums cost nothing: they are done while root and quotient are waited for.
    in_one = measured if decay == 0 and measured >= MANY else 0
    zero, before = real(0), workspace(w)
    place, weight, squares, change, changes = zero, zero, zero, zero, zero
    if in_one > 0:
        place = middle_of(w)
    for j in range(in_one):
        m[j] = beta1 * m[j] + rest1 * g[j]
        v[j] = beta2 * v[j] + rest2 * g[j] * g[j]
        u[j] = m[j] / (np.sqrt(v[j]) * root + epsilon)
        before[j] = w[j]
        weight += w[j] - place
        squares += (w[j] - place) * (w[j] - place)
        change += u[j]
        changes += u[j] * u[j]
        w[j] -= rate * u[j]
    for j in range(in_one, w.size):
        m[j] = beta1 * m[j] + rest1 * g[j]
        v[j] = beta2 * v[j] + rest2 * g[j] * g[j]
        u[j] = m[j] / (np.sqrt(v[j]) * root + epsilon)
    if in_one == 0:
        for j in range(measured):
            u[j] += decay * w[j]
        return descend(w, u, rate, measured)
    for j in range(in_one, w.size):
        w[j] -= rate * u[j]
    return in_steps(checked(before, measured, place, real(1), weight, squares),
                    checked(u, measured, zero, real(1), change, changes), rate)


@kernel
def update_adagrad(w, g, state_sum, rule, measured):
    """Apply ``state_sum <- state_sum + g**2;  w <- w - rate g / (sqrt(state_sum) + epsilon)``.

    Parameters
    ----------
    state_sum : real[n]
        Sum of squared gradients, changed in place.

    Notes
    -----
    Source: Duchi, Hazan and Singer (2011), in the form of PyTorch.
    """
    real = w.dtype.type
    rate = real(rule[LEARNING_RATE])
    epsilon = real(rule[EPSILON])
    u = workspace(w)
    for j in range(w.size):
        state_sum[j] += g[j] * g[j]
        u[j] = g[j] / (np.sqrt(state_sum[j]) + epsilon)
    return descend(w, u, rate, measured)


@kernel
def update_adadelta(w, g, acc_delta, v, rule, measured):
    """Apply ``d = g sqrt(acc_delta + epsilon) / sqrt(v + epsilon);  w <- w - rate d``.

    Parameters
    ----------
    acc_delta, v : real[n]
        Running mean of ``d**2`` and of the squared gradient, changed in place.

    Notes
    -----
    ``v <- rho v + (1 - rho) g**2`` before the step, and
    ``acc_delta <- rho acc_delta + (1 - rho) d**2`` after it.
    Source: Zeiler (2012), algorithm 1.
    """
    real = w.dtype.type
    rate = real(rule[LEARNING_RATE])
    rho, rest, epsilon = real(rule[RHO]), real(1.0 - rule[RHO]), real(rule[EPSILON])
    u = workspace(w)
    for j in range(w.size):
        v[j] = rho * v[j] + rest * g[j] * g[j]
        u[j] = g[j] * (np.sqrt(acc_delta[j] + epsilon) / np.sqrt(v[j] + epsilon))
        acc_delta[j] = rho * acc_delta[j] + rest * u[j] * u[j]
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
def update_nadam(w, g, m, v, rule, measured, correction):
    """Apply NAdam: Adam whose mean of the gradient looks one step ahead, as Nesterov's does.

    Parameters
    ----------
    m, v : real[n]
        Running mean of the gradient and of its square, changed in place.
    correction : (float64, float64, float64)
        What `nadam_correction` returns.

    Notes
    -----
    With ``mu_t = beta1 (1 - 0.96**(0.004 t) / 2)`` and P its product over all steps, the step is
    ``rate ((1 - mu_t) g / (1 - P_t) + mu_(t+1) m / (1 - P_(t+1))) / (sqrt(v^) + epsilon)``.
    Source: Dozat (2016), algorithm 2, in the form of PyTorch.
    """
    real = w.dtype.type
    rate = real(rule[LEARNING_RATE])
    beta1, beta2, epsilon = real(rule[BETA1]), real(rule[BETA2]), real(rule[EPSILON])
    rest1, rest2 = real(1.0 - rule[BETA1]), real(1.0 - rule[BETA2])
    of_gradient, of_mean, root = real(correction[0]), real(correction[1]), real(correction[2])
    u = workspace(w)
    for j in range(w.size):
        m[j] = beta1 * m[j] + rest1 * g[j]
        v[j] = beta2 * v[j] + rest2 * g[j] * g[j]
        u[j] = (of_gradient * g[j] + of_mean * m[j]) / (np.sqrt(v[j]) * root + epsilon)
    return descend(w, u, rate, measured)


@op(SLOTS, "w = w - rate g")
def update_sgd_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, m, v, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_sgd(w, g, rule, measured), measured)
        put_back(slots, arena, blocks[b], w, m, v)


@op(SLOTS, "m = momentum m + g; w = w - rate m")
def update_momentum_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, m, v, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_momentum(w, g, m, rule, measured), measured)
        put_back(slots, arena, blocks[b], w, m, v)


@op(SLOTS, "m = momentum m + g; w = w - rate (g + momentum m)")
def update_nesterov_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, m, v, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_nesterov(w, g, m, rule, measured), measured)
        put_back(slots, arena, blocks[b], w, m, v)


@op(SLOTS, "v = rho v + (1 - rho) g**2; w = w - rate g / (sqrt(v) + epsilon)")
def update_rmsprop_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, m, v, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_rmsprop(w, g, v, rule, measured), measured)
        put_back(slots, arena, blocks[b], w, m, v)


@op(SLOTS,
    "m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g**2; w = w - rate m / (1 - beta1**t) "
    "/ (sqrt(v / (1 - beta2**t)) + epsilon)")
def update_adam_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    correction = adam_correction(common_rule(slots), step_of(slots))
    for b in range(begin, end):
        w, g, m, v, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_adam(w, g, m, v, rule, measured, correction), measured)
        put_back(slots, arena, blocks[b], w, m, v)


@op(SLOTS, "v = v + g**2; w = w - rate g / (sqrt(v) + epsilon)")
def update_adagrad_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, m, v, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_adagrad(w, g, v, rule, measured), measured)
        put_back(slots, arena, blocks[b], w, m, v)


@op(SLOTS,
    "v = rho v + (1 - rho) g**2; d = g sqrt(m + epsilon) / sqrt(v + epsilon); "
    "m = rho m + (1 - rho) d**2; w = w - rate d")
def update_adadelta_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    for b in range(begin, end):
        w, g, m, v, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_adadelta(w, g, m, v, rule, measured), measured)
        put_back(slots, arena, blocks[b], w, m, v)


@op(SLOTS,
    "m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g**2; w = w - rate ((1 - mu[t]) g / (1 "
    "- P[t]) + mu[t + 1] m / (1 - P[t + 1])) / (sqrt(v / (1 - beta2**t)) + epsilon)")
def update_nadam_op(slots, arena, batch, shard, shards):
    blocks, figures, begin, end = shared_blocks(slots, arena, shard, shards)
    correction = nadam_correction(common_rule(slots), step_of(slots))
    for b in range(begin, end):
        w, g, m, v, rule, measured = operands(slots, arena, blocks[b])
        report(figures[b], update_nadam(w, g, m, v, rule, measured, correction), measured)
        put_back(slots, arena, blocks[b], w, m, v)
