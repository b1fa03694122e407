"""Simple recurrent layer, and what all recurrent layers share.

Legend: n examples, s steps of time, h units. ``start`` is the state before the first step. Where
``mask`` is 0, a step is skipped: the state stays what it was, and its gradient passes through. An
empty mask lets all steps count. ``truncation`` k > 0 cuts the gradient between blocks of k steps.
"""

from __future__ import annotations

from numba import carray

from engine.kernels.joins import copy
from engine.kernels.mathematics import hyperbolic_tangent
from engine.kernels.memory import integers_at, matrix, sequence, span, vector
from engine.kernels.policy import inlined, kernel, op
from engine.kernels.row import CONTROL_LENGTH, FIRST_SLOT, POSITION, ROW_LENGTH, TRAINING
from engine.kernels.tile import multiply


@kernel
def state_before(states, start, t):
    """Return the state before step t, a view of real[n, h].

    Parameters
    ----------
    states, start : real[n, s, h], real[n, 1, h]
        States after every step, and the one before the first.
    t : int64
        The step.

    Notes
    -----
    Source: definition.
    """
    if t == 0:
        return start[:, 0]
    return states[:, t - 1]


@inlined
def row_before(states, start, n, t):
    """Return the state of one example before step t, real[h]."""
    return start[n, 0] if t == 0 else states[n, t - 1]


@inlined
def skipped(mask, n, t):
    """Say whether a step of an example does not count."""
    return mask.size > 0 and mask[n, t] == 0


@inlined
def is_cut(t, truncation):
    """Say whether no gradient goes from step t to the step before."""
    return t == 0 or (truncation > 0 and t % truncation == 0)


@inlined
def mask_part(arena, offset, begin, end, steps):
    """Return the mask of some examples; an empty one when the offset is -1."""
    if offset < 0:
        return matrix(arena, 0, 0, 0)
    return matrix(arena, offset + begin * steps, end - begin, steps)


@kernel
def pass_through(dstates, mask, t):
    """Add the gradient of a state to that of the state before, where step t was skipped.

    Parameters
    ----------
    dstates : real[n, s, h]
        dL/d(state), changed at step t - 1.
    mask : real[n, s] or real[0, 0]
        Which steps count.
    t : int64
        The step, not the first.

    Notes
    -----
    Source: the derivative of ``h_t = h_(t-1)``.
    """
    for n in range(mask.shape[0]):
        if mask[n, t] == 0:
            for j in range(dstates.shape[2]):
                dstates[n, t - 1, j] += dstates[n, t, j]


@kernel
def rnn_forward(states, z, start, u, mask, is_relu):
    """Compute ``h_t = f(z_t + h_(t-1) u)`` for every step.

    Parameters
    ----------
    states : real[n, s, h]
        h, overwritten.
    z : real[n, s, h]
        Input products with biases; the recurrent ones are added.
    start, u, mask : real[n, 1, h], real[h, h], real[n, s] or real[0, 0]
        h_0, recurrent weights, which steps count.
    is_relu : int64
        1: f is ReLU; 0: tanh.

    Notes
    -----
    Source: Elman (1990); Goodfellow, Bengio and Courville (2016), eq. 10.8 and 10.9.
    """
    zero = z.dtype.type(0)
    for t in range(z.shape[1]):
        before = state_before(states, start, t)
        multiply(z[:, t], before, u, 1)
        for n in range(z.shape[0]):
            if skipped(mask, n, t):
                for j in range(z.shape[2]):
                    states[n, t, j] = before[n, j]
            elif is_relu != 0:
                for j in range(z.shape[2]):
                    states[n, t, j] = z[n, t, j] if not z[n, t, j] <= 0 else zero
            else:
                for j in range(z.shape[2]):
                    states[n, t, j] = hyperbolic_tangent(z[n, t, j])


@kernel
def rnn_backward(dz, dstates, states, ut, mask, truncation, is_relu):
    """Compute ``dz_t = dh_t f'(z_t)`` and ``dh_(t-1) += dz_t u.T``, from the last step back.

    Parameters
    ----------
    dz : real[n, s, h]
        dL/dz, overwritten; 0 at skipped steps.
    dstates : real[n, s, h]
        What flows into the states from the output; all of dL/dh afterwards.
    states, ut, mask : real[n, s, h], real[h, h], real[n, s] or real[0, 0]
        States, transposed recurrent weights, which steps count.
    truncation, is_relu : int64, int64
        See the module and `rnn_forward`.

    Notes
    -----
    Source: Werbos (1990); Goodfellow, Bengio and Courville (2016), sec. 10.2.2.
    """
    zero, one = dz.dtype.type(0), dz.dtype.type(1)
    for t in range(dz.shape[1] - 1, -1, -1):
        for n in range(dz.shape[0]):
            if skipped(mask, n, t):
                for j in range(dz.shape[2]):
                    dz[n, t, j] = zero
            elif is_relu != 0:
                for j in range(dz.shape[2]):
                    dz[n, t, j] = dstates[n, t, j] if not states[n, t, j] <= 0 else zero
            else:
                for j in range(dz.shape[2]):
                    h = states[n, t, j]
                    dz[n, t, j] = dstates[n, t, j] * (one - h * h)
        if is_cut(t, truncation):
            continue
        multiply(dstates[:, t - 1], dz[:, t], ut, 1)
        pass_through(dstates, mask, t)


