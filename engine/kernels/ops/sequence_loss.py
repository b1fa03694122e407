"""Loss and score of a class for every step of a sequence.

Legend: n steps of all examples, k classes. A step whose target is negative does not count: it is
padding.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.losses import (
    ROWS,
    _below_largest,
    _exponentiate,
    report,
    softmax_forward,
)
from engine.kernels.runtime.layout import CORRECT, FIRST_STATISTIC
from engine.kernels.runtime.memory import array_at, matrix, reals_at, vector
from engine.kernels.runtime.policy import kernel, op


@kernel
def _counted(t):
    """Return how many steps count."""
    count = 0
    for n in range(t.size):
        count += t[n] >= 0
    return count


@kernel
def sequence_cross_entropy(dz, z, t):
    """Compute ``L = -log softmax(z)[t]``, mean over the steps that count, and its gradient.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = (softmax(z) - [k = t]) / count, overwritten; 0 at a step that does not count.
    z : real[n, k]
        Logits.
    t : real[n]
        Class of every step; negative for one that does not count.

    Returns
    -------
    float64
        L; 0 when no step counts.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), eq. 10.14; PyTorch's ``ignore_index``.
    """
    real = z.dtype.type
    count = _counted(t)
    share = real(1.0 / max(count, 1))
    loss = 0.0
    for begin in range(0, t.size, ROWS):
        end = min(begin + ROWS, t.size)
        _below_largest(dz[begin:end], z[begin:end])
        for n in range(begin, end):
            loss -= np.float64(dz[n, int(t[n])]) if t[n] >= 0 else 0.0
        _exponentiate(dz[begin:end])
        # As in softmax_cross_entropy.
        product = 1.0
        for n in range(begin, end):
            total = real(0)
            for k in range(z.shape[1]):
                total += dz[n, k]
            counts = t[n] >= 0
            product *= np.float64(total) if counts else 1.0
            scale = share / total
            for k in range(z.shape[1]):
                dz[n, k] = dz[n, k] * scale if counts else real(0)
            if counts:
                dz[n, int(t[n])] -= share
        loss += math.log(product)
    return loss / max(count, 1)


@kernel
def right_steps(z, t, steps):
    """Return the sum over examples of their share of right steps, of those that count.

    Parameters
    ----------
    z : real[n, k]
        Logits.
    t : real[n]
        Class of every step; negative for one that does not count.
    steps : int64
        Steps of an example; n is a multiple of it.

    Returns
    -------
    float64
        The sum; an example in which no step counts adds 1.

    Notes
    -----
    Source: definition.
    """
    total = 0.0
    for first in range(0, t.size, steps):
        right, count = 0, 0
        for n in range(first, first + steps):
            if t[n] < 0:
                continue
            guess = 0
            for k in range(1, z.shape[1]):
                if z[n, k] > z[n, guess]:
                    guess = k
            right += guess == int(t[n])
            count += 1
        total += right / count if count else 1.0
    return total


@op("dz z t k steps results",
    "L = -log(softmax(z[t])[target]), mean over the steps that count; dz = (softmax(z) - onehot) / "
    "count", whole=True)
def sequence_cross_entropy_op(slots, arena, batch, shard, shards):
    n, k = batch * slots.steps, slots.k
    t = vector(arena, slots.t, n)
    report(slots.results, sequence_cross_entropy(
        matrix(arena, slots.dz, n, k), matrix(arena, slots.z, n, k), t), _counted(t))


@op("z t k steps results", "right = share of steps with argmax(z) = t", whole=True)
def sequence_score_op(slots, arena, batch, shard, shards):
    n, k = batch * slots.steps, slots.k
    array_at(reals_at(slots.results), (FIRST_STATISTIC,))[CORRECT] = right_steps(
        matrix(arena, slots.z, n, k), vector(arena, slots.t, n), slots.steps)


@op("y x n steps", "y[t] = exp(x[t]) / sum(exp(x[t]))", whole=True)
def softmax_steps_op(slots, arena, batch, shard, shards):
    n, k = batch * slots.steps, slots.n
    softmax_forward(matrix(arena, slots.y, n, k), matrix(arena, slots.x, n, k))
