"""Sums over long runs of rows, which threads share. Legend: n rows of k numbers side by side.

A strip is some whole rows, w numbers together, so that a loop over it fills registers however few
numbers a row has. A block is some whole strips. Blocks follow from the size of a batch alone: their
sums, added in the order of blocks, are the same whoever computes which.
"""

from __future__ import annotations

import numpy as np
from numba import carray

from engine.kernels.memory import doubles, span, vector
from engine.kernels.policy import inlined, kernel, op
from engine.kernels.row import FIRST_SLOT, ROW_LENGTH

FEWEST = 16
"""Strips of a block at least, so that joining blocks is little work beside summing them."""


@inlined
def block_length(size, width, blocks):
    """Return the numbers of each of at most ``blocks`` blocks; the last has the rest."""
    return max(FEWEST, -(-size // (width * blocks))) * width


@inlined
def blocks_at(arena, offset, blocks, width):
    """Return two rows of float64 for each of some blocks."""
    return doubles(arena, offset, 2 * blocks * width).reshape((blocks, 2, width))


@inlined
def strips(size, width, shard, shards):
    """Return begin and end of a shard's part of ``range(size)``, which is whole strips."""
    begin, end = span(-(-size // width), shard, shards)
    return min(begin * width, size), min(end * width, size)


@inlined
def repeat(strip, k, size):
    """Repeat the first ``k`` numbers of a strip as far as ``size`` numbers have use for them."""
    for j in range(k, min(strip.size, size)):
        strip[j] = strip[j - k]


@kernel
def sum_rows(sums, x, k):
    """Compute ``sums[c] = sum over rows of x[row, c]``, such as a bias's gradient.

    Parameters
    ----------
    sums : float64[w]
        The first k numbers are the result; all are overwritten. w is a multiple of k.
    x : real[n * k]
        Rows.
    k : int64
        Numbers of a row.

    Notes
    -----
    Source: definition.
    """
    width = min(sums.size, x.size)
    for j in range(width):
        sums[j] = 0.0
    whole = x.size // (4 * width) * 4 * width
    for begin in range(0, whole, 4 * width):
        a, b = x[begin:begin + width], x[begin + width:begin + 2 * width]
        c, d = x[begin + 2 * width:begin + 3 * width], x[begin + 3 * width:begin + 4 * width]
        for j in range(width):
            sums[j] += ((np.float64(a[j]) + np.float64(b[j]))
                        + (np.float64(c[j]) + np.float64(d[j])))
    for begin in range(whole, x.size, width):
        strip = x[begin:begin + width]
        for j in range(strip.size):
            sums[j] += np.float64(strip[j])
    for begin in range(k, width, k):
        for c in range(k):
            sums[c] += sums[begin + c]


@kernel
def add_blocks(y, parts):
    """Compute ``y = sum over b of parts[b]``, in their order.

    Parameters
    ----------
    y : float64[k]
        Overwritten; may be ``parts[0]`` itself.
    parts : float64[b, k]
        Sums of blocks.

    Notes
    -----
    Source: definition.
    """
    for c in range(y.size):
        y[c] = parts[0, c]
    for b in range(1, parts.shape[0]):
        for c in range(y.size):
            y[c] += parts[b, c]


@op("parts x rows k width blocks", weight=16)
def sum_rows_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k, width = slots[3], slots[4]
    size = batch * slots[2] * k
    length = block_length(size, width, slots[5])
    begin, end = span(-(-size // length), shard, shards)
    parts = blocks_at(arena, slots[0], slots[5], width)
    for b in range(begin, end):
        sum_rows(parts[b, 0], vector(arena, slots[1] + b * length, min(length, size - b * length)),
                 k)


@op("y parts rows k width blocks", whole=True)
def add_blocks_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k, width = slots[3], slots[4]
    size = batch * slots[2] * k
    count = -(-size // block_length(size, width, slots[5]))
    parts = blocks_at(arena, slots[1], count, width)
    add_blocks(parts[0, 0, :k], parts[:, 0, :k])
    for c in range(k):
        arena[slots[0] + c] = parts[0, 0, c]
