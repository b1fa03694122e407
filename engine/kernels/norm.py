"""Batch and layer normalisation. Legend: n rows, k features; x^ is the normalised x.

A row is an example, or a place of an image or a sequence. Means and variances are summed in
float64. What goes over rows for a feature takes the features from ``begin`` to ``end``, a shard's.
"""

from __future__ import annotations

import math

import numpy as np
from numba import carray

from engine.kernels.memory import as_real, doubles, integers_at, matrix, span, vector
from engine.kernels.policy import inlined, kernel, op
from engine.kernels.row import CONTROL_LENGTH, FIRST_SLOT, ROW_LENGTH, TRAINING


@kernel
def batch_moments(mean, variance, x, begin, end):
    """Compute mean and variance of every feature over the rows.

    Parameters
    ----------
    mean, variance : float64[k]
        Overwritten; the variance is the biased one, the mean squared distance from the mean.
    x : real[n, k]
        What is normalised.
    begin, end : int64
        Features.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    for c in range(begin, end):
        mean[c] = variance[c] = 0.0
    for n in range(x.shape[0]):
        for c in range(begin, end):
            mean[c] += np.float64(x[n, c])
    for c in range(begin, end):
        mean[c] /= x.shape[0]
    for n in range(x.shape[0]):
        for c in range(begin, end):
            apart = np.float64(x[n, c]) - mean[c]
            variance[c] += apart * apart
    for c in range(begin, end):
        variance[c] /= x.shape[0]


@kernel
def centre_and_rate(centre, rate, mean, variance, epsilon, begin, end):
    """Compute ``centre = mean`` and ``rate = 1 / sqrt(variance + epsilon)``.

    Parameters
    ----------
    centre, rate : real[k]
        Overwritten: ``x^ = (x - centre) rate``.
    mean, variance : float64[k] or real[k]
        Of the batch, or the running ones.
    epsilon : float64
        Keeps the denominator away from 0.
    begin, end : int64
        Features.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    real = centre.dtype.type
    for c in range(begin, end):
        centre[c] = real(mean[c])
        rate[c] = real(1.0 / math.sqrt(np.float64(variance[c]) + epsilon))


