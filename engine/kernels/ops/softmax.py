"""Softmax inside a network. Legend: m rows of c units; a row is an example or a part of one."""

from __future__ import annotations

from engine.kernels.ops.losses import softmax_forward
from engine.kernels.runtime.memory import matrix, span
from engine.kernels.runtime.policy import ELEMENTWISE, kernel, op


@kernel
def softmax_backward(dx, dy, y):
    """Send the gradient back: ``dx = y (dy - sum of dy y)``, row by row.

    Parameters
    ----------
    dx : real[m, c]
        dL/dx, overwritten; may be ``dy`` itself.
    dy, y : real[m, c]
        dL/dy, and what the forward pass gave.

    Notes
    -----
    The product with the Jacobian ``diag(y) - y y^T``. Source: Bridle (1990), eq. 24.
    """
    for m in range(y.shape[0]):
        mean = y.dtype.type(0)
        for c in range(y.shape[1]):
            mean += dy[m, c] * y[m, c]
        for c in range(y.shape[1]):
            dx[m, c] = y[m, c] * (dy[m, c] - mean)


@op("y x rows c", weight=2 * ELEMENTWISE)
def softmax_rows_op(slots, arena, batch, shard, shards):
    c = slots.c
    begin, end = span(batch * slots.rows, shard, shards)
    softmax_forward(matrix(arena, slots.y + begin * c, end - begin, c),
                    matrix(arena, slots.x + begin * c, end - begin, c))


@op("dx dy y rows c", weight=2 * ELEMENTWISE)
def softmax_backward_op(slots, arena, batch, shard, shards):
    c = slots.c
    begin, end = span(batch * slots.rows, shard, shards)
    softmax_backward(matrix(arena, slots.dx + begin * c, end - begin, c),
                     matrix(arena, slots.dy + begin * c, end - begin, c),
                     matrix(arena, slots.y + begin * c, end - begin, c))
