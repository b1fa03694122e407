"""Gathering a batch out of the data set. Legend: n examples, k numbers each."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.matmul.registers import UNIT, Registers
from engine.kernels.matmul.tile import unpack_array
from engine.kernels.runtime.layout import CONTROL_LENGTH, ORDER, POSITION
from engine.kernels.runtime.memory import (
    array_at,
    bytes_at,
    integers_at,
    matrix,
    prefetch,
    same_kind_at,
    span,
    vector,
)
from engine.kernels.runtime.policy import ELEMENTWISE, inlined, kernel, op

AHEAD = 2
"""How many examples ahead memory is asked for one: no processor can guess which it will be."""

LINE = 64
"""Bytes that memory gives at once."""


@inlined
def _ask_ahead(x, order, n, width):
    """Have the example brought near that stands `AHEAD` behind the n-th of an order."""
    if n + AHEAD < order.size:
        begin = order[n + AHEAD] * width
        for k in range(0, width, LINE // x.itemsize):
            prefetch(x, begin + k)


@intrinsic
def _copy_short_rows(typingctx: Any, y: Any, x: Any, order: Any) -> Any:
    """Copy ``y[n] = x[order[n]]`` where a row fits a register.

    A loop over so few numbers takes longer to begin than to be done.
    """
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target, (rows, width), _ = unpack_array(context, builder, y, args[0])
        source, _, _ = unpack_array(context, builder, x, args[1])
        places, _, _ = unpack_array(context, builder, order, args[2])
        unit = Registers(builder, context.get_value_type(y.dtype))
        inside = unit.lanes_before(width)
        with cgutils.for_range(builder, rows) as loop:
            of, to = (builder.bitcast(builder.gep(base, [builder.mul(row, width)]),
                                      unit.vector.as_pointer())
                      for base, row in ((source, builder.load(builder.gep(places, [loop.index]))),
                                        (target, loop.index)))
            unit.store(unit.load(of, inside), to, inside)
        return context.get_dummy_value()
    return types.void(y, x, order), codegen


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
    if width * x.itemsize <= UNIT.bytes:
        _copy_short_rows(y, x, order)
        return
    for n in range(y.shape[0]):
        _ask_ahead(x, order, n, width)
        begin = order[n] * width
        # Parts of their own: a place that might be counted from the end fills no registers.
        example, row = x[begin:begin + width], y[n]
        for k in range(width):
            row[k] = example[k]


@kernel
def gather_bytes(y, x, order, scale, shift):
    """Copy bytes as numbers: ``y[n, k] = scale[k] * x[order[n], k] + shift[k]``.

    Parameters
    ----------
    y : real[n, k]
        The batch.
    x : uint8[m * k]
        All examples, one after the other.
    order : int64[n]
        Which examples.
    scale, shift : real[k]
        How a byte becomes a number.

    Notes
    -----
    Source: definition.
    """
    width = y.shape[1]
    for n in range(y.shape[0]):
        _ask_ahead(x, order, n, width)
        begin = order[n] * width
        example, row = x[begin:begin + width], y[n]
        for k in range(width):
            row[k] = scale[k] * example[k] + shift[k]


@op("y x n rows control", "y[n] = x[order[n]]", weight=ELEMENTWISE, by_examples=True)
def gather_op(slots, arena, batch, shard, shards):
    width = slots.n
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    begin, end = span(batch, shard, shards)
    order = array_at(integers_at(control[ORDER]), (control[POSITION] + batch,))
    x = vector(same_kind_at(arena, slots.x), 0, slots.rows * width)
    gather(matrix(arena, slots.y + begin * width, end - begin, width), x,
           order[control[POSITION] + begin:control[POSITION] + end])


@op("y x n rows scale shift control", "y[n] = scale x[order[n]] + shift", weight=ELEMENTWISE,
    by_examples=True)
def gather_bytes_op(slots, arena, batch, shard, shards):
    width = slots.n
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    begin, end = span(batch, shard, shards)
    order = array_at(integers_at(control[ORDER]), (control[POSITION] + batch,))
    gather_bytes(matrix(arena, slots.y + begin * width, end - begin, width),
                 array_at(bytes_at(slots.x), (slots.rows * width,)),
                 order[control[POSITION] + begin:control[POSITION] + end],
                 vector(same_kind_at(arena, slots.scale), 0, width),
                 vector(same_kind_at(arena, slots.shift), 0, width))
