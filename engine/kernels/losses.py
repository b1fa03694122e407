"""Losses: value and gradient in one pass. Legend: n examples, k units.

Every loss returns the mean that PyTorch calls ``reduction="mean"``, and fills dL/dz for that mean.
"""

from __future__ import annotations

import math

import numpy as np
from numba import carray

from engine.kernels.mathematics import exponential, logistic
from engine.kernels.memory import matrix, reals_at
from engine.kernels.policy import kernel, op
from engine.kernels.row import CORRECT, FIRST_SLOT, LOSS, ROW_LENGTH


@kernel
def softmax_forward(y, x):
    """Compute ``y = exp(x) / sum of exp(x)`` for every row.

    Parameters
    ----------
    y, x : real[n, k]
        Probabilities and logits.

    Notes
    -----
    The row's largest logit is taken off first, which changes nothing and avoids overflow.
    Source: Goodfellow, Bengio and Courville (2016), sec. 6.2.2.3.
    """
    for n in range(x.shape[0]):
        largest = x[n, 0]
        for k in range(1, x.shape[1]):
            largest = max(largest, x[n, k])
        total = x.dtype.type(0)
        for k in range(x.shape[1]):
            y[n, k] = exponential(x[n, k] - largest)
            total += y[n, k]
        for k in range(x.shape[1]):
            y[n, k] /= total


@kernel
def softmax_cross_entropy(dz, z, t):
    """Compute ``L = -sum of t log softmax(z)``, mean over examples, and its gradient.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = (softmax(z) - t) / n, overwritten.
    z, t : real[n, k]
        Logits, and targets that sum to 1 in every row.

    Returns
    -------
    float64
        L.

    Notes
    -----
    Source: Bridle (1990); Goodfellow, Bengio and Courville (2016), sec. 6.2.2.3.
    """
    softmax_forward(dz, z)
    loss = 0.0
    share = z.dtype.type(1.0 / z.shape[0])
    for n in range(z.shape[0]):
        # log sum exp = largest + log(1 / largest probability): exact where log(p) would be -inf.
        largest = z[n, 0]
        top = dz[n, 0]
        for k in range(1, z.shape[1]):
            largest = max(largest, z[n, k])
            top = max(top, dz[n, k])
        normaliser = np.float64(largest) - math.log(np.float64(top))
        for k in range(z.shape[1]):
            if t[n, k] != 0:
                loss += np.float64(t[n, k]) * (normaliser - np.float64(z[n, k]))
            dz[n, k] = (dz[n, k] - t[n, k]) * share
    return loss / z.shape[0]


@kernel
def binary_cross_entropy(dz, z, t):
    """Compute ``L = -t log s(z) - (1 - t) log(1 - s(z))``, mean over all, and its gradient.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = (s(z) - t) / (n k), overwritten; s is the logistic sigmoid.
    z, t : real[n, k]
        Logits and targets from 0 to 1.

    Returns
    -------
    float64
        L.

    Notes
    -----
    As ``z ([z > 0] - t) + log(1 + exp(-|z|))``, which neither overflows nor loses digits.
    Source: Bishop (2006), eq. 4.90.
    """
    loss = 0.0
    share = z.dtype.type(1.0 / (z.shape[0] * z.shape[1]))
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            value = np.float64(z[n, k])
            # One factor is 0 for a certain target: max(z, 0) - t z would cancel instead.
            side = 1.0 if value > 0.0 else 0.0
            loss += (value * (side - np.float64(t[n, k]))
                     + math.log1p(math.exp(-abs(value))))
            dz[n, k] = (logistic(z[n, k]) - t[n, k]) * share
    return loss / (z.shape[0] * z.shape[1])


@kernel
def mean_squared_error(dz, z, t):
    """Compute ``L = (z - t)**2``, mean over all, and ``dz = 2 (z - t) / (n k)``.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz, overwritten.
    z, t : real[n, k]
        Outputs and targets.

    Returns
    -------
    float64
        L.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 5.1.4.
    """
    loss = 0.0
    share = z.dtype.type(2.0 / (z.shape[0] * z.shape[1]))
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            difference = z[n, k] - t[n, k]
            loss += np.float64(difference) * np.float64(difference)
            dz[n, k] = difference * share
    return loss / (z.shape[0] * z.shape[1])


@kernel
def count_correct(z, t, boundary):
    """Count examples whose class is right.

    Parameters
    ----------
    z, t : real[n, k]
        Outputs and targets. With k = 1 the classes are the two sides of ``boundary``, else the
        place of the largest number.
    boundary : float64
        Output that separates two classes.

    Returns
    -------
    int64
        The count.

    Notes
    -----
    Source: definition.
    """
    correct = 0
    for n in range(z.shape[0]):
        if z.shape[1] == 1:
            # The lower target is at most 0 and the higher one is 1 for every loss.
            correct += (z[n, 0] > boundary) == (t[n, 0] > 0.5)
        else:
            guess = 0
            truth = 0
            for k in range(1, z.shape[1]):
                if z[n, k] > z[n, guess]:
                    guess = k
                if t[n, k] > t[n, truth]:
                    truth = k
            correct += guess == truth
    return correct


@op("dz z t k results")
def softmax_cross_entropy_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    carray(reals_at(slots[4]), (LOSS + 1,))[LOSS] = softmax_cross_entropy(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k))


@op("dz z t k results")
def binary_cross_entropy_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    carray(reals_at(slots[4]), (LOSS + 1,))[LOSS] = binary_cross_entropy(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k))


@op("dz z t k results")
def mean_squared_error_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    carray(reals_at(slots[4]), (LOSS + 1,))[LOSS] = mean_squared_error(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k))


@op("z t k results")
def count_correct_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[2]
    carray(reals_at(slots[3]), (CORRECT + 1,))[CORRECT] = count_correct(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k), 0.0)


@op("y x n")
def softmax_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[2]
    softmax_forward(matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k))
