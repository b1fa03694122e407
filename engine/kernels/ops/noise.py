"""Gaussian noise that depends on seed, step and place alone. Legend: n numbers."""

from __future__ import annotations

import numpy as np

from engine.kernels.ops.joins import copy
from engine.kernels.runtime.layout import (
    CONTROL_LENGTH,
    SEED,
    STEP,
    TRAINING,
)
from engine.kernels.runtime.memory import array_at, integers_at, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, careful, op
from engine.kernels.runtime.random import mixed, normal


# Where factors may change places, the last numbers of a shard are rounded in another way.
@careful
def gaussian_noise(y, x, deviation, key, first):
    """Compute ``y = x + deviation e``, every e a normal number of its own.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.
    deviation : float64
        Standard deviation of the noise.
    key : uint64
        Fixes the noise.
    first : int64
        Place of ``x[0]`` in the whole batch, so that shards draw what one loop would.

    Notes
    -----
    Source: Bishop (1995), Training with noise is equivalent to Tikhonov regularization.
    """
    real = x.dtype.type
    for j in range(x.size):
        y[j] = x[j] + real(deviation * normal(key, first + j))


@op("y x n deviation:real stream control",
    "y = x + deviation e, e normal; y = x outside training", weight=2 * ELEMENTWISE)
def gaussian_noise_op(slots, arena, batch, shard, shards):
    begin, end = span(batch * slots.n, shard, shards)
    y = vector(arena, slots.y + begin, end - begin)
    x = vector(arena, slots.x + begin, end - begin)
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    if control[TRAINING] == 0:
        copy(y, x)
        return
    key = mixed(mixed(np.uint64(control[SEED]) + np.uint64(slots.stream))
                + np.uint64(control[STEP]))
    gaussian_noise(y, x, slots.deviation, key, begin)
