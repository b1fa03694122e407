"""Layer normalisation. Legend: n rows, k features; rstd = 1 / sqrt(variance + epsilon).

A row is an example, or a place of an image or a sequence. Means and variances are summed in
float64.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.row_blocks import add_blocks, block_length, blocks_at
from engine.kernels.runtime.memory import matrix, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, kernel, op


@kernel
def layer_norm_forward(y, x, scale, shift, stats, epsilon):
    """Compute ``y = x_hat scale + shift`` with ``x_hat = (x - mean) rstd`` of every row.

    Parameters
    ----------
    y, x : real[n, k]
        Result and argument.
    scale, shift : real[k]
        See the formula.
    stats : real[n, 2]
        Overwritten: mean and rstd of every row.
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
            distance = np.float64(x[n, c]) - mean
            variance += distance * distance
        mu = real(mean)
        rstd = real(1.0 / math.sqrt(variance / x.shape[1] + epsilon))
        stats[n, 0], stats[n, 1] = mu, rstd
        for c in range(x.shape[1]):
            y[n, c] = (x[n, c] - mu) * rstd * scale[c] + shift[c]


@kernel
def layer_norm_backward(dx, dy, x, scale, stats):
    """Compute ``dx = rstd (dx_hat - mean of dx_hat - x_hat mean of (dx_hat x_hat))``.

    Parameters
    ----------
    dx : real[n, k]
        dL/dx, overwritten.
    dy, x : real[n, k]
        dL/dy and what the forward pass saw.
    scale : real[k]
        As in the forward pass.
    stats : real[n, 2]
        What the forward pass wrote.

    Notes
    -----
    ``dx_hat = dy scale``; means are over the features of a row. The three terms are what x_hat, the
    mean and the variance take back. Source: Ba, Kiros and Hinton (2016), eq. 3.
    """
    real = x.dtype.type
    for n in range(x.shape[0]):
        mean, rstd = stats[n, 0], stats[n, 1]
        total = total_x_hat = 0.0
        for c in range(x.shape[1]):
            dx_hat = np.float64(dy[n, c]) * scale[c]
            total += dx_hat
            total_x_hat += dx_hat * ((np.float64(x[n, c]) - mean) * rstd)
        mean_dx_hat = real(total / x.shape[1])
        mean_dx_hat_x_hat = real(total_x_hat / x.shape[1])
        for c in range(x.shape[1]):
            x_hat = (x[n, c] - mean) * rstd
            dx[n, c] = rstd * (dy[n, c] * scale[c] - mean_dx_hat - x_hat * mean_dx_hat_x_hat)


@kernel
def layer_norm_sums(sums, dy, x, stats):
    """Compute ``sums = (sum of dy x_hat, sum of dy)`` over rows: dL/dscale and dL/dshift.

    Parameters
    ----------
    sums : float64[2, k]
        Overwritten.
    dy, x : real[n, k]
        dL/dy and what the forward pass saw.
    stats : real[n, 2]
        What the forward pass wrote.

    Notes
    -----
    Source: Ba, Kiros and Hinton (2016), eq. 3.
    """
    dscale, dshift = sums[0], sums[1]
    for c in range(x.shape[1]):
        dscale[c] = dshift[c] = 0.0
    for n in range(x.shape[0]):
        mean, rstd = stats[n, 0], stats[n, 1]
        dy_row, x_row = dy[n], x[n]
        for c in range(x.shape[1]):
            d = np.float64(dy_row[c])
            dscale[c] += d * ((np.float64(x_row[c]) - mean) * rstd)
            dshift[c] += d


@op("y x scale shift stats rows k epsilon:real",
    "y = x_hat scale + shift; x_hat = (x - mean) rstd; rstd = 1 / sqrt(variance + epsilon)",
    weight=2 * ELEMENTWISE)
def layer_norm_forward_op(slots, arena, batch, shard, shards):
    k = slots.k
    begin, end = span(batch * slots.rows, shard, shards)
    layer_norm_forward(matrix(arena, slots.y + begin * k, end - begin, k),
                       matrix(arena, slots.x + begin * k, end - begin, k),
                       vector(arena, slots.scale, k), vector(arena, slots.shift, k),
                       matrix(arena, slots.stats + begin * 2, end - begin, 2), slots.epsilon)


@op("dx dy x scale stats rows k",
    "dx = rstd (dx_hat - mean(dx_hat) - x_hat mean(dx_hat x_hat)); dx_hat = dy scale",
    weight=2 * ELEMENTWISE)
def layer_norm_backward_op(slots, arena, batch, shard, shards):
    k = slots.k
    begin, end = span(batch * slots.rows, shard, shards)
    layer_norm_backward(matrix(arena, slots.dx + begin * k, end - begin, k),
                        matrix(arena, slots.dy + begin * k, end - begin, k),
                        matrix(arena, slots.x + begin * k, end - begin, k),
                        vector(arena, slots.scale, k),
                        matrix(arena, slots.stats + begin * 2, end - begin, 2))


@op("parts dy x stats rows k blocks",
    "parts = sums of dy x_hat and of dy over some rows", weight=2 * ELEMENTWISE)
def layer_norm_sums_op(slots, arena, batch, shard, shards):
    rows, k = batch * slots.rows, slots.k
    length = block_length(rows, 1, slots.blocks)
    begin, end = span(-(-rows // length), shard, shards)
    parts = blocks_at(arena, slots.parts, slots.blocks, k)
    for b in range(begin, end):
        first, count = b * length, min(length, rows - b * length)
        layer_norm_sums(parts[b], matrix(arena, slots.dy + first * k, count, k),
                        matrix(arena, slots.x + first * k, count, k),
                        matrix(arena, slots.stats + first * 2, count, 2))


@op("dscale dshift parts rows k blocks",
    "dscale = sum over n of dy[n] x_hat[n]; dshift = sum over n of dy[n]", whole=True)
def layer_norm_parameters_op(slots, arena, batch, shard, shards):
    rows, k = batch * slots.rows, slots.k
    parts = blocks_at(arena, slots.parts, -(-rows // block_length(rows, 1, slots.blocks)), k)
    places = slots.dscale, slots.dshift
    for line in range(2):
        add_blocks(parts[0, line], parts[:, line])
        for c in range(k):
            arena[places[line] + c] = parts[0, line, c]
