"""The simple recurrent layer. Legend, mask and truncation as in `recurrent`."""

from __future__ import annotations

from engine.kernels.matmul.tile import multiply
from engine.kernels.ops.joins import copy_columns
from engine.kernels.ops.looked_up import begin_from_rows, rows_by_token
from engine.kernels.ops.mathematics import hyperbolic_tangent
from engine.kernels.ops.recurrent import (
    mask_part,
    rows_at,
    send_back,
    sequence_part,
    set_out,
    shows,
    skip_back,
    skipped,
)
from engine.kernels.runtime.memory import matrix, span
from engine.kernels.runtime.policy import kernel, op


@kernel
def rnn_forward(states, after, before, w, mask, t, is_relu, add):
    """Compute ``h_t = f(h_(t-1) u + x_t w + b)``.

    Parameters
    ----------
    states, after, before : real[n, s, h], real[n, q], real[n, q]
        The state is overwritten in ``states``, at step t, and in ``after``.
    w, mask : real[h + f + 1, h], real[n, s] or real[0, 0]
        Weights, and which steps count.
    t, is_relu, add : int64
        The step; 1: f is ReLU, 0: tanh; 0: the weighted sums begin from 0, else from what is in
        ``after``.

    Notes
    -----
    Source: Elman (1990); Goodfellow, Bengio and Courville (2016), eq. 10.8 and 10.9.
    """
    h, zero = w.shape[1], after.dtype.type(0)
    multiply(after[:, :h], before[:, :w.shape[0]], w, add)
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


@op("h x before w start mask units features steps p q is_relu by_token tokens v",
    "h[t] = f(h[t - 1] @ u + x[t] @ w + b)")
def rnn_forward_op(slots, arena, batch, shard, shards):
    units, features, steps, q = slots.units, slots.features, slots.steps, slots.q
    begin, end = span(batch, shard, shards)
    rows = end - begin
    states = sequence_part(arena, slots.h, begin, end, steps, units)
    by_token = rows_by_token(arena, slots.by_token, slots.v, slots.p)
    tokens = mask_part(arena, slots.tokens, begin, end, steps)
    x = sequence_part(arena, slots.x if tokens.size == 0 else -1, begin, end, steps, features)
    w = matrix(arena, slots.w, units + x.shape[2] + 1, slots.p)[:, :units]
    mask = mask_part(arena, slots.mask, begin, end, steps)
    copy_columns(rows_at(arena, slots.before, begin, rows, q),
                 rows_at(arena, slots.start, begin, rows, units), 0, 0, units)
    for t in range(steps):
        here = t * batch + begin
        before = rows_at(arena, slots.before, here, rows, q)
        after = rows_at(arena, slots.before, here + batch, rows, q)
        set_out(before, x, t, units)
        if tokens.size > 0:
            begin_from_rows(after, by_token, tokens, t, units)
        rnn_forward(states, after, before, w, mask, t, slots.is_relu, tokens.size)


@op("z dh dx before wt mask units features steps truncation p q is_relu by_token control",
    "dz[t] = dh[t] f'; dh[t - 1] = dh[t - 1] + dz[t] @ u.T; dx[t] = dz[t] @ w.T")
def rnn_backward_op(slots, arena, batch, shard, shards):
    units, features, steps, p, q = slots.units, slots.features, slots.steps, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    rows = end - begin
    dstates = sequence_part(arena, slots.dh, begin, end, steps, units)
    wants_dx = slots.by_token < 0 or shows(slots.control)
    dx = sequence_part(arena, slots.dx if wants_dx else -1, begin, end, steps, features)
    wt = matrix(arena, slots.wt, units, q)
    mask = mask_part(arena, slots.mask, begin, end, steps)
    for t in range(steps - 1, -1, -1):
        here = t * batch + begin
        dz = rows_at(arena, slots.z, here, rows, p)
        rnn_backward(dz, dstates, rows_at(arena, slots.before, here + batch, rows, q), mask, t,
                     slots.is_relu)
        send_back(dstates, dz[:, :units], wt[:, :units], mask, t, slots.truncation)
        multiply(dx[:, t], dz[:, :units], wt[:, units:units + dx.shape[2]], 0)
