"""Batch normalisation. Legend: n rows of k features side by side; x_hat = (x - mean) rstd.

A row is an example, or a place of an image or a sequence. What every row needs, feature by feature,
stands in tables as often as a strip has rows: see `engine.kernels.ops.row_blocks`. Statistics are
float64 sums of exact differences and products; blocks of rows are joined in their order.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.row_blocks import add_blocks, block_length, blocks_at, repeat, strips
from engine.kernels.runtime.layout import CONTROL_LENGTH, TRAINING
from engine.kernels.runtime.memory import array_at, doubles, integers_at, matrix, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, inlined, kernel, op

MEAN, GAIN, SHIFT, MEAN_DY, MEAN_DY_X_HAT = range(5)
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
            distance = np.float64(strip[j]) - np.float64(first[j])
            mean[j] += distance
            squares[j] += distance * distance
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
        distance = other_mean[c] - mean[c]
        mean[c] += distance * share
        squares[c] += other_squares[c] + distance * distance * weight


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
def mean_and_rstd(mean, rstd, exact_mean, variance, epsilon):
    """Round the mean, and compute ``rstd = 1 / sqrt(variance + epsilon)``.

    Parameters
    ----------
    mean, rstd : real[k]
        Overwritten: ``x_hat = (x - mean) rstd``.
    exact_mean, variance : float64[k] or real[k]
        Of the batch, or the running ones.
    epsilon : float64
        Keeps the denominator away from 0.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    real = mean.dtype.type
    for c in range(mean.size):
        mean[c] = real(exact_mean[c])
        rstd[c] = real(1.0 / math.sqrt(np.float64(variance[c]) + epsilon))


@kernel
def batch_norm_forward(y, x, mean, gain, shift):
    """Compute ``y = (x - mean) gain + shift``, with ``gain = rstd scale``.

    Parameters
    ----------
    y, x : real[n * k]
        Result and argument.
    mean, gain, shift : real[w]
        Of every feature, for a strip of rows.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), algorithm 1.
    """
    for begin in range(0, x.size, mean.size):
        result, strip = y[begin:begin + mean.size], x[begin:begin + mean.size]
        for j in range(strip.size):
            result[j] = (strip[j] - mean[j]) * gain[j] + shift[j]


@kernel
def batch_norm_sums(sums, dy, x, mean, k):
    """Compute ``sums = (sum of dy (x - mean), sum of dy)`` of every feature of a block.

    Parameters
    ----------
    sums : float64[2, w]
        The first k numbers of both rows are the result; all are overwritten.
    dy, x : real[n * k]
        dL/dy and what the forward pass saw.
    mean : real[w]
        As in the forward pass.
    k : int64
        Features.

    Notes
    -----
    Times rstd, the first is dL/dscale; the second is dL/dshift. Source: Ioffe and Szegedy
    (2015), sec. 3.
    """
    sum_dy_x, sum_dy = sums[0], sums[1]
    width = min(mean.size, x.size)
    for j in range(width):
        sum_dy_x[j] = sum_dy[j] = 0.0
    for begin in range(0, x.size, width):
        dy_row, strip = dy[begin:begin + width], x[begin:begin + width]
        for j in range(strip.size):
            d = np.float64(dy_row[j])
            sum_dy_x[j] += d * (np.float64(strip[j]) - np.float64(mean[j]))
            sum_dy[j] += d
    for begin in range(k, width, k):
        for c in range(k):
            sum_dy_x[c] += sum_dy_x[begin + c]
            sum_dy[c] += sum_dy[begin + c]


@kernel
def batch_norm_backward(dx, dy, x, mean, gain, mean_dy, mean_dy_x_hat):
    """Compute ``dx = gain (dy - mean_dy - (x - mean) mean_dy_x_hat)``.

    Parameters
    ----------
    dx : real[n * k]
        dL/dx, overwritten.
    dy, x : real[n * k]
        dL/dy and what the forward pass saw.
    mean, gain : real[w]
        As in the forward pass.
    mean_dy, mean_dy_x_hat : real[w]
        Mean over the rows of ``dy``, and that of ``dy x_hat`` times rstd: what the batch's mean and
        variance take back; 0 where the running ones stood in for them.

    Notes
    -----
    Source: Ioffe and Szegedy (2015), sec. 3, with the sums gathered.
    """
    for begin in range(0, x.size, mean.size):
        result, strip = dx[begin:begin + mean.size], x[begin:begin + mean.size]
        dy_row = dy[begin:begin + mean.size]
        for j in range(strip.size):
            result[j] = gain[j] * (dy_row[j] - mean_dy[j]
                                   - (strip[j] - mean[j]) * mean_dy_x_hat[j])


@kernel
def update_running_stats(running_mean, running_variance, mean, variance, momentum, rows):
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
    # Not r + momentum (b - r): where b is much smaller than r, the difference rounds it away.
    kept = 1.0 - momentum
    for c in range(mean.size):
        running_mean[c] = real(kept * np.float64(running_mean[c]) + momentum * mean[c])
        running_variance[c] = real(kept * np.float64(running_variance[c])
                                   + momentum * (variance[c] * unbiased))


@inlined
def _uses_batch(control, rows, frozen):
    """Say whether a batch is normalised by its own statistics: one row has no spread."""
    training = array_at(integers_at(control), (CONTROL_LENGTH,))[TRAINING] != 0
    return training and rows > 1 and frozen == 0