@kernel
def recurrent_backward_weights(du, db, dz, states, start, first):
    """Compute ``du = sum over t of h_(t-1).T @ dz_t`` and ``db = sum of dz_t``.

    Parameters
    ----------
    du, db : real[r, k], real[k] or real[0]
        dL/du for the units from ``first`` on, and dL/db; overwritten.
    dz : real[n, s, k]
        dL/d(pre-activation).
    states, start : real[n, s, h], real[n, 1, h]
        States, and the one before the first step.
    first : int64
        Unit of the first row of ``du``.

    Notes
    -----
    Source: Werbos (1990).
    """
    last, steps = first + du.shape[0], dz.shape[1]
    if steps > dz.shape[0]:
        # Example by example takes fewer products, and the rows of each lie side by side in memory.
        multiply(du, start[:, 0, first:last].T, dz[:, 0], 0)
        for n in range(dz.shape[0]):
            multiply(du, states[n, :steps - 1, first:last].T, dz[n, 1:], 1)
    else:
        for t in range(steps):
            before = state_before(states, start, t)[:, first:last]
            multiply(du, before.T, dz[:, t], t)
    if db.size > 0:
        db[:] = 0
        for n in range(dz.shape[0]):
            for t in range(dz.shape[1]):
                for k in range(db.size):
                    db[k] += dz[n, t, k]


@kernel
def last_state(y, states):
    """Copy the state after the last step: ``y = h_s``.

    Parameters
    ----------
    y, states : real[n, h], real[n, s, h]
        Result and states.

    Notes
    -----
    Source: definition.
    """
    last = states.shape[1] - 1
    for n in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[n, j] = states[n, last, j]


@kernel
def last_state_backward(dstates, dy):
    """Send the gradient of `last_state` back: 0 for all steps but the last.

    Parameters
    ----------
    dstates, dy : real[n, s, h], real[n, h]
        dL/d(states), overwritten, and dL/dy.

    Notes
    -----
    Source: definition.
    """
    zero, last = dy.dtype.type(0), dstates.shape[1] - 1
    for n in range(dstates.shape[0]):
        for t in range(last):
            for j in range(dstates.shape[2]):
                dstates[n, t, j] = zero
        for j in range(dstates.shape[2]):
            dstates[n, last, j] = dy[n, j]


@op("h z start u mask units steps is_relu")
def rnn_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[5], slots[6]
    begin, end = span(batch, shard, shards)
    first, examples = begin * steps * units, end - begin
    rnn_forward(sequence(arena, slots[0] + first, examples, steps, units),
                sequence(arena, slots[1] + first, examples, steps, units),
                sequence(arena, slots[2] + begin * units, examples, 1, units),
                matrix(arena, slots[3], units, units),
                mask_part(arena, slots[4], begin, end, steps), slots[7])


@op("dz dh h ut mask units steps truncation is_relu")
def rnn_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[5], slots[6]
    begin, end = span(batch, shard, shards)
    first, examples = begin * steps * units, end - begin
    rnn_backward(sequence(arena, slots[0] + first, examples, steps, units),
                 sequence(arena, slots[1] + first, examples, steps, units),
                 sequence(arena, slots[2] + first, examples, steps, units),
                 matrix(arena, slots[3], units, units),
                 mask_part(arena, slots[4], begin, end, steps), slots[7], slots[8])


@op("du db dz h start units steps columns column width dz_columns")
def recurrent_backward_weights_op(row, arena, batch, shard, shards):
    """Fill columns of du from ``column`` on, by the first ``width`` columns of dz."""
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps, column, width = slots[5], slots[6], slots[8], slots[9]
    begin, end = span(units, shard, shards)
    du = matrix(arena, slots[0], units, slots[7])[begin:end, column:column + width]
    # The first shard alone sums the biases' gradient.
    db = vector(arena, slots[1], width if slots[1] >= 0 and shard == 0 else 0)
    recurrent_backward_weights(
        du, db, sequence(arena, slots[2], batch, steps, slots[10])[:, :, :width],
        sequence(arena, slots[3], batch, steps, units),
        sequence(arena, slots[4], batch, 1, units), begin)


@op("y h units steps")
def last_state_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[2], slots[3]
    begin, end = span(batch, shard, shards)
    last_state(matrix(arena, slots[0] + begin * units, end - begin, units),
               sequence(arena, slots[1] + begin * steps * units, end - begin, steps, units))


@op("dh dy units steps")
def last_state_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[2], slots[3]
    begin, end = span(batch, shard, shards)
    last_state_backward(
        sequence(arena, slots[0] + begin * steps * units, end - begin, steps, units),
        matrix(arena, slots[1] + begin * units, end - begin, units))


@op("start kept count units control")
def take_up_state_op(row, arena, batch, shard, shards):
    """Begin with the state that the batch before left; with 0 where there is none to go on from.

    That is the case outside training, at the start of an epoch, and where the batch before had
    another number of examples.
    """
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    begin, end = span(batch * slots[3], shard, shards)
    start = vector(arena, slots[0] + begin, end - begin)
    control = carray(integers_at(slots[4]), (CONTROL_LENGTH,))
    if control[TRAINING] != 0 and control[POSITION] != 0 \
            and vector(arena, slots[2], 1)[0] == batch:
        copy(start, vector(arena, slots[1] + begin, end - begin))
    else:
        for j in range(start.size):
            start[j] = 0


@op("kept count h units steps")
def keep_state_op(row, arena, batch, shard, shards):
    """Keep the last state of every example, and how many examples there are."""
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    units, steps = slots[3], slots[4]
    begin, end = span(batch, shard, shards)
    last_state(matrix(arena, slots[0] + begin * units, end - begin, units),
               sequence(arena, slots[2] + begin * steps * units, end - begin, steps, units))
    if shard == 0:
        vector(arena, slots[1], 1)[0] = batch
