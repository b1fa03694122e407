"""Batch normalisation. Legend: n rows of k features side by side; x^ is the normalised x.

A row is an example, or a place of an image or a sequence. What every row needs, feature by feature,
stands in tables as often as a strip has rows: see `engine.kernels.ops.row_blocks`. Statistics are
float64 sums of exact differences and products; blocks of rows are joined in their order.
"""

from __future__ import annotations

import math

import numpy as np
from numba import carray

from engine.kernels.ops.row_blocks import add_blocks, block_length, blocks_at, repeat, strips
from engine.kernels.runtime.layout import CONTROL_LENGTH, TRAINING
from engine.kernels.runtime.memory import doubles, integers_at, matrix, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, inlined, kernel, op

CENTRE, SLOPE, SHIFT, ALONG, TILT = range(5)
"""Rows of the table that holds what every row of numbers needs."""


@kernel
def block_moments(mean, squares, x, k):
    """Compute mean and summed squared distances from it of every feature of a block.

    Parameters
    ----------
    mean, squares : float64[w]
        The first k numbers are the result; all are overwritten. w is a multiple of k.
    x : real[n * k]
        The rows of the block.
    k : int64
        Features.

    Notes
    -----
    Every number of a strip has its own sums, of distances from the strip that comes first: they are
    of the size of the spread, wherever the mean may be. Sums of one feature are joined as
    in `join_moments`. Relative error of the squares: below n 1e-15, about 1e-15 where no number of
    the first strip lies far from all others. Source: Chan, Golub and LeVeque (1983), sec. 1 and 2.
    """
    width = min(mean.size, x.size)
    first = x[:width]
    for j in range(width):
        mean[j] = squares[j] = 0.0
    for begin in range(width, x.size, width):
        strip = x[begin:begin + width]
        for j in range(strip.size):
            apart = np.float64(strip[j]) - np.float64(first[j])
            mean[j] += apart
            squares[j] += apart * apart
    rows, beside = x.size // k, width // k
    joined = 0
    for r in range(beside):
        count = (rows - r + beside - 1) // beside
        begin = r * k
        for j in range(begin, begin + k):
            shift = mean[j] / count
            squares[j] -= mean[j] * shift
            mean[j] = np.float64(first[j]) + shift
        if r > 0:
            _join(mean[:k], squares[:k], joined, mean[begin:begin + k], squares[begin:begin + k],
                  count)
        joined += count


@inlined
def _join(mean, squares, count, other_mean, other_squares, other_count):
    """Join the moments of other rows to those of some."""
    share = other_count / (count + other_count)
    weight = share * count
    for c in range(mean.size):
        apart = other_mean[c] - mean[c]
        mean[c] += apart * share
        squares[c] += other_squares[c] + apart * apart * weight


@kernel
def join_moments(mean, variance, means, squares, rows, length):
    """Join the moments of blocks to mean and variance of every feature.

    Parameters
    ----------
    mean, variance : float64[k]
        Overwritten; the variance is the biased one, the mean squared distance from the mean.
    means, squares : float64[b, k]
        Of the blocks.
    rows, length : int64
        Rows altogether, and of every block but the last, which has the rest.

    Notes
    -----
    Source: Chan, Golub and LeVeque (1983), eq. 2.1.
    """
    for c in range(mean.size):
        mean[c], variance[c] = means[0, c], squares[0, c]
    for b in range(1, means.shape[0]):
        _join(mean, variance, b * length, means[b], squares[b], min(length, rows - b * length))
    for c in range(mean.size):
        variance[c] /= rows


