"""The dense layer. Legend: n examples, i inputs, o outputs."""

from __future__ import annotations

from numba import carray

from engine.kernels.memory import matrix, span, vector
from engine.kernels.panels import multiply_packed, sum_rows, turn
from engine.kernels.policy import kernel, op
from engine.kernels.row import FIRST_SLOT, ROW_LENGTH
from engine.kernels.tile import multiply


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
    if b.size == 0:
        multiply(y, x, w, 0)
        return
    for n in range(y.shape[0]):
        for o in range(b.size):
            y[n, o] = b[o]
    multiply(y, x, w, 1)


@kernel
def dense_backward_weights(dw, db, dy, x):
    """Compute the parameters' gradients ``dw = x.T @ dy`` and ``db = sum of dy over examples``.

    Parameters
    ----------
    dw, db : real[i, o], real[o] or real[0]
        dL/dw and dL/db, overwritten. L is the mean over the batch, so no 1/n here.
    dy, x : real[n, o], real[n, i]
        dL/dy and what the forward pass saw.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 6.5.
    """
    multiply(dw, x.T, dy, 0)
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
    multiply_packed(dx, dy, w, 0, True)


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
    turn(y, x)


@op("y x w b i o rows")
def dense_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    i, o = slots[4], slots[5]
    begin, end = span(batch * slots[6], shard, shards)
    y = matrix(arena, slots[0] + begin * o, end - begin, o)
    x = matrix(arena, slots[1] + begin * i, end - begin, i)
    dense_forward(y, x, matrix(arena, slots[2], i, o),
                  vector(arena, slots[3], o if slots[3] >= 0 else 0))


@op("dw db dy x i o rows")
def dense_backward_weights_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    i, o = slots[4], slots[5]
    begin, end = span(i, shard, shards)
    dw = matrix(arena, slots[0] + begin * o, end - begin, o)
    dy = matrix(arena, slots[2], batch * slots[6], o)
    x = matrix(arena, slots[3], batch * slots[6], i)[:, begin:end]
    # The first shard alone sums the biases' gradient.
    biases = o if slots[1] >= 0 and shard == 0 else 0
    dense_backward_weights(dw, vector(arena, slots[1], biases), dy, x)


@op("dx dy w i o rows")
def dense_backward_input_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    i, o = slots[3], slots[4]
    begin, end = span(batch * slots[5], shard, shards)
    dense_backward_input(matrix(arena, slots[0] + begin * i, end - begin, i),
                         matrix(arena, slots[1] + begin * o, end - begin, o),
                         matrix(arena, slots[2], i, o))


@op("y x i o", whole=True)
def transpose_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    i, o = slots[2], slots[3]
    transpose(matrix(arena, slots[0], o, i), matrix(arena, slots[1], i, o))
