"""Recurrent layers with gates: LSTM and GRU. Legend, mask and truncation as in `recurrent`.

A row of ``gates``, real[n, p], holds the gates of an example in one step, h numbers of each.
"""

from __future__ import annotations

from numba import carray

from engine.kernels.joins import copy, copy_columns
from engine.kernels.mathematics import hyperbolic_tangent, logistic
from engine.kernels.memory import matrix, span, vector
from engine.kernels.policy import kernel, op
from engine.kernels.recurrent import (
    give_out,
    hand_back,
    is_cut,
    mask_part,
    rows_at,
    sequence_part,
    set_out,
    skipped,
)
from engine.kernels.row import FIRST_SLOT, ROW_LENGTH
from engine.kernels.tile import multiply

# What happens in one step of one example. The loops are kept short: the compiler proves that no
# more than a few arrays stay clear of each other, and only then works on whole registers.

@kernel
def _squash(gates):
    """Replace every number by its logistic function."""
    for j in range(gates.size):
        gates[j] = logistic(gates[j])


@kernel
def _lstm_cell(state, cell, gates, before):
    h = cell.size
    i, f, g, o = gates[:h], gates[h:2 * h], gates[2 * h:3 * h], gates[3 * h:4 * h]
    _squash(gates[:2 * h])
    _squash(o)
    for j in range(h):
        g[j] = hyperbolic_tangent(g[j])
    for j in range(h):
        cell[j] = f[j] * before[j] + i[j] * g[j]
    for j in range(h):
        state[j] = o[j] * hyperbolic_tangent(cell[j])


@kernel
def _lstm_cell_backward(gates, dcell, dstate, cell, before):
    h, one = cell.size, cell.dtype.type(1)
    i, f, g, o = gates[:h], gates[h:2 * h], gates[2 * h:3 * h], gates[3 * h:4 * h]
    for j in range(h):
        y, dh, gate = hyperbolic_tangent(cell[j]), dstate[j], o[j]
        dcell[j] += dh * gate * (one - y * y)
        o[j] = dh * y * gate * (one - gate)
    for j in range(h):
        dc, gate, new = dcell[j], i[j], g[j]
        i[j] = dc * new * gate * (one - gate)
        g[j] = dc * gate * (one - new * new)
    for j in range(h):
        dc, gate = dcell[j], f[j]
        f[j] = dc * before[j] * gate * (one - gate)
        dcell[j] = dc * gate


@kernel
def _gru_cell(state, gates, before, h):
    one = gates.dtype.type(1)
    r, k, new, product = gates[:h], gates[h:2 * h], gates[2 * h:3 * h], gates[3 * h:4 * h]
    _squash(gates[:2 * h])
    for j in range(h):
        new[j] = hyperbolic_tangent(new[j] + r[j] * product[j])
    for j in range(h):
        state[j] = (one - k[j]) * new[j] + k[j] * before[j]


@kernel
def _gru_cell_backward(gates, dbefore, dstate, before):
    h, one = dstate.size, gates.dtype.type(1)
    r, k, new, product = gates[:h], gates[h:2 * h], gates[2 * h:3 * h], gates[3 * h:4 * h]
    for j in range(h):
        dbefore[j] = dstate[j] * k[j]
    for j in range(h):
        dh, gate, candidate = dstate[j], k[j], new[j]
        k[j] = dh * (before[j] - candidate) * gate * (one - gate)
        new[j] = dh * (one - gate) * (one - candidate * candidate)
    for j in range(h):
        dn, gate = new[j], r[j]
        r[j] = dn * product[j] * gate * (one - gate)
        product[j] = dn * gate


@kernel
def lstm_forward(after, cells, gates, before, cells_before, w, mask, t):
    """Compute ``c_t = f_t c_(t-1) + i_t g_t`` and ``h_t = o_t tanh c_t``.

    Parameters
    ----------
    after, cells : real[n, q], real[n, h]
        The state in ``after``, and the cells, are overwritten.
    gates : real[n, p]
        Overwritten: ``i f g o = S S tanh S (h_(t-1) u + x_t w + b)``, S being the logistic
        function. Where the step is skipped, they have no meaning.
    before, cells_before : real[n, q], real[n, h]
        What goes into the step.
    w, mask : real[h + f + 1, 4 h], real[n, s] or real[0, 0]
        Weights, and which steps count.
    t : int64
        The step.

    Notes
    -----
    Source: Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000).
    """
    h = cells.shape[1]
    multiply(gates[:, :4 * h], before[:, :w.shape[0]], w, 0)
    for n in range(gates.shape[0]):
        if skipped(mask, n, t):
            for j in range(h):
                after[n, j] = before[n, j]
                cells[n, j] = cells_before[n, j]
        else:
            _lstm_cell(after[n], cells[n], gates[n], cells_before[n])