@op("parts x rows k width blocks frozen control",
    "parts = means and squared distances of x over some rows", weight=2 * ELEMENTWISE)
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


@op("table stats moments parts scale shift running rows k width blocks epsilon:real frozen "
    "control",
    "mean, variance = those of the batch; rstd = 1 / sqrt(variance + epsilon)", whole=True)
def batch_norm_table_op(slots, arena, batch, shard, shards):
    rows, k, width = batch * slots.rows, slots.k, slots.width
    stats, moments = matrix(arena, slots.stats, 2, k), doubles(arena, slots.moments, 2 * k)
    running, epsilon = matrix(arena, slots.running, 2, k), slots.epsilon
    if _uses_batch(slots.control, rows, slots.frozen):
        length = block_length(rows * k, width, slots.blocks)
        parts = blocks_at(arena, slots.parts, -(-rows * k // length), width)
        join_moments(moments[:k], moments[k:], parts[:, 0, :k], parts[:, 1, :k], rows, length // k)
        mean_and_rstd(stats[0], stats[1], moments[:k], moments[k:], epsilon)
    else:
        mean_and_rstd(stats[0], stats[1], running[0], running[1], epsilon)
    table = matrix(arena, slots.table, 5, width)
    scale, shift = vector(arena, slots.scale, k), vector(arena, slots.shift, k)
    for c in range(k):
        table[MEAN, c], table[SHIFT, c] = stats[0, c], shift[c]
        table[GAIN, c] = stats[1, c] * scale[c]
    for line in range(MEAN_DY):
        repeat(table[line], k, rows * k)


@op("y x table rows k width", "y = (x - mean) rstd scale + shift", weight=2 * ELEMENTWISE)
def batch_norm_forward_op(slots, arena, batch, shard, shards):
    width = slots.width
    begin, end = strips(batch * slots.rows * slots.k, width, shard, shards)
    table = matrix(arena, slots.table, 5, width)
    batch_norm_forward(vector(arena, slots.y + begin, end - begin),
                       vector(arena, slots.x + begin, end - begin),
                       table[MEAN], table[GAIN], table[SHIFT])


@op("parts dy x table rows k width blocks",
    "parts = sums of dy (x - mean) and of dy over some rows", weight=2 * ELEMENTWISE)
def batch_norm_sums_op(slots, arena, batch, shard, shards):
    k, width = slots.k, slots.width
    size = batch * slots.rows * k
    length = block_length(size, width, slots.blocks)
    begin, end = span(-(-size // length), shard, shards)
    parts = blocks_at(arena, slots.parts, slots.blocks, width)
    mean = matrix(arena, slots.table, 5, width)[MEAN]
    for b in range(begin, end):
        first, count = b * length, min(length, size - b * length)
        batch_norm_sums(parts[b], vector(arena, slots.dy + first, count),
                        vector(arena, slots.x + first, count), mean, k)


@op("dscale dshift table stats parts rows k width blocks frozen control",
    "dscale = sum over n of dy[n] x_hat[n]; dshift = sum over n of dy[n]", whole=True)
def batch_norm_parameters_op(slots, arena, batch, shard, shards):
    rows, k, width = batch * slots.rows, slots.k, slots.width
    length = block_length(rows * k, width, slots.blocks)
    parts = blocks_at(arena, slots.parts, -(-rows * k // length), width)
    add_blocks(parts[0, 0, :k], parts[:, 0, :k])
    add_blocks(parts[0, 1, :k], parts[:, 1, :k])
    table, rstd = matrix(arena, slots.table, 5, width), matrix(arena, slots.stats, 2, k)[1]
    share = 1.0 / rows if _uses_batch(slots.control, rows, slots.frozen) else 0.0
    for c in range(k):
        dscale, dshift = parts[0, 0, c] * rstd[c], parts[0, 1, c]
        arena[slots.dscale + c], arena[slots.dshift + c] = dscale, dshift
        table[MEAN_DY, c], table[MEAN_DY_X_HAT, c] = dshift * share, dscale * rstd[c] * share
    for line in range(MEAN_DY, MEAN_DY_X_HAT + 1):
        repeat(table[line], k, rows * k)


@op("dx dy x table rows k width",
    "dx = rstd scale (dy - mean(dy) - x_hat mean(dy x_hat))", weight=2 * ELEMENTWISE)
def batch_norm_backward_op(slots, arena, batch, shard, shards):
    width = slots.width
    begin, end = strips(batch * slots.rows * slots.k, width, shard, shards)
    table = matrix(arena, slots.table, 5, width)
    batch_norm_backward(vector(arena, slots.dx + begin, end - begin),
                        vector(arena, slots.dy + begin, end - begin),
                        vector(arena, slots.x + begin, end - begin),
                        table[MEAN], table[GAIN], table[MEAN_DY], table[MEAN_DY_X_HAT])


@op("running moments rows k momentum:real control",
    "running = (1 - momentum) running + momentum (mean, variance)", whole=True)
def update_running_stats_op(slots, arena, batch, shard, shards):
    rows, k = batch * slots.rows, slots.k
    running, moments = matrix(arena, slots.running, 2, k), doubles(arena, slots.moments, 2 * k)
    if _uses_batch(slots.control, rows, 0):
        update_running_stats(running[0], running[1], moments[:k], moments[k:], slots.momentum, rows)
