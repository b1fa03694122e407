"""The simple recurrent layer. Legend, mask and truncation as in `recurrent`."""

from __future__ import annotations

from numba import carray

from engine.kernels.joins import copy_columns
from engine.kernels.mathematics import hyperbolic_tangent
from engine.kernels.memory import matrix, span
from engine.kernels.policy import kernel, op
from engine.kernels.recurrent import (
    give_out,
    hand_back,
    mask_part,
    rows_at,
    sequence_part,
    set_out,
    skipped,
)
from engine.kernels.row import FIRST_SLOT, ROW_LENGTH
from engine.kernels.tile import multiply


@kernel
def rnn_forward(after, before, w, mask, t, is_relu):
    """Compute ``h_t = f(h_(t-1) u + x_t w + b)``.

    Parameters
    ----------
    after, before : real[n, q]
        The state in ``after`` is overwritten.
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
        state = after[n]
        if skipped(mask, n, t):
            for j in range(h):
                state[j] = before[n, j]
        elif is_relu != 0:
            for j in range(h):
                state[j] = state[j] if not state[j] <= 0 else zero
        else:
            for j in range(h):
                state[j] = hyperbolic_tangent(state[j])


@kernel
def rnn_backward(dbefore, dz, dstates, after, wt, mask, t, is_relu):
    """Compute ``dz = dh_t f'`` and what it makes of the gradient of what went into the step.

    Parameters
    ----------
    dbefore : real[n, q]
        dL/d(before), overwritten.
    dz : real[n, p]
        dL/d(argument of f), overwritten; 0 where the step is skipped.
    dstates, after, wt, mask : real[n, s, h], real[n, q], real[h, h + f], real[n, s] or real[0, 0]
        dL/dh, the states, transposed weights, and which steps count.
    t, is_relu : int64
        See `rnn_forward`.

    Notes
    -----
    Source: Werbos (1990); Goodfellow, Bengio and Courville (2016), sec. 10.2.2.
    """
    h, zero, one = dstates.shape[2], dz.dtype.type(0), dz.dtype.type(1)
    for n in range(dz.shape[0]):
        slope = dz[n]
        if skipped(mask, n, t):
            for j in range(h):
                slope[j] = zero
        elif is_relu != 0:
            for j in range(h):
                slope[j] = dstates[n, t, j] if not after[n, j] <= 0 else zero
        else:
            for j in range(h):
                slope[j] = dstates[n, t, j] * (one - after[n, j] * after[n, j])
    multiply(dbefore[:, :wt.shape[1]], dz[:, :h], wt, 0)


@op("h x before w start mask units features steps p q is_relu")
def rnn_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, features, steps, q = slots[6], slots[7], slots[8], slots[10]
    begin, end = span(batch, shard, shards)
    states = sequence_part(arena, slots[0], begin, end, steps, units)
    x = sequence_part(arena, slots[1], begin, end, steps, features)
    w = matrix(arena, slots[3], units + features + 1, slots[9])[:, :units]
    mask = mask_part(arena, slots[5], begin, end, steps)
    copy_columns(rows_at(arena, slots[2], begin, end - begin, q),
                 rows_at(arena, slots[4], begin, end - begin, units), 0, 0, units)
    for t in range(steps):
        before = rows_at(arena, slots[2], t * batch + begin, end - begin, q)
        after = rows_at(arena, slots[2], (t + 1) * batch + begin, end - begin, q)
        set_out(before, x, t, units)
        rnn_forward(after, before, w, mask, t, slots[11])
        give_out(states, after, t)


@op("dz dh dx before dbefore wt mask units features steps truncation p q is_relu")
def rnn_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, features, steps, p, q = slots[7], slots[8], slots[9], slots[11], slots[12]
    begin, end = span(batch, shard, shards)
    dstates = sequence_part(arena, slots[1], begin, end, steps, units)
    dx = sequence_part(arena, slots[2], begin, end, steps, features)
    dbefore = rows_at(arena, slots[4], begin, end - begin, q)
    wt = matrix(arena, slots[5], units, q)[:, :units + dx.shape[2]]
    mask = mask_part(arena, slots[6], begin, end, steps)
    for t in range(steps - 1, -1, -1):
        dz = rows_at(arena, slots[0], t * batch + begin, end - begin, p)
        after = rows_at(arena, slots[3], (t + 1) * batch + begin, end - begin, q)
        rnn_backward(dbefore, dz, dstates, after, wt, mask, t, slots[13])
        hand_back(dstates, dx, dbefore, mask, t, slots[10])
