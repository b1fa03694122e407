"""A network's learned parameters in blocks, which measuring and updating go through.

A block is a part of what one layer learns: weights, then what stands behind them. Each has figures
of its own, so that any number of threads can share the blocks: the figures are added up afterwards,
in the order of the blocks.

Of a table of which a step uses some rows alone, a block is a part of the list of these rows: what
stands in them is taken together, and put back. Rows that the list leaves out are not touched.
"""

from __future__ import annotations

import numpy as np

from engine.kernels.runtime.layout import HYPER_LENGTH
from engine.kernels.runtime.memory import (
    array_at,
    as_doubles,
    integers_at,
    reals_at,
    shifted,
    vector,
)
from engine.kernels.runtime.policy import inlined, shared

BLOCK = 2048
"""Most parameters of a block: with gradient and memories they fit the first cache."""

# A block, int64.
FIRST = 0           # place of its first parameter in each of the four regions of the arena
SIZE = 1            # of a list of rows, FIRST is the table's and SIZE the most that there can be
MEASURED = 2        # how many of them, from the first, are weights: penalised and measured; of a
                    # list of rows, the whole table's with its first block and none with the others
RULE = 3            # row of ``hyper`` that has its constants
STATISTIC = 4       # place of its layer among those that learn
USED = 5            # place in the arena of the list of rows that are used; -1: all are
WIDTH = 6           # numbers of a row
BEGIN = 7           # how many rows of the list belong to blocks before this one
BLOCK_LENGTH = 8

# Figures of a block, float64: first of its gradient, then of its update.
SQUARES = 0         # of the measured gradient, summed
TOP = 1             # its largest magnitude
ZEROS = 2
INVALID = 3         # how many are NaN or infinite
ALL_SQUARES = 4     # of the whole gradient
CLIPPED_SQUARES = 5  # the same, every number clipped
WEIGHT_SHIFT = 0    # a number near the old weights
WEIGHT = 1          # their distances from it, summed
WEIGHT_SQUARES = 2
CHANGE_SHIFT = 3    # the same of the updates
CHANGE = 4
CHANGE_SQUARES = 5
CHANGED = 6         # how many weights these are of
FIGURES = 7


@inlined
def blocks_at(address, count):
    """Return the blocks: int64[count, BLOCK_LENGTH]."""
    return array_at(integers_at(address), (count, BLOCK_LENGTH))


@inlined
def figures_at(arena, offset, count):
    """Return the figures of so many blocks: float64[count, FIGURES]."""
    return array_at(as_doubles(shifted(arena, offset)), (1 + count, FIGURES))[1:]


@inlined
def share_at(arena, offset):
    """Return what stands before all figures: an array of the share that clipping leaves."""
    return array_at(as_doubles(shifted(arena, offset)), (1,))


@inlined
def rule_at(address, place):
    """Return a row of the constants in force."""
    return array_at(reals_at(address + 8 * HYPER_LENGTH * place), (HYPER_LENGTH,))


@inlined
def rows_of(arena, block):
    """Return the rows of a list that belong to a block, real[n]."""
    used, most = block[USED], block[SIZE] // block[WIDTH]
    count = np.int64(arena[used]) - block[BEGIN]
    return vector(arena, used + 1 + block[BEGIN], max(0, min(count, most)))


@shared
def take_rows(taken, table, rows, width):
    """Copy rows of a table side by side; both are pointers."""
    for i in range(rows.size):
        begin = np.int64(rows[i]) * width
        for k in range(width):
            taken[i * width + k] = table[begin + k]


@shared
def put_rows(table, taken, rows, width):
    """Copy rows back to where `take_rows` has found them."""
    for i in range(rows.size):
        begin = np.int64(rows[i]) * width
        for k in range(width):
            table[begin + k] = taken[i * width + k]


@shared
def run_of(blocks, begin):
    """Return the end of the run of blocks that belong to the same layer."""
    end = begin + 1
    while end < blocks.shape[0] and blocks[end, STATISTIC] == blocks[begin, STATISTIC]:
        end += 1
    return end
