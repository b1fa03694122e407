"""Recurrent layers with gates: LSTM and GRU. Legend, mask and truncation as in `recurrent`.

A row of ``gates``, real[n, p], holds the gates of an example in one step, h numbers of each.
"""

from __future__ import annotations

from engine.kernels.matmul.tile import multiply
from engine.kernels.ops.joins import copy, copy_columns
from engine.kernels.ops.looked_up import begin_from_rows, rows_by_token
from engine.kernels.ops.mathematics import hyperbolic_tangent, logistic
from engine.kernels.ops.recurrent import (
    is_cut,
    mask_part,
    rows_at,
    send_back,
    sequence_part,
    set_out,
    shows,
    skip_back,
    skipped,
)
from engine.kernels.runtime.memory import matrix, span, vector
from engine.kernels.runtime.policy import kernel, op

# What happens in one step of one example. Views of its rows would take longer than the loops over
# narrow ones. The loops are kept short: the compiler proves that no more than a few arrays stay
# clear of each other, and only then works on whole registers. It also has to see that no index is
# negative, therefore h is no less than 0.


@kernel
def _lstm_cell(states, after, cells, gates, before, n, t):
    h = max(cells.shape[1], 0)
    for j in range(2 * h):
        gates[n, j] = logistic(gates[n, j])
    for j in range(h):
        gates[n, 3 * h + j] = logistic(gates[n, 3 * h + j])
    for j in range(h):
        gates[n, 2 * h + j] = hyperbolic_tangent(gates[n, 2 * h + j])
    for j in range(h):
        cells[n, j] = gates[n, h + j] * before[n, j] + gates[n, j] * gates[n, 2 * h + j]
    for j in range(h):
        states[n, t, j] = after[n, j] = gates[n, 3 * h + j] * hyperbolic_tangent(cells[n, j])


@kernel
def _lstm_cell_backward(gates, dcells, dstates, cells, before, n, t):
    h, one = max(cells.shape[1], 0), cells.dtype.type(1)
    for j in range(h):
        y, dh, o = hyperbolic_tangent(cells[n, j]), dstates[n, t, j], gates[n, 3 * h + j]
        dcells[n, j] += dh * o * (one - y * y)
        gates[n, 3 * h + j] = dh * y * o * (one - o)
    for j in range(h):
        dc, i, g = dcells[n, j], gates[n, j], gates[n, 2 * h + j]
        gates[n, j] = dc * g * i * (one - i)
        gates[n, 2 * h + j] = dc * i * (one - g * g)
    for j in range(h):
        dc, f = dcells[n, j], gates[n, h + j]
        gates[n, h + j] = dc * before[n, j] * f * (one - f)
        dcells[n, j] = dc * f


@kernel
def _gru_cell(states, after, gates, before, n, t):
    h, one = max(states.shape[2], 0), gates.dtype.type(1)
    for j in range(2 * h):
        gates[n, j] = logistic(gates[n, j])
    for j in range(h):
        gates[n, 2 * h + j] = hyperbolic_tangent(
            gates[n, 2 * h + j] + gates[n, j] * gates[n, 3 * h + j])
    for j in range(h):
        z = gates[n, h + j]
        states[n, t, j] = after[n, j] = (one - z) * gates[n, 2 * h + j] + z * before[n, j]


@kernel
def _gru_cell_backward(gates, dstates, before, n, t):
    h, one = max(dstates.shape[2], 0), gates.dtype.type(1)
    for j in range(h):
        dh, z, new = dstates[n, t, j], gates[n, h + j], gates[n, 2 * h + j]
        gates[n, h + j] = dh * (before[n, j] - new) * z * (one - z)
        gates[n, 2 * h + j] = dh * (one - z) * (one - new * new)
    for j in range(h):
        dnew, r, q = gates[n, 2 * h + j], gates[n, j], gates[n, 3 * h + j]
        gates[n, j] = dnew * q * r * (one - r)
        gates[n, 3 * h + j] = dnew * r


