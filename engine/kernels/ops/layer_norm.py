"""Layer normalisation. Legend: n rows, k features; x^ is the normalised x.

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
def layer_norm_sums(sums, dy, x, moments):
    """Compute ``sums = (sum of dy x^, sum of dy)`` over rows: dL/dscale and dL/dshift.

    Parameters
    ----------
    sums : float64[2, k]
        Overwritten.
    dy, x : real[n, k]
        dL/dy and what the forward pass saw.
    moments : real[n, 2]
        What the forward pass wrote.

    Notes
    -----
    Source: Ba, Kiros and Hinton (2016), eq. 3.
    """
    across, along = sums[0], sums[1]
    for c in range(x.shape[1]):
        across[c] = along[c] = 0.0
    for n in range(x.shape[0]):
        centre, rate = moments[n, 0], moments[n, 1]
        given, normal = dy[n], x[n]
        for c in range(x.shape[1]):
            slope = np.float64(given[c])
            across[c] += slope * ((np.float64(normal[c]) - centre) * rate)
            along[c] += slope


@op("y x scale shift moments rows k epsilon:real", weight=2 * ELEMENTWISE)
def layer_norm_forward_op(slots, arena, batch, shard, shards):
    k = slots.k
    begin, end = span(batch * slots.rows, shard, shards)
    layer_norm_forward(matrix(arena, slots.y + begin * k, end - begin, k),
                       matrix(arena, slots.x + begin * k, end - begin, k),
                       vector(arena, slots.scale, k), vector(arena, slots.shift, k),
                       matrix(arena, slots.moments + begin * 2, end - begin, 2), slots.epsilon)


@op("dx dy x scale moments rows k", weight=2 * ELEMENTWISE)
def layer_norm_backward_op(slots, arena, batch, shard, shards):
    k = slots.k
    begin, end = span(batch * slots.rows, shard, shards)
    layer_norm_backward(matrix(arena, slots.dx + begin * k, end - begin, k),
                        matrix(arena, slots.dy + begin * k, end - begin, k),
                        matrix(arena, slots.x + begin * k, end - begin, k),
                        vector(arena, slots.scale, k),
                        matrix(arena, slots.moments + begin * 2, end - begin, 2))


@op("parts dy x moments rows k blocks", weight=2 * ELEMENTWISE)
def layer_norm_sums_op(slots, arena, batch, shard, shards):
    rows, k = batch * slots.rows, slots.k
    length = block_length(rows, 1, slots.blocks)
    begin, end = span(-(-rows // length), shard, shards)
    parts = blocks_at(arena, slots.parts, slots.blocks, k)
    for b in range(begin, end):
        first, count = b * length, min(length, rows - b * length)
        layer_norm_sums(parts[b], matrix(arena, slots.dy + first * k, count, k),
                        matrix(arena, slots.x + first * k, count, k),
                        matrix(arena, slots.moments + first * 2, count, 2))


@op("dscale dshift parts rows k blocks", whole=True)
def layer_norm_slopes_op(slots, arena, batch, shard, shards):
    rows, k = batch * slots.rows, slots.k
    parts = blocks_at(arena, slots.parts, -(-rows // block_length(rows, 1, slots.blocks)), k)
    places = slots.dscale, slots.dshift
    for line in range(2):
        add_blocks(parts[0, line], parts[:, line])
        for c in range(k):
            arena[places[line] + c] = parts[0, line, c]