@kernel
def lstm_backward(dbefore, gates, dcells, dstates, cells, cells_before, wt, mask, t, truncation):
    """Compute the gradients of the gates' arguments, and of what went into the step.

    Parameters
    ----------
    dbefore : real[n, q]
        dL/d(before), overwritten.
    gates : real[n, p]
        i f g o; the gradients of their arguments afterwards, 0 where the step is skipped.
    dcells : real[n, h]
        dL/dc_t as far as it comes from later steps; dL/dc_(t-1) afterwards.
    dstates, cells, cells_before : real[n, s, h], real[n, h], real[n, h]
        dL/dh, c_t and c_(t-1).
    wt, mask : real[4 h, h + f], real[n, s] or real[0, 0]
        Transposed weights, and which steps count.
    t, truncation : int64
        The step; see `recurrent`.

    Notes
    -----
    Source: the chain rule on `lstm_forward`; Graves (2012), sec. 4.6.
    """
    h, zero = cells.shape[1], gates.dtype.type(0)
    for n in range(gates.shape[0]):
        if skipped(mask, n, t):
            for j in range(4 * h):
                gates[n, j] = zero
            continue
        _lstm_cell_backward(gates[n], dcells[n], dstates[n, t], cells[n], cells_before[n])
        if is_cut(mask, n, t, truncation):
            for j in range(h):
                dcells[n, j] = zero
    multiply(dbefore[:, :wt.shape[1]], gates[:, :4 * h], wt, 0)


