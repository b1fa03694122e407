"""Sums over a batch that threads share, each a part of it, and whoever comes last adds the parts.

Parts follow from the batch alone, and are added in their order: whatever the number of threads,
the sum is the same, and nobody waits for others before the next op.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from engine.kernels.runtime.policy import inlined


@intrinsic
def _add_one(typingctx: Any, words: Any) -> Any:
    """Add 1 to the first of some int64; return what it was.

    Whoever finds what others have added also sees what they wrote before.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = context.make_array(words)(context, builder, args[0]).data
        return builder.atomic_rmw("add", place, ir.IntType(64)(1), "acq_rel")
    return types.int64(words), codegen


@inlined
def is_last(arrived, shards):
    """Count a shard that has done its part; say whether it is the last, and begin anew if so.

    Parameters
    ----------
    arrived : real[2]
        8 bytes or more, aligned, which are 0 when an op begins and when it ends.
    shards : int64
        How many shards the op has.
    """
    words = arrived.view(np.int64)
    last = _add_one(words) == shards - 1
    if last:
        words[0] = 0
    return last