@kernel
def centre_and_rate(centre, rate, mean, variance, epsilon):
    """Compute ``centre = mean`` and ``rate = 1 / sqrt(variance + epsilon)``.

    Parameters
    ----------
    centre, rate : real[k]
        Overwritten: ``x^ = (x - centre) rate``.
    mean, variance : float64[k] or real[k]
        Of the batch, or the running ones.
    epsilon : float64
        Keeps the denominator away from 0.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    real = centre.dtype.type
    for c in range(centre.size):
        centre[c] = real(mean[c])
        rate[c] = real(1.0 / math.sqrt(np.float64(variance[c]) + epsilon))


@kernel
def batch_norm_forward(y, x, centre, slope, shift):
    """Compute ``y = (x - centre) slope + shift``, with ``slope = rate scale``.

    Parameters
    ----------
    y, x : real[n * k]
        Result and argument.
    centre, slope, shift : real[w]
        Of every feature, for a strip of rows.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    for begin in range(0, x.size, centre.size):
        result, strip = y[begin:begin + centre.size], x[begin:begin + centre.size]
        for j in range(strip.size):
            result[j] = (strip[j] - centre[j]) * slope[j] + shift[j]


@kernel
def batch_norm_sums(sums, dy, x, centre, k):
    """Compute ``sums = (sum of dy (x - centre), sum of dy)`` of every feature of a block.

    Parameters
    ----------
    sums : float64[2, w]
        The first k numbers of both rows are the result; all are overwritten.
    dy, x : real[n * k]
        dL/dy and what the forward pass saw.
    centre : real[w]
        As in the forward pass.
    k : int64
        Features.

    Notes
    -----
    Times the rate, the first is dL/dscale; the second is dL/dshift. Source: Ioffe and Szegedy
    (2015), sec. 3.
    """
    across, along = sums[0], sums[1]
    width = min(centre.size, x.size)
    for j in range(width):
        across[j] = along[j] = 0.0
    for begin in range(0, x.size, width):
        slope, strip = dy[begin:begin + width], x[begin:begin + width]
        for j in range(strip.size):
            given = np.float64(slope[j])
            across[j] += given * (np.float64(strip[j]) - np.float64(centre[j]))
            along[j] += given
    for begin in range(k, width, k):
        for c in range(k):
            across[c] += across[begin + c]
            along[c] += along[begin + c]


@kernel
def batch_norm_backward(dx, dy, x, centre, slope, along, tilt):
    """Compute ``dx = slope (dy - along - (x - centre) tilt)``.

    Parameters
    ----------
    dx : real[n * k]
        dL/dx, overwritten.
    dy, x : real[n * k]
        dL/dy and what the forward pass saw.
    centre, slope : real[w]
        As in the forward pass.
    along, tilt : real[w]
        Mean over the rows of ``dy``, and that of ``dy x^`` times the rate, by which the batch's own
        statistics answer; 0 where the running ones stood in for them.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), sec. 3, with the sums gathered.
    """
    for begin in range(0, x.size, centre.size):
        result, strip = dx[begin:begin + centre.size], x[begin:begin + centre.size]
        given = dy[begin:begin + centre.size]
        for j in range(strip.size):
            result[j] = slope[j] * (given[j] - along[j] - (strip[j] - centre[j]) * tilt[j])


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


@inlined
def _uses_batch(control, rows, frozen):
    """Say whether a batch is normalised by its own statistics: one row has no spread."""
    training = carray(integers_at(control), (CONTROL_LENGTH,))[TRAINING] != 0
    return training and rows > 1 and frozen == 0