@kernel
def lstm_forward(states, after, cells, gates, before, cells_before, w, mask, t, add):
    """Compute ``c_t = f_t c_(t-1) + i_t g_t`` and ``h_t = o_t tanh c_t``.

    Parameters
    ----------
    states, after, cells : real[n, s, h], real[n, q], real[n, h]
        The state is overwritten in ``states``, at step t, and in ``after``; so are the cells.
    gates : real[n, p]
        Overwritten: ``i f g o = S S tanh S (h_(t-1) u + x_t w + b)``, S being the logistic
        function. Where the step is skipped, they have no meaning.
    before, cells_before : real[n, q], real[n, h]
        What goes into the step.
    w, mask : real[h + f + 1, 4 h], real[n, s] or real[0, 0]
        Weights, and which steps count.
    t, add : int64
        The step; 0: the weighted sums begin from 0, else from what is in ``gates``.

    Notes
    -----
    Source: Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000).
    """
    h = cells.shape[1]
    multiply(gates[:, :4 * h], before[:, :w.shape[0]], w, add)
    for n in range(gates.shape[0]):
        if skipped(mask, n, t):
            for j in range(h):
                states[n, t, j] = after[n, j] = before[n, j]
                cells[n, j] = cells_before[n, j]
        else:
            _lstm_cell(states, after, cells, gates, cells_before, n, t)


@kernel
def lstm_backward(gates, dcells, dstates, cells, cells_before, mask, t, truncation):
    """Compute the gradients of the gates' arguments, and of the cells before.

    Parameters
    ----------
    gates : real[n, p]
        i f g o; the gradients of their arguments afterwards, 0 where the step is skipped.
    dcells : real[n, h]
        dL/dc_t as far as it comes from later steps; dL/dc_(t-1) afterwards.
    dstates : real[n, s, h]
        dL/dh; added to at step t - 1 where step t is skipped.
    cells, cells_before, mask : real[n, h], real[n, h], real[n, s] or real[0, 0]
        c_t and c_(t-1), and which steps count.
    t, truncation : int64
        The step; see `recurrent`.

    Notes
    -----
    Source: the chain rule on `lstm_forward`; Graves (2012), sec. 4.6.
    """
    h, zero = cells.shape[1], gates.dtype.type(0)
    for n in range(gates.shape[0]):
        if skipped(mask, n, t):
            skip_back(dstates, n, t)
            for j in range(4 * h):
                gates[n, j] = zero
            continue
        _lstm_cell_backward(gates, dcells, dstates, cells, cells_before, n, t)
        if is_cut(mask, n, t, truncation):
            for j in range(h):
                dcells[n, j] = zero


@kernel
def gru_forward(states, after, gates, before, w, c, mask, t, add):
    """Compute ``h_t = (1 - z) n + z h_(t-1)``.

    Parameters
    ----------
    states, after : real[n, s, h], real[n, q]
        The state is overwritten in ``states``, at step t, and in ``after``.
    gates : real[n, p]
        Overwritten: the gates ``r z = S(h_(t-1) u + x_t w + b)``, S being the logistic function;
        the candidate ``n = tanh(x_t w + b + r q)``; and its recurrent product
        ``q = h_(t-1) u + c``. Where the step is skipped, they have no meaning.
    before, w : real[n, q], real[h + f + 1, 3 h]
        What goes into the step, and weights.
    c : real[h] or real[0]
        Biases of the recurrent product, or nothing.
    mask, t : real[n, s] or real[0, 0], int64
        Which steps count, and the step.

    Notes
    -----
    The reset gate r weighs the recurrent product, as in cuDNN, PyTorch and the first version of
    Cho et al. (2014), arXiv:1406.1078v1; from the published version on, it weighs the state that
    goes into the product.
    """
    h, depth = w.shape[1] // 3, w.shape[0]
    multiply(gates[:, :2 * h], before[:, :depth], w[:, :2 * h], add)
    multiply(gates[:, 2 * h:3 * h], before[:, h:depth], w[h:, 2 * h:], add)
    for n in range(gates.shape[0]):
        for j in range(c.size):
            gates[n, 3 * h + j] = c[j]
    multiply(gates[:, 3 * h:4 * h], before[:, :h], w[:h, 2 * h:], c.size)
    for n in range(gates.shape[0]):
        if skipped(mask, n, t):
            for j in range(h):
                states[n, t, j] = after[n, j] = before[n, j]
        else:
            _gru_cell(states, after, gates, before, n, t)


