"""The dense layer. Legend: n examples, i inputs, o outputs."""

from __future__ import annotations

from engine.kernels.matmul.panels import (
    MUCH,
    block,
    call_packed,
    copy_transposed,
    install,
    multiply_transposed,
    pays,
    sum_rows,
)
from engine.kernels.matmul.tile import multiply_from
from engine.kernels.runtime.layout import CONTROL_LENGTH, HELPERS
from engine.kernels.runtime.memory import array_at, integers_at, matrix, span, vector
from engine.kernels.runtime.policy import finished, inlined, kernel, op


@inlined
def _product(c, a, b, start, claimed):
    """Compute ``c = start + a @ b`` the sooner way; see `multiply_from`."""
    if pays(c.shape[0], b):
        call_packed(c, a, b, start, False, claimed)
    else:
        multiply_from(c, a, b, start, claimed)


@kernel
def dense_forward(y, x, w, b):
    """Compute ``y = x @ w + b``.

    Parameters
    ----------
    y : real[n, o]
        Result.
    x, w : real[n, i], real[i, o]
        Inputs and weights.
    b : real[o] or real[0]
        Biases, or nothing.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 6.1.
    """
    _product(y, x, w, b, 0)


@finished
def dense_backward_weights(dw, db, dy, x, claimed):
    """Compute the parameters' gradients ``dw = x.T @ dy`` and ``db = sum of dy over examples``.

    Parameters
    ----------
    dw, db : real[i, o], real[o] or real[0]
        dL/dw and dL/db, overwritten. L is the mean over the batch, so no 1/n here.
    dy, x : real[n, o], real[n, i]
        dL/dy and what the forward pass saw.
    claimed : int64
        How far behind ``dw`` the weights stand if this thread is to change them while other cores
        have them in their caches; else 0.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 6.5.
    """
    _product(dw, x.T, dy, db[:0], claimed)
    if db.size > 0:
        sum_rows(db, dy)


@kernel
def dense_backward_input(dx, dy, w):
    """Compute the inputs' gradient ``dx = dy @ w.T``.

    Parameters
    ----------
    dx : real[n, i]
        dL/dx, overwritten.
    dy, w : real[n, o], real[i, o]
        dL/dy and the weights.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 6.5.
    """
    multiply_transposed(dx, dy, w, w[0, :0])


@kernel
def transpose(y, x):
    """Copy ``y = x.T``.

    Parameters
    ----------
    y, x : real[o, i], real[i, o]
        Result and argument.

    Notes
    -----
    Source: definition.
    """
    copy_transposed(y, x)


def _by_examples(slots):
    """Say whether shards of a row cut the examples, however many there are: see `block`."""
    return slots["rows"] == 1 and slots["i"] * slots["o"] < MUCH


@op("y x w b i o rows", "y = x @ w + b", by_examples=_by_examples, needs=install)
def dense_forward_op(slots, arena, batch, shard, shards):
    i, o, rows = slots.i, slots.o, batch * slots.rows
    first, last, left, right = block(rows, o, i, shard, shards)
    y = matrix(arena, slots.y + first * o, last - first, o)[:, left:right]
    x = matrix(arena, slots.x + first * i, last - first, i)
    dense_forward(y, x, matrix(arena, slots.w, i, o)[:, left:right],
                  vector(arena, slots.b + left, right - left if slots.b >= 0 else 0))


@op("dw db dy x w i o rows control", "dw = x.T @ dy; db = sum over n of dy[n]", comes_last=True,
    needs=install)
def dense_backward_weights_op(slots, arena, batch, shard, shards):
    i, o = slots.i, slots.o
    begin, end = span(i, shard, shards)
    dw = matrix(arena, slots.dw + begin * o, end - begin, o)
    dy = matrix(arena, slots.dy, batch * slots.rows, o)
    x = matrix(arena, slots.x, batch * slots.rows, i)[:, begin:end]
    # The first shard alone sums the biases' gradient.
    biases = o if slots.db >= 0 and shard == 0 else 0
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    # Helpers have read the weights: without that, the update would wait for every line of them.
    claimed = slots.w - slots.dw if control[HELPERS] != 0 else 0
    dense_backward_weights(dw, vector(arena, slots.db, biases), dy, x, claimed)


@op("dx dy w i o rows", "dx = dy @ w.T", by_examples=_by_examples, needs=install)
def dense_backward_input_op(slots, arena, batch, shard, shards):
    i, o, rows = slots.i, slots.o, batch * slots.rows
    first, last, left, right = block(rows, i, o, shard, shards)
    dense_backward_input(matrix(arena, slots.dx + first * i, last - first, i)[:, left:right],
                         matrix(arena, slots.dy + first * o, last - first, o),
                         matrix(arena, slots.w + left * o, right - left, o))
