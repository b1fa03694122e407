"""Where paths of a network part and meet. Legend: n numbers; m examples."""

from __future__ import annotations

from engine.kernels.runtime.memory import examples, matrix, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, kernel, op


@kernel
def copy(y, x):
    """Copy ``y = x``.

    Parameters
    ----------
    y, x : real[n]
        Result and argument.

    Notes
    -----
    Source: definition.
    """
    for j in range(x.size):
        y[j] = x[j]


@kernel
def add(y, a, b):
    """Compute ``y = a + b``.

    Parameters
    ----------
    y, a, b : real[n]
        Result, which may be ``a`` itself, and arguments.

    Notes
    -----
    Source: definition; as a skip connection, He et al. (2016).
    """
    for j in range(y.size):
        y[j] = a[j] + b[j]


@kernel
def copy_columns(y, x, y_first, x_first, width):
    """Copy ``y[:, y_first:y_first + width] = x[:, x_first:x_first + width]``.

    Parameters
    ----------
    y, x : real[m, p], real[m, q]
        Result, whose other columns are left alone, and argument.
    y_first, x_first, width : int64
        Which columns.

    Notes
    -----
    Source: definition.
    """
    # The compiler must see that no column is negative to work on whole registers.
    y_first, x_first = max(y_first, 0), max(x_first, 0)
    for m in range(y.shape[0]):
        for j in range(width):
            y[m, y_first + j] = x[m, x_first + j]


@op("y x n", "y = x", weight=ELEMENTWISE, by_examples=True)
def copy_op(slots, arena, batch, shard, shards):
    begin, end = examples(batch, slots.n, shard, shards)
    copy(vector(arena, slots.y + begin, end - begin), vector(arena, slots.x + begin, end - begin))


@op("y a b n", "y = a + b", weight=ELEMENTWISE, by_examples=True)
def add_op(slots, arena, batch, shard, shards):
    begin, end = examples(batch, slots.n, shard, shards)
    add(vector(arena, slots.y + begin, end - begin), vector(arena, slots.a + begin, end - begin),
        vector(arena, slots.b + begin, end - begin))


@op("y x rows y_width x_width y_first x_first width",
    "y[:, y_first:y_first + width] = x[:, x_first:x_first + width]", weight=ELEMENTWISE)
def copy_columns_op(slots, arena, batch, shard, shards):
    begin, end = span(batch * slots.rows, shard, shards)
    y = matrix(arena, slots.y + begin * slots.y_width, end - begin, slots.y_width)
    x = matrix(arena, slots.x + begin * slots.x_width, end - begin, slots.x_width)
    copy_columns(y, x, slots.y_first, slots.x_first, slots.width)
