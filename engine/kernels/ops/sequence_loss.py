"""Loss and score of a class for every step of a sequence.

Legend: n steps of all examples, k classes. A step whose target is negative does not count: it is
padding.

Steps are taken in blocks. What a block adds to the loss stands in so many numbers in a row: one for
each of its steps, then one for all of them; so shards of whole blocks can leave the sum, which has
an order, to one of them.
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
from engine.kernels.runtime.memory import array_at, doubles, matrix, reals_at, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, careful, inlined, kernel, op


def terms_of(rows: int) -> int:
    """Return how many numbers the loss of so many steps is the sum of."""
    return rows + -(-rows // ROWS)


@inlined
def terms_at(arena, offset, first, rows):
    """Return the terms of steps from ``first`` on, where a block begins."""
    begin, end = first + first // ROWS, first + rows + (first + rows + ROWS - 1) // ROWS
    return doubles(arena, offset, end)[begin:end]


@kernel
def counted_steps(t):
    """Return how many steps count.

    Parameters
    ----------
    t : real[n]
        Class of every step; negative for one that does not count.

    Returns
    -------
    int64
        How many.

    Notes
    -----
    Source: definition.
    """
    count = 0
    for n in range(t.size):
        count += t[n] >= 0
    return count


@kernel
def sequence_cross_entropy(dz, terms, z, t, count):
    """Compute terms of ``sum of -log softmax(z)[t]`` over the steps that count, and its gradient.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = (softmax(z) - [k = t]) / count, overwritten; 0 at a step that does not count.
    terms : float64[terms_of(n)]
        Overwritten.
    z : real[n, k]
        Logits.
    t : real[n]
        Class of every step; negative for one that does not count.
    count : int64
        Steps that count, of these and all others over which the mean is taken.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), eq. 10.14; PyTorch's ``ignore_index``.
    """
    real = z.dtype.type
    share = real(1.0 / max(count, 1))
    place = 0
    for begin in range(0, t.size, ROWS):
        end = min(begin + ROWS, t.size)
        _below_largest(dz[begin:end], z[begin:end])
        for n in range(begin, end):
            terms[place] = -np.float64(dz[n, int(t[n])]) if t[n] >= 0 else 0.0
            place += 1
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
        terms[place] = math.log(product)
        place += 1


@careful
def mean_of_terms(terms, count):
    """Return the sum of all terms, shared among the steps that count.

    Parameters
    ----------
    terms : float64[m]
        What is summed, in this order.
    count : int64
        How many steps count.

    Returns
    -------
    float64
        The mean; 0 when no step counts.

    Notes
    -----
    Source: definition.
    """
    total = 0.0
    for place in range(terms.size):
        total += terms[place]
    return total / max(count, 1)


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


@op("dz z t k steps losses",
    "L = -log(softmax(z[t])[target]), mean over the steps that count; dz = (softmax(z) - onehot) / "
    "count", weight=2 * ELEMENTWISE)
def sequence_cross_entropy_op(slots, arena, batch, shard, shards):
    n, k = batch * slots.steps, slots.k
    t = vector(arena, slots.t, n)
    begin, end = span((n + ROWS - 1) // ROWS, shard, shards)
    begin, end = begin * ROWS, min(end * ROWS, n)
    sequence_cross_entropy(
        matrix(arena, slots.dz + begin * k, end - begin, k),
        terms_at(arena, slots.losses, begin, end - begin),
        matrix(arena, slots.z + begin * k, end - begin, k), t[begin:end], counted_steps(t))


@op("t steps losses results", "L = sum of losses / count", whole=True)
def steps_mean_op(slots, arena, batch, shard, shards):
    n = batch * slots.steps
    count = counted_steps(vector(arena, slots.t, n))
    report(slots.results, mean_of_terms(terms_at(arena, slots.losses, 0, n), count), count)


@op("z t k steps results", "right = share of steps with argmax(z) = t", whole=True)
def sequence_score_op(slots, arena, batch, shard, shards):
    n, k = batch * slots.steps, slots.k
    array_at(reals_at(slots.results), (FIRST_STATISTIC,))[CORRECT] = right_steps(
        matrix(arena, slots.z, n, k), vector(arena, slots.t, n), slots.steps)


@op("y x n steps", "y[t] = exp(x[t]) / sum(exp(x[t]))", whole=True)
def softmax_steps_op(slots, arena, batch, shard, shards):
    n, k = batch * slots.steps, slots.n
    softmax_forward(matrix(arena, slots.y, n, k), matrix(arena, slots.x, n, k))
