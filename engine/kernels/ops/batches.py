"""Gathering a batch out of the data set. Legend: n examples, k numbers each."""

from __future__ import annotations

from numba import carray

from engine.kernels.runtime.layout import CONTROL_LENGTH, ORDER, POSITION
from engine.kernels.runtime.memory import integers_at, matrix, same_kind_at, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, kernel, op


@kernel
def gather(y, x, order):
    """Copy ``y[n] = x[order[n]]``.

    Parameters
    ----------
    y : real[n, k]
        The batch.
    x : real[m * k]
        All examples, one after the other.
    order : int64[n]
        Which examples.

    Notes
    -----
    Source: definition.
    """
    width = y.shape[1]
    for n in range(y.shape[0]):
        begin = order[n] * width
        for k in range(width):
            y[n, k] = x[begin + k]


@op("y x n rows control", weight=ELEMENTWISE)
def gather_op(slots, arena, batch, shard, shards):
    width = slots.n
    control = carray(integers_at(slots.control), (CONTROL_LENGTH,))
    begin, end = span(batch, shard, shards)
    order = carray(integers_at(control[ORDER]), (control[POSITION] + batch,))
    x = vector(same_kind_at(arena, slots.x), 0, slots.rows * width)
    gather(matrix(arena, slots.y + begin * width, end - begin, width), x,
           order[control[POSITION] + begin:control[POSITION] + end])