@kernel
def batch_norm_forward(y, x, centre, rate, scale, shift, begin, end):
    """Compute ``y = x^ scale + shift``, with ``x^ = (x - centre) rate``.

    Parameters
    ----------
    y, x : real[n, k]
        Result and argument.
    centre, rate, scale, shift : real[k]
        See the formula.
    begin, end : int64
        Features.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    for n in range(x.shape[0]):
        for c in range(begin, end):
            y[n, c] = (x[n, c] - centre[c]) * rate[c] * scale[c] + shift[c]


@kernel
def batch_norm_sums(sums, dy, x, centre, rate, begin, end):
    """Compute ``sums = (sum of dy x^, sum of dy)`` over the rows: dL/dscale and dL/dshift.

    Parameters
    ----------
    sums : float64[2, k]
        Overwritten.
    dy, x : real[n, k]
        dL/dy and what the forward pass saw.
    centre, rate : real[k]
        As in the forward pass.
    begin, end : int64
        Features.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), sec. 3.
    """
    for c in range(begin, end):
        sums[0, c] = sums[1, c] = 0.0
    for n in range(x.shape[0]):
        for c in range(begin, end):
            slope = np.float64(dy[n, c])
            sums[0, c] += slope * ((np.float64(x[n, c]) - centre[c]) * rate[c])
            sums[1, c] += slope


@kernel
def batch_norm_backward(dx, dy, x, centre, rate, scale, across, along, begin, end):
    """Compute ``dx = scale rate (dy - along - x^ across)``.

    Parameters
    ----------
    dx : real[n, k]
        dL/dx, overwritten.
    dy, x : real[n, k]
        dL/dy and what the forward pass saw.
    centre, rate, scale : real[k]
        As in the forward pass.
    across, along : real[k]
        Means over the rows of ``dy x^`` and of ``dy``, by which the batch's own statistics answer;
        0 where the running ones stood in for them.
    begin, end : int64
        Features.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), sec. 3, with the sums gathered.
    """
    for n in range(x.shape[0]):
        for c in range(begin, end):
            normal = (x[n, c] - centre[c]) * rate[c]
            dx[n, c] = scale[c] * rate[c] * (dy[n, c] - along[c] - normal * across[c])


@kernel
def follow_moments(running_mean, running_variance, mean, variance, momentum, rows):
    """Move the running statistics towards those of a batch.

    Parameters
    ----------
    running_mean, running_variance : real[k]
        Changed in place: ``r <- (1 - momentum) r + momentum b``.
    mean, variance : float64[k]
        Of the batch, the variance being the biased one.
    momentum : float64
        Share of the batch.
    rows : int64
        Rows of the batch, at least 2: the running variance takes the unbiased one.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), algorithm 2, as PyTorch has it.
    """
    real = running_mean.dtype.type
    unbiased = rows / (rows - 1.0)
    for c in range(mean.size):
        before, spread = np.float64(running_mean[c]), np.float64(running_variance[c])
        running_mean[c] = real(before + momentum * (mean[c] - before))
        running_variance[c] = real(spread + momentum * (variance[c] * unbiased - spread))


@kernel
def layer_norm_forward(y, x, scale, shift, moments, epsilon):
    """Compute ``y = x^ scale + shift``, every row being normalised by itself.

    Parameters
    ----------
    y, x : real[n, k]
        Result and argument.
    scale, shift : real[k]
        See the formula.
    moments : real[n, 2]
        Overwritten: mean and ``1 / sqrt(variance + epsilon)`` of every row.
    epsilon : float64
        Keeps the denominator away from 0.

    Notes
    -----
    Source: Ba, Kiros and Hinton (2016), eq. 3.
    """
    real = x.dtype.type
    for n in range(x.shape[0]):
        mean = 0.0
        for c in range(x.shape[1]):
            mean += np.float64(x[n, c])
        mean /= x.shape[1]
        variance = 0.0
        for c in range(x.shape[1]):
            apart = np.float64(x[n, c]) - mean
            variance += apart * apart
        centre = real(mean)
        rate = real(1.0 / math.sqrt(variance / x.shape[1] + epsilon))
        moments[n, 0], moments[n, 1] = centre, rate
        for c in range(x.shape[1]):
            y[n, c] = (x[n, c] - centre) * rate * scale[c] + shift[c]


@kernel
def layer_norm_backward(dx, dy, x, scale, moments):
    """Compute ``dx = rate (s - mean of s - x^ mean of (s x^))``, with ``s = dy scale``.

    Parameters
    ----------
    dx : real[n, k]
        dL/dx, overwritten.
    dy, x : real[n, k]
        dL/dy and what the forward pass saw.
    scale : real[k]
        As in the forward pass.
    moments : real[n, 2]
        What the forward pass wrote.

    Notes
    -----
    Means are over the features of a row. Source: Ba, Kiros and Hinton (2016), eq. 3.
    """
    real = x.dtype.type
    for n in range(x.shape[0]):
        centre, rate = moments[n, 0], moments[n, 1]
        along = across = 0.0
        for c in range(x.shape[1]):
            slope = np.float64(dy[n, c]) * scale[c]
            along += slope
            across += slope * ((np.float64(x[n, c]) - centre) * rate)
        mean, tilt = real(along / x.shape[1]), real(across / x.shape[1])
        for c in range(x.shape[1]):
            normal = (x[n, c] - centre) * rate
            dx[n, c] = rate * (dy[n, c] * scale[c] - mean - normal * tilt)


@kernel
def layer_norm_sums(sums, dy, x, moments, begin, end):
    """Compute ``sums = (sum of dy x^, sum of dy)`` over the rows: dL/dscale and dL/dshift.

    Parameters
    ----------
    sums : float64[2, k]
        Overwritten.
    dy, x : real[n, k]
        dL/dy and what the forward pass saw.
    moments : real[n, 2]
        What the forward pass wrote.
    begin, end : int64
        Features.

    Notes
    -----
    Source: Ba, Kiros and Hinton (2016), eq. 3.
    """
    for c in range(begin, end):
        sums[0, c] = sums[1, c] = 0.0
    for n in range(x.shape[0]):
        centre, rate = moments[n, 0], moments[n, 1]
        for c in range(begin, end):
            slope = np.float64(dy[n, c])
            sums[0, c] += slope * ((np.float64(x[n, c]) - centre) * rate)
            sums[1, c] += slope


@inlined
def _uses_batch(control, rows, frozen):
    """Say whether a batch is normalised by its own statistics: one row has no spread."""
    training = carray(integers_at(control), (CONTROL_LENGTH,))[TRAINING] != 0
    return training and rows > 1 and frozen == 0


@op("y x scale shift running moments centres rows k epsilon frozen control")
def batch_norm_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    rows, k = batch * slots[7], slots[8]
    begin, end = span(k, shard, shards)
    x, moments = matrix(arena, slots[1], rows, k), doubles(arena, slots[5], 2 * k)
    centres, running = matrix(arena, slots[6], 2, k), matrix(arena, slots[4], 2, k)
    if _uses_batch(slots[11], rows, slots[10]):
        batch_moments(moments[:k], moments[k:], x, begin, end)
        centre_and_rate(centres[0], centres[1], moments[:k], moments[k:], as_real(slots[9]), begin,
                        end)
    else:
        centre_and_rate(centres[0], centres[1], running[0], running[1], as_real(slots[9]), begin,
                        end)
    batch_norm_forward(matrix(arena, slots[0], rows, k), x, centres[0], centres[1],
                       vector(arena, slots[2], k), vector(arena, slots[3], k), begin, end)


@op("dscale dshift dy x centres sums rows k")
def batch_norm_sums_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    rows, k = batch * slots[6], slots[7]
    begin, end = span(k, shard, shards)
    centres = matrix(arena, slots[4], 2, k)
    sums = doubles(arena, slots[5], 2 * k).reshape((2, k))
    batch_norm_sums(sums, matrix(arena, slots[2], rows, k), matrix(arena, slots[3], rows, k),
                    centres[0], centres[1], begin, end)
    for c in range(begin, end):
        arena[slots[0] + c], arena[slots[1] + c] = sums[0, c], sums[1, c]


@op("dx dy x scale centres sums means rows k frozen control")
def batch_norm_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    rows, k = batch * slots[7], slots[8]
    begin, end = span(k, shard, shards)
    centres, means = matrix(arena, slots[4], 2, k), matrix(arena, slots[6], 2, k)
    sums = doubles(arena, slots[5], 2 * k)
    part = 1.0 / rows if _uses_batch(slots[10], rows, slots[9]) else 0.0
    for c in range(begin, end):
        means[0, c], means[1, c] = sums[c] * part, sums[k + c] * part
    batch_norm_backward(matrix(arena, slots[0], rows, k), matrix(arena, slots[1], rows, k),
                        matrix(arena, slots[2], rows, k), centres[0], centres[1],
                        vector(arena, slots[3], k), means[0], means[1], begin, end)


@op("running moments rows k momentum control", whole=True)
def follow_moments_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    rows, k = batch * slots[2], slots[3]
    running, moments = matrix(arena, slots[0], 2, k), doubles(arena, slots[1], 2 * k)
    if _uses_batch(slots[5], rows, 0):
        follow_moments(running[0], running[1], moments[:k], moments[k:], as_real(slots[4]), rows)


@op("y x scale shift moments rows k epsilon")
def layer_norm_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[6]
    begin, end = span(batch * slots[5], shard, shards)
    layer_norm_forward(matrix(arena, slots[0] + begin * k, end - begin, k),
                       matrix(arena, slots[1] + begin * k, end - begin, k),
                       vector(arena, slots[2], k), vector(arena, slots[3], k),
                       matrix(arena, slots[4] + begin * 2, end - begin, 2), as_real(slots[7]))


@op("dx dy x scale moments rows k")
def layer_norm_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[6]
    begin, end = span(batch * slots[5], shard, shards)
    layer_norm_backward(matrix(arena, slots[0] + begin * k, end - begin, k),
                        matrix(arena, slots[1] + begin * k, end - begin, k),
                        matrix(arena, slots[2] + begin * k, end - begin, k),
                        vector(arena, slots[3], k),
                        matrix(arena, slots[4] + begin * 2, end - begin, 2))


@op("dscale dshift dy x moments sums rows k")
def layer_norm_sums_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    rows, k = batch * slots[6], slots[7]
    begin, end = span(k, shard, shards)
    sums = doubles(arena, slots[5], 2 * k).reshape((2, k))
    layer_norm_sums(sums, matrix(arena, slots[2], rows, k), matrix(arena, slots[3], rows, k),
                    matrix(arena, slots[4], rows, 2), begin, end)
    for c in range(begin, end):
        arena[slots[0] + c], arena[slots[1] + c] = sums[0, c], sums[1, c]
