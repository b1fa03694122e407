"""Recurrent layers with gates: LSTM and GRU. Legend, mask and truncation as in `recurrent`."""

from __future__ import annotations

from numba import carray

from engine.kernels.mathematics import hyperbolic_tangent, logistic
from engine.kernels.memory import matrix, sequence, span, vector
from engine.kernels.policy import kernel, op
from engine.kernels.recurrent import (
    is_cut,
    mask_part,
    pass_through,
    row_before,
    skipped,
    state_before,
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
    h = state.size
    i, f, g, o = gates[:h], gates[h:2 * h], gates[2 * h:3 * h], gates[3 * h:]
    _squash(gates[:2 * h])
    _squash(o)
    for j in range(h):
        g[j] = hyperbolic_tangent(g[j])
    for j in range(h):
        cell[j] = f[j] * before[j] + i[j] * g[j]
    for j in range(h):
        state[j] = o[j] * hyperbolic_tangent(cell[j])


@kernel
def _lstm_cell_backward(dz, dcell, dstate, gates, cell, before):
    h, one = dstate.size, dz.dtype.type(1)
    i, f, g, o = gates[:h], gates[h:2 * h], gates[2 * h:3 * h], gates[3 * h:]
    di, df, dg, do = dz[:h], dz[h:2 * h], dz[2 * h:3 * h], dz[3 * h:]
    for j in range(h):
        do[j] = hyperbolic_tangent(cell[j])
    for j in range(h):
        dcell[j] += dstate[j] * o[j] * (one - do[j] * do[j])
    for j in range(h):
        do[j] *= dstate[j] * o[j] * (one - o[j])
    for j in range(h):
        di[j] = dcell[j] * g[j] * i[j] * (one - i[j])
    for j in range(h):
        df[j] = dcell[j] * before[j] * f[j] * (one - f[j])
    for j in range(h):
        dg[j] = dcell[j] * i[j] * (one - g[j] * g[j])


@kernel
def _gru_cell(state, gates, product, before):
    h, one = state.size, state.dtype.type(1)
    r, k, new = gates[:h], gates[h:2 * h], gates[2 * h:]
    _squash(gates[:2 * h])
    for j in range(h):
        new[j] = hyperbolic_tangent(new[j] + r[j] * product[j])
    for j in range(h):
        state[j] = (one - k[j]) * new[j] + k[j] * before[j]


@kernel
def _gru_cell_backward(dz, dproduct, dstate, gates, product, before):
    h, one = dstate.size, dz.dtype.type(1)
    r, k, new = gates[:h], gates[h:2 * h], gates[2 * h:]
    dr, dk, dnew = dz[:h], dz[h:2 * h], dz[2 * h:]
    for j in range(h):
        dnew[j] = dstate[j] * (one - k[j]) * (one - new[j] * new[j])
    for j in range(h):
        dr[j] = dnew[j] * product[j] * r[j] * (one - r[j])
    for j in range(h):
        dk[j] = dstate[j] * (before[j] - new[j]) * k[j] * (one - k[j])
    for j in range(h):
        dproduct[j] = dnew[j] * r[j]


@kernel
def lstm_forward(states, cells, z, start, start_cells, u, mask):
    """Compute ``c_t = f_t c_(t-1) + i_t g_t`` and ``h_t = o_t tanh c_t`` for every step.

    Parameters
    ----------
    states, cells : real[n, s, h]
        h and c, overwritten.
    z : real[n, s, 4 h]
        Input products with biases; the gates ``i f g o = S S tanh S (z_t + h_(t-1) u)`` afterwards,
        S being the logistic function. At skipped steps they have no meaning.
    start, start_cells : real[n, 1, h]
        h_0 and c_0.
    u, mask : real[h, 4 h], real[n, s] or real[0, 0]
        Recurrent weights, and which steps count.

    Notes
    -----
    Source: Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000).
    """
    h = states.shape[2]
    for t in range(z.shape[1]):
        before, cells_before = state_before(states, start, t), state_before(cells, start_cells, t)
        multiply(z[:, t], before, u, 1)
        for n in range(z.shape[0]):
            if skipped(mask, n, t):
                for j in range(h):
                    states[n, t, j] = before[n, j]
                    cells[n, t, j] = cells_before[n, j]
                continue
            _lstm_cell(states[n, t], cells[n, t], z[n, t], row_before(cells, start_cells, n, t))


@kernel
def lstm_backward(dz, dstates, dcells, gates, cells, start_cells, ut, mask, truncation):
    """Compute the gradient of the gates' pre-activations, from the last step back.

    Parameters
    ----------
    dz : real[n, s, 4 h]
        dL/dz, overwritten; 0 at skipped steps.
    dstates : real[n, s, h]
        What flows into the states from the output; all of dL/dh afterwards.
    dcells : real[n, s, h]
        Overwritten: dL/dc.
    gates, cells, start_cells : real[n, s, 4 h], real[n, s, h], real[n, 1, h]
        i f g o, c and c_0.
    ut, mask : real[4 h, h], real[n, s] or real[0, 0]
        Transposed recurrent weights, and which steps count.
    truncation : int64
        See the module.

    Notes
    -----
    Source: the chain rule on `lstm_forward`; Graves (2012), sec. 4.6.
    """
    zero, h = dz.dtype.type(0), cells.shape[2]
    for n in range(dz.shape[0]):
        for j in range(h):
            dcells[n, cells.shape[1] - 1, j] = zero
    for t in range(dz.shape[1] - 1, -1, -1):
        cut = is_cut(t, truncation)
        for n in range(dz.shape[0]):
            if skipped(mask, n, t):
                for j in range(4 * h):
                    dz[n, t, j] = zero
                if t > 0:
                    for j in range(h):
                        dcells[n, t - 1, j] = zero if cut else dcells[n, t, j]
                continue
            _lstm_cell_backward(dz[n, t], dcells[n, t], dstates[n, t], gates[n, t], cells[n, t],
                                row_before(cells, start_cells, n, t))
            if t > 0:
                for j in range(h):
                    dcells[n, t - 1, j] = zero if cut else dcells[n, t, j] * gates[n, t, h + j]
        if not cut:
            multiply(dstates[:, t - 1], dz[:, t], ut, 1)
            pass_through(dstates, mask, t)


@kernel
def gru_forward(states, products, z, start, u, c, mask):
    """Compute ``h_t = (1 - k_t) n_t + k_t h_(t-1)`` for every step.

    Parameters
    ----------
    states : real[n, s, h]
        h, overwritten.
    products : real[n, s, h]
        Overwritten: the candidate's recurrent product ``q_t = h_(t-1) u_n + c``.
    z : real[n, s, 3 h]
        Input products with biases; the gates ``r k = S(z_t + h_(t-1) u)`` and the candidate
        ``n_t = tanh(z_t + r_t q_t)`` afterwards, S being the logistic function.
    start, u : real[n, 1, h], real[h, 3 h]
        h_0 and recurrent weights.
    c : real[h] or real[0]
        Biases of the recurrent product, or nothing.
    mask : real[n, s] or real[0, 0]
        Which steps count.

    Notes
    -----
    Source: Cho et al. (2014), with the reset gate behind the product as in cuDNN and PyTorch.
    """
    h = states.shape[2]
    for t in range(z.shape[1]):
        before = state_before(states, start, t)
        multiply(z[:, t, :2 * h], before, u[:, :2 * h], 1)
        for n in range(z.shape[0]):
            for j in range(c.size):
                products[n, t, j] = c[j]
        multiply(products[:, t], before, u[:, 2 * h:], c.size)
        for n in range(z.shape[0]):
            if skipped(mask, n, t):
                for j in range(h):
                    states[n, t, j] = before[n, j]
                continue
            _gru_cell(states[n, t], z[n, t], products[n, t], row_before(states, start, n, t))


@kernel
def gru_backward(dz, dproducts, dstates, gates, products, states, start, ut, mask, truncation):
    """Compute the gradient of the gates' pre-activations, from the last step back.

    Parameters
    ----------
    dz : real[n, s, 3 h]
        dL/dz, overwritten; 0 at skipped steps.
    dproducts : real[n, s, h]
        Overwritten: dL/dq; 0 at skipped steps.
    dstates : real[n, s, h]
        What flows into the states from the output; all of dL/dh afterwards.
    gates, products, states, start : real[n, s, 3 h], real[n, s, h], real[n, s, h], real[n, 1, h]
        r, k and candidate; q; h and h_0.
    ut, mask : real[3 h, h], real[n, s] or real[0, 0]
        Transposed recurrent weights, and which steps count.
    truncation : int64
        See the module.

    Notes
    -----
    Source: the chain rule on `gru_forward`.
    """
    zero, h = dz.dtype.type(0), states.shape[2]
    for t in range(dz.shape[1] - 1, -1, -1):
        cut = is_cut(t, truncation)
        for n in range(dz.shape[0]):
            if skipped(mask, n, t):
                for j in range(h):
                    dz[n, t, j] = dz[n, t, h + j] = dz[n, t, 2 * h + j] = zero
                    dproducts[n, t, j] = zero
                continue
            _gru_cell_backward(dz[n, t], dproducts[n, t], dstates[n, t], gates[n, t],
                               products[n, t], row_before(states, start, n, t))
            if not cut:
                for j in range(h):
                    dstates[n, t - 1, j] += dstates[n, t, j] * gates[n, t, h + j]
        if not cut:
            multiply(dstates[:, t - 1], dz[:, t, :2 * h], ut[:2 * h], 1)
            multiply(dstates[:, t - 1], dproducts[:, t], ut[2 * h:], 1)
            pass_through(dstates, mask, t)


@op("h c z start start_c u mask units steps")
def lstm_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[7], slots[8]
    begin, end = span(batch, shard, shards)
    first, examples = begin * steps * units, end - begin
    lstm_forward(sequence(arena, slots[0] + first, examples, steps, units),
                 sequence(arena, slots[1] + first, examples, steps, units),
                 sequence(arena, slots[2] + 4 * first, examples, steps, 4 * units),
                 sequence(arena, slots[3] + begin * units, examples, 1, units),
                 sequence(arena, slots[4] + begin * units, examples, 1, units),
                 matrix(arena, slots[5], units, 4 * units),
                 mask_part(arena, slots[6], begin, end, steps))


@op("dz dh dc gates c start_c ut mask units steps truncation")
def lstm_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[8], slots[9]
    begin, end = span(batch, shard, shards)
    first, examples = begin * steps * units, end - begin
    lstm_backward(sequence(arena, slots[0] + 4 * first, examples, steps, 4 * units),
                  sequence(arena, slots[1] + first, examples, steps, units),
                  sequence(arena, slots[2] + first, examples, steps, units),
                  sequence(arena, slots[3] + 4 * first, examples, steps, 4 * units),
                  sequence(arena, slots[4] + first, examples, steps, units),
                  sequence(arena, slots[5] + begin * units, examples, 1, units),
                  matrix(arena, slots[6], 4 * units, units),
                  mask_part(arena, slots[7], begin, end, steps), slots[10])


@op("h q z start u c mask units steps")
def gru_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[7], slots[8]
    begin, end = span(batch, shard, shards)
    first, examples = begin * steps * units, end - begin
    gru_forward(sequence(arena, slots[0] + first, examples, steps, units),
                sequence(arena, slots[1] + first, examples, steps, units),
                sequence(arena, slots[2] + 3 * first, examples, steps, 3 * units),
                sequence(arena, slots[3] + begin * units, examples, 1, units),
                matrix(arena, slots[4], units, 3 * units),
                vector(arena, slots[5], units if slots[5] >= 0 else 0),
                mask_part(arena, slots[6], begin, end, steps))


@op("dz dq dh gates q h start ut mask units steps truncation")
def gru_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[9], slots[10]
    begin, end = span(batch, shard, shards)
    first, examples = begin * steps * units, end - begin
    gru_backward(sequence(arena, slots[0] + 3 * first, examples, steps, 3 * units),
                 sequence(arena, slots[1] + first, examples, steps, units),
                 sequence(arena, slots[2] + first, examples, steps, units),
                 sequence(arena, slots[3] + 3 * first, examples, steps, 3 * units),
                 sequence(arena, slots[4] + first, examples, steps, units),
                 sequence(arena, slots[5] + first, examples, steps, units),
                 sequence(arena, slots[6] + begin * units, examples, 1, units),
                 matrix(arena, slots[7], 3 * units, units),
                 mask_part(arena, slots[8], begin, end, steps), slots[11])