@kernel
def gru_backward(gates, dstates, before, mask, t, truncation):
    """Compute the gradients of the gates' arguments, and what the state before has from z alone.

    Parameters
    ----------
    gates : real[n, p]
        r, z, n and q; the gradients of the first three's arguments and of q afterwards, 0 where
        the step is skipped.
    dstates : real[n, s, h]
        dL/dh; added to at step t - 1: ``z dh_t`` where a gradient goes there, and all of dh_t where
        step t is skipped.
    before, mask : real[n, q], real[n, s] or real[0, 0]
        What went into the step, and which steps count.
    t, truncation : int64
        The step; see `recurrent`.

    Notes
    -----
    Source: the chain rule on `gru_forward`.
    """
    h, zero = dstates.shape[2], gates.dtype.type(0)
    for n in range(gates.shape[0]):
        if skipped(mask, n, t):
            skip_back(dstates, n, t)
            for j in range(4 * h):
                gates[n, j] = zero
            continue
        if t > 0 and not is_cut(mask, n, t, truncation):
            for j in range(h):
                dstates[n, t - 1, j] += dstates[n, t, j] * gates[n, h + j]
        _gru_cell_backward(gates, dstates, before, n, t)


@op("h c gates x before w start start_c mask units features steps p q by_token tokens v",
    "i, f, o = sigmoid(h[t - 1] @ u + x[t] @ w + b); g = tanh(h[t - 1] @ u + x[t] @ w + b); c[t] = "
    "f c[t - 1] + i g; h[t] = o tanh(c[t])")
def lstm_forward_op(slots, arena, batch, shard, shards):
    units, features, steps, p, q = slots.units, slots.features, slots.steps, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    rows = end - begin
    states = sequence_part(arena, slots.h, begin, end, steps, units)
    by_token = rows_by_token(arena, slots.by_token, slots.v, p)
    tokens = mask_part(arena, slots.tokens, begin, end, steps)
    x = sequence_part(arena, slots.x if tokens.size == 0 else -1, begin, end, steps, features)
    w = matrix(arena, slots.w, units + x.shape[2] + 1, p)[:, :4 * units]
    mask = mask_part(arena, slots.mask, begin, end, steps)
    copy_columns(rows_at(arena, slots.before, begin, rows, q),
                 rows_at(arena, slots.start, begin, rows, units), 0, 0, units)
    copy(vector(arena, slots.c + begin * units, rows * units),
         vector(arena, slots.start_c + begin * units, rows * units))
    for t in range(steps):
        here = t * batch + begin
        before = rows_at(arena, slots.before, here, rows, q)
        gates = rows_at(arena, slots.gates, here, rows, p)
        set_out(before, x, t, units)
        if tokens.size > 0:
            begin_from_rows(gates, by_token, tokens, t, 4 * units)
        lstm_forward(states, rows_at(arena, slots.before, here + batch, rows, q),
                     rows_at(arena, slots.c, here + batch, rows, units), gates, before,
                     rows_at(arena, slots.c, here, rows, units), w, mask, t, tokens.size)


@op("gates dh dc dx c wt mask units features steps truncation p q by_token control",
    "do = dh tanh(c); dc = dc + dh o (1 - tanh(c)**2); di = dc g; dg = dc i; df = dc c[t - 1]; "
    "dc[t - 1] = dc f; da = those of the arguments; dh[t - 1] = dh[t - 1] + da @ u.T; "
    "dx = da @ w.T")
