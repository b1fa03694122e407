"""Sums over long runs of rows, which threads share. Legend: n rows of k numbers side by side.

A strip is some whole rows, w numbers together, so that a loop over it fills registers however few
numbers a row has. A block is some whole strips. Blocks follow from the size of a batch alone: their
sums, added in the order of blocks, are the same whoever computes which.
"""

from __future__ import annotations

from engine.kernels.runtime.memory import doubles, span
from engine.kernels.runtime.policy import inlined, kernel

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