@kernel
def gru_forward(after, gates, before, w, c, mask, t):
    """Compute ``h_t = (1 - k) n + k h_(t-1)``.

    Parameters
    ----------
    after : real[n, q]
        The state is overwritten.
    gates : real[n, p]
        Overwritten: the gates ``r k = S(h_(t-1) u + x_t w + b)``, S being the logistic function;
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
    multiply(gates[:, :2 * h], before[:, :depth], w[:, :2 * h], 0)
    multiply(gates[:, 2 * h:3 * h], before[:, h:depth], w[h:, 2 * h:], 0)
    for n in range(gates.shape[0]):
        for j in range(c.size):
            gates[n, 3 * h + j] = c[j]
    multiply(gates[:, 3 * h:4 * h], before[:, :h], w[:h, 2 * h:], c.size)
    for n in range(gates.shape[0]):
        if skipped(mask, n, t):
            for j in range(h):
                after[n, j] = before[n, j]
        else:
            _gru_cell(after[n], gates[n], before[n], h)


@kernel
def gru_backward(dbefore, gates, dstates, before, wt, mask, t):
    """Compute the gradients of the gates' arguments, and of what went into the step.

    Parameters
    ----------
    dbefore : real[n, q]
        dL/d(before), overwritten.
    gates : real[n, p]
        r, k, n and q; the gradients of the first three's arguments and of q afterwards, 0 where
        the step is skipped.
    dstates, before : real[n, s, h], real[n, q]
        dL/dh, and what went into the step.
    wt, mask : real[3 h, h + f], real[n, s] or real[0, 0]
        Transposed weights, and which steps count.
    t : int64
        The step.

    Notes
    -----
    Source: the chain rule on `gru_forward`.
    """
    h, width, zero = dstates.shape[2], wt.shape[1], gates.dtype.type(0)
    for n in range(gates.shape[0]):
        for j in range(h, width):
            dbefore[n, j] = zero
        if skipped(mask, n, t):
            for j in range(4 * h):
                gates[n, j] = zero
            for j in range(h):
                dbefore[n, j] = zero
        else:
            _gru_cell_backward(gates[n], dbefore[n], dstates[n, t], before[n])
    multiply(dbefore[:, :width], gates[:, :2 * h], wt[:2 * h], 1)
    multiply(dbefore[:, h:width], gates[:, 2 * h:3 * h], wt[2 * h:, h:], 1)
    multiply(dbefore[:, :h], gates[:, 3 * h:4 * h], wt[2 * h:, :h], 1)


@op("h c z x before w start start_c mask units features steps p q")
def lstm_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, features, steps, p, q = slots[9], slots[10], slots[11], slots[12], slots[13]
    begin, end = span(batch, shard, shards)
    rows = end - begin
    states = sequence_part(arena, slots[0], begin, end, steps, units)
    x = sequence_part(arena, slots[3], begin, end, steps, features)
    w = matrix(arena, slots[5], units + features + 1, p)[:, :4 * units]
    mask = mask_part(arena, slots[8], begin, end, steps)
    copy_columns(rows_at(arena, slots[4], begin, rows, q),
                 rows_at(arena, slots[6], begin, rows, units), 0, 0, units)
    copy(vector(arena, slots[1] + begin * units, rows * units),
         vector(arena, slots[7] + begin * units, rows * units))
    for t in range(steps):
        here = t * batch + begin
        before = rows_at(arena, slots[4], here, rows, q)
        after = rows_at(arena, slots[4], here + batch, rows, q)
        set_out(before, x, t, units)
        lstm_forward(after, rows_at(arena, slots[1], here + batch, rows, units),
                     rows_at(arena, slots[2], here, rows, p), before,
                     rows_at(arena, slots[1], here, rows, units), w, mask, t)
        give_out(states, after, t)


@op("z dh dc dx c dbefore wt mask units features steps truncation p q")
def lstm_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, features, steps, p, q = slots[8], slots[9], slots[10], slots[12], slots[13]
    begin, end = span(batch, shard, shards)
    rows = end - begin
    dstates = sequence_part(arena, slots[1], begin, end, steps, units)
    dx = sequence_part(arena, slots[3], begin, end, steps, features)
    dcells = rows_at(arena, slots[2], begin, rows, units)
    dbefore = rows_at(arena, slots[5], begin, rows, q)
    wt = matrix(arena, slots[6], 4 * units, q)[:, :units + dx.shape[2]]
    mask = mask_part(arena, slots[7], begin, end, steps)
    for n in range(rows):
        for j in range(units):
            dcells[n, j] = 0
    for t in range(steps - 1, -1, -1):
        here = t * batch + begin
        lstm_backward(dbefore, rows_at(arena, slots[0], here, rows, p), dcells, dstates,
                      rows_at(arena, slots[4], here + batch, rows, units),
                      rows_at(arena, slots[4], here, rows, units), wt, mask, t, slots[11])
        hand_back(dstates, dx, dbefore, mask, t, slots[11])


@op("h z x before w c start mask units features steps p q")
def gru_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, features, steps, p, q = slots[8], slots[9], slots[10], slots[11], slots[12]
    begin, end = span(batch, shard, shards)
    rows = end - begin
    states = sequence_part(arena, slots[0], begin, end, steps, units)
    x = sequence_part(arena, slots[2], begin, end, steps, features)
    w = matrix(arena, slots[4], units + features + 1, p)[:, :3 * units]
    c = vector(arena, max(slots[5], 0), units if slots[5] >= 0 else 0)
    mask = mask_part(arena, slots[7], begin, end, steps)
    copy_columns(rows_at(arena, slots[3], begin, rows, q),
                 rows_at(arena, slots[6], begin, rows, units), 0, 0, units)
    for t in range(steps):
        here = t * batch + begin
        before = rows_at(arena, slots[3], here, rows, q)
        after = rows_at(arena, slots[3], here + batch, rows, q)
        set_out(before, x, t, units)
        gru_forward(after, rows_at(arena, slots[1], here, rows, p), before, w, c, mask, t)
        give_out(states, after, t)


@op("z dh dx before dbefore wt mask units features steps truncation p q")
def gru_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, features, steps, p, q = slots[7], slots[8], slots[9], slots[11], slots[12]
    begin, end = span(batch, shard, shards)
    rows = end - begin
    dstates = sequence_part(arena, slots[1], begin, end, steps, units)
    dx = sequence_part(arena, slots[2], begin, end, steps, features)
    dbefore = rows_at(arena, slots[4], begin, rows, q)
    wt = matrix(arena, slots[5], 3 * units, q)[:, :units + dx.shape[2]]
    mask = mask_part(arena, slots[6], begin, end, steps)
    for t in range(steps - 1, -1, -1):
        here = t * batch + begin
        gru_backward(dbefore, rows_at(arena, slots[0], here, rows, p), dstates,
                     rows_at(arena, slots[3], here, rows, q), wt, mask, t)
        hand_back(dstates, dx, dbefore, mask, t, slots[10])