def lstm_backward_op(slots, arena, batch, shard, shards):
    units, features, steps, p, q = slots.units, slots.features, slots.steps, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    rows = end - begin
    dstates = sequence_part(arena, slots.dh, begin, end, steps, units)
    wants_dx = slots.by_token < 0 or shows(slots.control)
    dx = sequence_part(arena, slots.dx if wants_dx else -1, begin, end, steps, features)
    dcells = rows_at(arena, slots.dc, begin, rows, units)
    wt = matrix(arena, slots.wt, 4 * units, q)
    mask = mask_part(arena, slots.mask, begin, end, steps)
    for n in range(rows):
        for j in range(units):
            dcells[n, j] = 0
    for t in range(steps - 1, -1, -1):
        here = t * batch + begin
        dz = rows_at(arena, slots.gates, here, rows, p)
        lstm_backward(dz, dcells, dstates, rows_at(arena, slots.c, here + batch, rows, units),
                      rows_at(arena, slots.c, here, rows, units), mask, t, slots.truncation)
        send_back(dstates, dz[:, :4 * units], wt[:, :units], mask, t, slots.truncation)
        multiply(dx[:, t], dz[:, :4 * units], wt[:, units:units + dx.shape[2]], 0)


@op("h gates x before w c start mask units features steps p q by_token tokens v",
    "r, z = sigmoid(h[t - 1] @ u + x[t] @ w + b); n = tanh(x[t] @ w + b + r (h[t - 1] @ u + c)); "
    "h[t] = (1 - z) n + z h[t - 1]")
def gru_forward_op(slots, arena, batch, shard, shards):
    units, features, steps, p, q = slots.units, slots.features, slots.steps, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    rows = end - begin
    states = sequence_part(arena, slots.h, begin, end, steps, units)
    by_token = rows_by_token(arena, slots.by_token, slots.v, p)
    tokens = mask_part(arena, slots.tokens, begin, end, steps)
    x = sequence_part(arena, slots.x if tokens.size == 0 else -1, begin, end, steps, features)
    w = matrix(arena, slots.w, units + x.shape[2] + 1, p)[:, :3 * units]
    c = vector(arena, max(slots.c, 0), units if slots.c >= 0 else 0)
    mask = mask_part(arena, slots.mask, begin, end, steps)
    copy_columns(rows_at(arena, slots.before, begin, rows, q),
                 rows_at(arena, slots.start, begin, rows, units), 0, 0, units)
    for t in range(steps):
        here = t * batch + begin
        before = rows_at(arena, slots.before, here, rows, q)
        gates = rows_at(arena, slots.gates, here, rows, p)
        set_out(before, x, t, units)
        if tokens.size > 0:
            begin_from_rows(gates, by_token, tokens, t, 3 * units)
        gru_forward(states, rows_at(arena, slots.before, here + batch, rows, q), gates, before, w,
                    c, mask, t, tokens.size)


@op("gates dh dx before wt mask units features steps truncation p q by_token control",
    "dz = dh (h[t - 1] - n); dn = dh (1 - z); dr = dn (1 - n**2) (h[t - 1] @ u + c); "
    "da = those of the arguments; dh[t - 1] = dh[t - 1] + dh z + da @ u.T; dx = da @ w.T")
def gru_backward_op(slots, arena, batch, shard, shards):
    units, features, steps, p, q = slots.units, slots.features, slots.steps, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    rows = end - begin
    dstates = sequence_part(arena, slots.dh, begin, end, steps, units)
    wants_dx = slots.by_token < 0 or shows(slots.control)
    dx = sequence_part(arena, slots.dx if wants_dx else -1, begin, end, steps, features)
    wt = matrix(arena, slots.wt, 3 * units, q)
    ut = wt[:, :units]
    mask = mask_part(arena, slots.mask, begin, end, steps)
    for t in range(steps - 1, -1, -1):
        here = t * batch + begin
        dz = rows_at(arena, slots.gates, here, rows, p)
        gru_backward(dz, dstates, rows_at(arena, slots.before, here, rows, q), mask, t,
                     slots.truncation)
        send_back(dstates, dz[:, :2 * units], ut[:2 * units], mask, t, slots.truncation)
        send_back(dstates, dz[:, 3 * units:4 * units], ut[2 * units:], mask, t, slots.truncation)
        multiply(dx[:, t], dz[:, :3 * units], wt[:, units:units + dx.shape[2]], 0)