@op("parts x rows k width blocks frozen control", weight=2 * ELEMENTWISE)
def batch_moments_op(slots, arena, batch, shard, shards):
    k, width = slots.k, slots.width
    size = batch * slots.rows * k
    if not _uses_batch(slots.control, batch * slots.rows, slots.frozen):
        return
    length = block_length(size, width, slots.blocks)
    begin, end = span(-(-size // length), shard, shards)
    parts = blocks_at(arena, slots.parts, slots.blocks, width)
    for b in range(begin, end):
        block = vector(arena, slots.x + b * length, min(length, size - b * length))
        block_moments(parts[b, 0], parts[b, 1], block, k)


@op("table centres moments parts scale shift running rows k width blocks epsilon:real frozen "
    "control", whole=True)
def batch_norm_table_op(slots, arena, batch, shard, shards):
    rows, k, width = batch * slots.rows, slots.k, slots.width
    centres, moments = matrix(arena, slots.centres, 2, k), doubles(arena, slots.moments, 2 * k)
    running, epsilon = matrix(arena, slots.running, 2, k), slots.epsilon
    if _uses_batch(slots.control, rows, slots.frozen):
        length = block_length(rows * k, width, slots.blocks)
        parts = blocks_at(arena, slots.parts, -(-rows * k // length), width)
        join_moments(moments[:k], moments[k:], parts[:, 0, :k], parts[:, 1, :k], rows, length // k)
        centre_and_rate(centres[0], centres[1], moments[:k], moments[k:], epsilon)
    else:
        centre_and_rate(centres[0], centres[1], running[0], running[1], epsilon)
    table = matrix(arena, slots.table, 5, width)
    scale, shift = vector(arena, slots.scale, k), vector(arena, slots.shift, k)
    for c in range(k):
        table[CENTRE, c], table[SHIFT, c] = centres[0, c], shift[c]
        table[SLOPE, c] = centres[1, c] * scale[c]
    for line in range(ALONG):
        repeat(table[line], k, rows * k)


@op("y x table rows k width", weight=2 * ELEMENTWISE)
def batch_norm_forward_op(slots, arena, batch, shard, shards):
    width = slots.width
    begin, end = strips(batch * slots.rows * slots.k, width, shard, shards)
    table = matrix(arena, slots.table, 5, width)
    batch_norm_forward(vector(arena, slots.y + begin, end - begin),
                       vector(arena, slots.x + begin, end - begin),
                       table[CENTRE], table[SLOPE], table[SHIFT])


@op("parts dy x table rows k width blocks", weight=2 * ELEMENTWISE)
def batch_norm_sums_op(slots, arena, batch, shard, shards):
    k, width = slots.k, slots.width
    size = batch * slots.rows * k
    length = block_length(size, width, slots.blocks)
    begin, end = span(-(-size // length), shard, shards)
    parts = blocks_at(arena, slots.parts, slots.blocks, width)
    centre = matrix(arena, slots.table, 5, width)[CENTRE]
    for b in range(begin, end):
        first, count = b * length, min(length, size - b * length)
        batch_norm_sums(parts[b], vector(arena, slots.dy + first, count),
                        vector(arena, slots.x + first, count), centre, k)


@op("dscale dshift table centres parts rows k width blocks frozen control", whole=True)
def batch_norm_slopes_op(slots, arena, batch, shard, shards):
    rows, k, width = batch * slots.rows, slots.k, slots.width
    length = block_length(rows * k, width, slots.blocks)
    parts = blocks_at(arena, slots.parts, -(-rows * k // length), width)
    add_blocks(parts[0, 0, :k], parts[:, 0, :k])
    add_blocks(parts[0, 1, :k], parts[:, 1, :k])
    table, rate = matrix(arena, slots.table, 5, width), matrix(arena, slots.centres, 2, k)[1]
    share = 1.0 / rows if _uses_batch(slots.control, rows, slots.frozen) else 0.0
    for c in range(k):
        across, along = parts[0, 0, c] * rate[c], parts[0, 1, c]
        arena[slots.dscale + c], arena[slots.dshift + c] = across, along
        table[ALONG, c], table[TILT, c] = along * share, across * rate[c] * share
    for line in range(ALONG, TILT + 1):
        repeat(table[line], k, rows * k)


@op("dx dy x table rows k width", weight=2 * ELEMENTWISE)
def batch_norm_backward_op(slots, arena, batch, shard, shards):
    width = slots.width
    begin, end = strips(batch * slots.rows * slots.k, width, shard, shards)
    table = matrix(arena, slots.table, 5, width)
    batch_norm_backward(vector(arena, slots.dx + begin, end - begin),
                        vector(arena, slots.dy + begin, end - begin),
                        vector(arena, slots.x + begin, end - begin),
                        table[CENTRE], table[SLOPE], table[ALONG], table[TILT])


@op("running moments rows k momentum:real control", whole=True)
def follow_moments_op(slots, arena, batch, shard, shards):
    rows, k = batch * slots.rows, slots.k
    running, moments = matrix(arena, slots.running, 2, k), doubles(arena, slots.moments, 2 * k)
    if _uses_batch(slots.control, rows, 0):
        follow_moments(running[0], running[1], moments[:k], moments[k:], slots.momentum, rows)
