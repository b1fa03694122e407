"""The simple recurrent layer. Legend, mask and truncation as in `recurrent`."""

from __future__ import annotations

from numba import carray

from engine.kernels.matmul.tile import multiply
from engine.kernels.ops.joins import copy_columns
from engine.kernels.ops.mathematics import hyperbolic_tangent
from engine.kernels.ops.recurrent import (
    mask_part,
    rows_at,
    send_back,
    sequence_part,
    set_out,
    skip_back,
    skipped,
)
from engine.kernels.runtime.layout import FIRST_SLOT, ROW_LENGTH
from engine.kernels.runtime.memory import matrix, span
from engine.kernels.runtime.policy import kernel, op


@kernel
def rnn_forward(states, after, before, w, mask, t, is_relu):
    """Compute ``h_t = f(h_(t-1) u + x_t w + b)``.

    Parameters
    ----------
    states, after, before : real[n, s, h], real[n, q], real[n, q]
        The state is overwritten in ``states``, at step t, and in ``after``.
    w, mask : real[h + f + 1, h], real[n, s] or real[0, 0]
        Weights, and which steps count.
    t, is_relu : int64
        The step; 1: f is ReLU, 0: tanh.

    Notes
    -----
    Source: Elman (1990); Goodfellow, Bengio and Courville (2016), eq. 10.8 and 10.9.
    """
    h, zero = w.shape[1], after.dtype.type(0)
    multiply(after[:, :h], before[:, :w.shape[0]], w, 0)
    for n in range(after.shape[0]):
        if skipped(mask, n, t):
            for j in range(h):
                states[n, t, j] = after[n, j] = before[n, j]
        elif is_relu != 0:
            for j in range(h):
                states[n, t, j] = after[n, j] = after[n, j] if not after[n, j] <= 0 else zero
        else:
            for j in range(h):
                states[n, t, j] = after[n, j] = hyperbolic_tangent(after[n, j])


@kernel
def rnn_backward(dz, dstates, after, mask, t, is_relu):
    """Compute ``dz = dh_t f'``.

    Parameters
    ----------
    dz : real[n, p]
        dL/d(argument of f), overwritten; 0 where the step is skipped.
    dstates : real[n, s, h]
        dL/dh; added to at step t - 1 where step t is skipped.
    after, mask : real[n, q], real[n, s] or real[0, 0]
        The states, and which steps count.
    t, is_relu : int64
        See `rnn_forward`.

    Notes
    -----
    Source: Werbos (1990); Goodfellow, Bengio and Courville (2016), sec. 10.2.2.
    """
    h, zero, one = dstates.shape[2], dz.dtype.type(0), dz.dtype.type(1)
    for n in range(dz.shape[0]):
        if skipped(mask, n, t):
            skip_back(dstates, n, t)
            for j in range(h):
                dz[n, j] = zero
        elif is_relu != 0:
            for j in range(h):
                dz[n, j] = dstates[n, t, j] if not after[n, j] <= 0 else zero
        else:
            for j in range(h):
                dz[n, j] = dstates[n, t, j] * (one - after[n, j] * after[n, j])


@op("h x before w start mask units features steps p q is_relu")
def rnn_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, features, steps, q = slots[6], slots[7], slots[8], slots[10]
    begin, end = span(batch, shard, shards)
    rows = end - begin
    states = sequence_part(arena, slots[0], begin, end, steps, units)
    x = sequence_part(arena, slots[1], begin, end, steps, features)
    w = matrix(arena, slots[3], units + features + 1, slots[9])[:, :units]
    mask = mask_part(arena, slots[5], begin, end, steps)
    copy_columns(rows_at(arena, slots[2], begin, rows, q),
                 rows_at(arena, slots[4], begin, rows, units), 0, 0, units)
    for t in range(steps):
        here = t * batch + begin
        before = rows_at(arena, slots[2], here, rows, q)
        set_out(before, x, t, units)
        rnn_forward(states, rows_at(arena, slots[2], here + batch, rows, q), before, w, mask, t,
                    slots[11])


@op("z dh dx before wt mask units features steps truncation p q is_relu")
def rnn_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, features, steps, p, q = slots[6], slots[7], slots[8], slots[10], slots[11]
    begin, end = span(batch, shard, shards)
    rows = end - begin
    dstates = sequence_part(arena, slots[1], begin, end, steps, units)
    dx = sequence_part(arena, slots[2], begin, end, steps, features)
    wt = matrix(arena, slots[4], units, q)
    mask = mask_part(arena, slots[5], begin, end, steps)
    for t in range(steps - 1, -1, -1):
        here = t * batch + begin
        dz = rows_at(arena, slots[0], here, rows, p)
        rnn_backward(dz, dstates, rows_at(arena, slots[3], here + batch, rows, q), mask, t,
                     slots[12])
        send_back(dstates, dz[:, :units], wt[:, :units], mask, t, slots[9])
        multiply(dx[:, t], dz[:, :units], wt[:, units:units + dx.shape[2]], 0)
