"""How runs of rows are cut for sums that threads share: see `engine.kernels.ops.row_blocks`."""

from __future__ import annotations

from engine.layers.kind import Lowering

STRIP = 256
"""Numbers of a strip at least: a loop over fewer spends its time on beginning and ending."""

BLOCKS = 32
"""Blocks at most, enough for the threads of a large machine."""

WORDS_OF_A_DOUBLE = 2
"""Numbers of the smaller precision that take the room of a float64."""


def strip_width(k: int) -> int:
    """Return the numbers of a strip, which is whole rows of ``k``."""
    return -(-STRIP // k) * k


def block_sums(plan: Lowering, width: int) -> int:
    """Reserve two rows of float64 for every block."""
    return plan.scratch(2 * BLOCKS * WORDS_OF_A_DOUBLE * width)
