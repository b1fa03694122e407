"""Dropout, with masks that depend on seed, step and place alone. Legend: n numbers."""

from __future__ import annotations

import numpy as np

from engine.kernels.ops.joins import copy
from engine.kernels.runtime.layout import (
    CONTROL_LENGTH,
    SEED,
    STEP,
    TRAINING,
)
from engine.kernels.runtime.memory import array_at, examples, integers_at, vector
from engine.kernels.runtime.policy import ELEMENTWISE, careful, op
from engine.kernels.runtime.random import mixed


# Where divisions may become products, the last numbers of a shard are rounded in another way.
@careful
def dropout(y, x, rate, key, first):
    """Compute ``y = x / (1 - rate)`` where a number is kept, 0 where it is dropped.

    Parameters
    ----------
    y, x : real[n]
        Result and argument; forward they are activations, backward gradients.
    rate : float64
        Probability of being dropped.
    key : uint64
        Fixes the mask.
    first : int64
        Place of ``x[0]`` in the whole batch, so that shards draw what one loop would.

    Notes
    -----
    Source: Srivastava et al. (2014), in the inverted form that needs nothing at evaluation.
    """
    scale = x.dtype.type(1.0 / (1.0 - rate))
    threshold = np.uint64(rate * 2.0**53)
    zero = x.dtype.type(0)
    for j in range(x.size):
        kept = mixed(key + np.uint64(first + j)) >> np.uint64(11) >= threshold
        y[j] = x[j] * scale if kept else zero


@op("y x n rate:real stream control",
    "y = x / (1 - rate) where kept, else 0; y = x outside training", weight=2 * ELEMENTWISE,
    by_examples=True)
def dropout_op(slots, arena, batch, shard, shards):
    begin, end = examples(batch, slots.n, shard, shards)
    y = vector(arena, slots.y + begin, end - begin)
    x = vector(arena, slots.x + begin, end - begin)
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    if control[TRAINING] == 0:
        copy(y, x)
        return
    key = mixed(mixed(np.uint64(control[SEED]) + np.uint64(slots.stream))
                + np.uint64(control[STEP]))
    dropout(y, x, slots.rate, key, begin)
