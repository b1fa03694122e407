"""What all recurrent layers share.

Legend: n examples, s steps of time, f features, h units, k = gates x units. Kernels take one step
of time, t. What they work on lies step by step in memory, the rows of all examples side by side; a
row of the length p or q has room for more than it holds (see `engine.layers.recurrent`):

- ``before`` and ``after``, real[n, q]: what goes into this step and into the next one. A row holds
  the state before the step, the features and, for the biases, 1.
- ``w``, real[h + f + 1, k]: recurrent weights, weights and biases, one below the other.
- ``ut`` and ``wt``, real[k, h] and real[k, f]: the first two of them, transposed.

What the layer takes and gives lies example by example: ``x``, real[n, s, f], and ``states``,
real[n, s, h], with ``dx`` and ``dstates``. Where ``mask`` is 0, a step is skipped: the state stays
what it was, and its gradient passes through. An empty mask lets all steps count. ``truncation``
k > 0 cuts the gradient before every k-th of the steps that count, from the first of them on: an
example learns the same whether and where it is padded.
"""

from __future__ import annotations

from engine.kernels.matmul.registers import LANES_32
from engine.kernels.matmul.tile import DEPTH, multiply
from engine.kernels.ops.dense import transpose
from engine.kernels.ops.joins import copy, copy_columns
from engine.kernels.ops.looked_up import (
    project_table,
    project_table_backward,
    rows_by_token,
    sum_by_token,
)
from engine.kernels.runtime.layout import CONTROL_LENGTH, POSITION, TRAINING
from engine.kernels.runtime.memory import array_at, integers_at, matrix, sequence, span, vector
from engine.kernels.runtime.policy import inlined, kernel, op


@inlined
def skipped(mask, n, t):
    """Say whether a step of an example does not count."""
    return mask.size > 0 and mask[n, t] == 0


@inlined
def skip_back(dstates, n, t):
    """Pass a skipped step's gradient of the state on to the step before it."""
    if t > 0:
        for j in range(dstates.shape[2]):
            dstates[n, t - 1, j] += dstates[n, t, j]


@inlined
def is_cut(mask, n, t, truncation):
    """Say whether truncation cuts the gradient between step t, which counts, and the one before."""
    counted = t
    if truncation > 0 and mask.size > 0:
        counted = 0
        for earlier in range(t):
            counted += mask[n, earlier] != 0
    return truncation > 0 and counted % truncation == 0


@inlined
def mask_part(arena, offset, begin, end, steps):
    """Return the mask of some examples; an empty one when the offset is -1."""
    if offset < 0:
        return matrix(arena, 0, 0, 0)
    return matrix(arena, offset + begin * steps, end - begin, steps)


@inlined
def sequence_part(arena, offset, begin, end, steps, features):
    """Return the sequences of some examples; without features when the offset is -1."""
    width = features if offset >= 0 else 0
    return sequence(arena, max(offset, 0) + begin * steps * width, end - begin, steps, width)


@inlined
def register_span(columns, shard, shards):
    """Return begin and end of a shard's columns: whole registers of float32, but for the last."""
    begin, end = span((columns + LANES_32 - 1) // LANES_32, shard, shards)
    return begin * LANES_32, min(end * LANES_32, columns)


@inlined
def shows(control):
    """Say whether somebody looks at what an op may leave out in training."""
    return array_at(integers_at(control), (CONTROL_LENGTH,))[TRAINING] == 0


@inlined
def rows_at(arena, offset, first, rows, length):
    """Return rows of the arena from row ``first`` on, real[rows, length]."""
    return matrix(arena, offset + first * length, rows, length)


@kernel
def set_out(before, x, t, units):
    """Put the features of step t behind the state, and a 1 behind them.

    Parameters
    ----------
    before, x : real[n, q], real[n, s, f]
        Changed but for the state, and the features.
    t, units : int64
        The step, and h.

    Notes
    -----
    Source: definition.
    """
    # The compiler must see that no column is negative to work on whole registers.
    units, features = max(units, 0), x.shape[2]
    for n in range(before.shape[0]):
        for j in range(features):
            before[n, units + j] = x[n, t, j]
        before[n, units + features] = 1


@kernel
def send_back(dstates, dz, ut, mask, t, truncation):
    """Add ``dz u.T`` to the gradient of the state before step t, where no truncation stops it.

    Parameters
    ----------
    dstates : real[n, s, h]
        dL/dh, added to at step t - 1.
    dz, ut, mask : real[n, k], real[k, h], real[n, s] or real[0, 0]
        What weighed sums of that state take back, 0 where the step is skipped; see the module.
    t, truncation : int64
        The step; see the module.

    Notes
    -----
    Source: Werbos (1990); truncation: Williams and Peng (1990).
    """
    begin = 0
    while begin < dz.shape[0] and t > 0:
        # Examples that stand together make one product.
        end = begin
        while end < dz.shape[0] and not is_cut(mask, end, t, truncation):
            end += 1
        if end > begin:
            multiply(dstates[begin:end, t - 1], dz[begin:end], ut, 1)
        begin = end + 1


@kernel
def recurrent_backward_weights(du, dw, db, dc, dz, before, add, first, last):
    """Add up, over rows of any steps, the gradients of all that a recurrent layer learns.

    Parameters
    ----------
    du, dw, db : real[h, k], real[f, k], real[1, k] or real[0, k]
        Columns ``first`` to ``last`` of dL/du, dL/dw and dL/db are overwritten, or added to.
    dc : real[1, m] or real[0, m]
        dL/dc of a GRU, which has m = h; 0 columns of the others.
    dz, before : real[r, p], real[r, q]
        dL/dz, and what went into the steps. The last m columns of u see no part of the k columns of
        dz, but m columns behind them.
    add : int64
        0 overwrites.
    first, last : int64, int64
        See ``du``.

    Notes
    -----
    Source: Werbos (1990).
    """
    h, k, apart = du.shape[0], du.shape[1], dc.shape[1]
    end = h + dw.shape[0]
    middle = min(max(first, k - apart), last)
    states, features, ones = before[:, :h].T, before[:, h:end].T, before[:, end:end + 1].T
    multiply(du[:, first:middle], states, dz[:, first:middle], add)
    multiply(du[:, middle:last], states, dz[:, middle + apart:last + apart], add)
    multiply(dw[:, first:last], features, dz[:, first:last], add)
    if db.shape[0] > 0:
        multiply(db[:, first:last], ones, dz[:, first:last], add)
    if dc.shape[0] > 0:
        shift = k - apart
        multiply(dc[:, middle - shift:last - shift], ones, dz[:, middle + apart:last + apart], add)


@kernel
def stack_weights(stacked, u, w, b, first, last):
    """Copy recurrent weights, weights and biases, one below the other.

    Parameters
    ----------
    stacked : real[h + f + 1, p]
        Columns ``first`` to ``last`` are overwritten; without biases their last row is 0.
    u, w, b : real[h, k], real[f, k], real[k] or real[0]
        What is copied.
    first, last : int64
        Which columns.

    Notes
    -----
    Source: definition.
    """
    units, features = u.shape[0], w.shape[0]
    copy_columns(stacked[:units], u, first, first, last - first)
    copy_columns(stacked[units:units + features], w, first, first, last - first)
    for j in range(first, last):
        stacked[units + features, j] = b[j] if b.size > 0 else 0


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


@op("du dw db dc dz before units features columns apart steps p q by_token tokens table v",
    "du = sum over t of h[t - 1].T @ dz[t]; dw = sum over t of x[t].T @ dz[t]; db = sum over t of "
    "dz[t]")
def recurrent_backward_weights_op(slots, arena, batch, shard, shards):
    """Add up chunk by chunk: one lies in the cache while all that needs it is done."""
    units, columns, apart, rows = slots.units, slots.columns, slots.apart, batch * slots.steps
    first, last = register_span(columns, shard, shards)
    by_token = rows_by_token(arena, slots.by_token, slots.v, slots.p)
    is_looked_up = slots.by_token >= 0
    du = matrix(arena, slots.du, units, columns)
    dw = matrix(arena, slots.dw, 0 if is_looked_up else slots.features, columns)
    db = matrix(arena, max(slots.db, 0), int(slots.db >= 0), columns)
    dc = matrix(arena, max(slots.dc, 0), int(slots.dc >= 0), apart)
    for done in range(0, rows, DEPTH):
        size = min(DEPTH, rows - done)
        dz = rows_at(arena, slots.dz, done, size, slots.p)
        recurrent_backward_weights(du, dw, db, dc, dz, rows_at(
            arena, slots.before, done, size, slots.q), done, first, last)
        if is_looked_up:
            sum_by_token(by_token, dz, matrix(arena, slots.tokens, batch, slots.steps), done,
                         first, last)
    if is_looked_up:
        project_table_backward(
            matrix(arena, slots.dw, slots.features, columns),
            matrix(arena, slots.table, slots.v, slots.features), by_token, first, last)


@op("stacked u w b units features columns p by_token table v",
    "stacked = [u; w; b]; by_token = table @ w")
def stack_weights_op(slots, arena, batch, shard, shards):
    """Stack the weights; those of features that are looked up are applied to the table instead."""
    units, features, columns = slots.units, slots.features, slots.columns
    first, last = register_span(columns, shard, shards)
    w = matrix(arena, slots.w, features, columns)
    if slots.by_token >= 0:
        project_table(rows_by_token(arena, slots.by_token, slots.v, slots.p),
                      matrix(arena, slots.table, slots.v, features), w, first, last)
        w = w[:0]
    stack_weights(matrix(arena, slots.stacked, units + w.shape[0] + 1, slots.p),
                  matrix(arena, slots.u, units, columns), w,
                  vector(arena, max(slots.b, 0), columns if slots.b >= 0 else 0), first, last)


@op("wt u w units features columns q", "wt = [u.T, w.T]")
def stack_transposed_op(slots, arena, batch, shard, shards):
    """Write recurrent weights and weights, transposed, side by side."""
    units, features, columns = slots.units, slots.features, slots.columns
    first, last = register_span(columns, shard, shards)
    wt = matrix(arena, slots.wt, columns, slots.q)[first:last]
    transpose(wt[:, :units], matrix(arena, slots.u, units, columns)[:, first:last])
    transpose(wt[:, units:units + features],
              matrix(arena, slots.w, features, columns)[:, first:last])


@op("y h units steps", "y = h[steps - 1]")
def last_state_op(slots, arena, batch, shard, shards):
    units, steps = slots.units, slots.steps
    begin, end = span(batch, shard, shards)
    last_state(matrix(arena, slots.y + begin * units, end - begin, units),
               sequence(arena, slots.h + begin * steps * units, end - begin, steps, units))


@op("dh dy units steps", "dh[t] = dy if t = steps - 1 else 0")
def last_state_backward_op(slots, arena, batch, shard, shards):
    units, steps = slots.units, slots.steps
    begin, end = span(batch, shard, shards)
    last_state_backward(
        sequence(arena, slots.dh + begin * steps * units, end - begin, steps, units),
        matrix(arena, slots.dy + begin * units, end - begin, units))


@op("start kept count units control", "start = kept, or 0 at the start of an epoch")
def take_up_state_op(slots, arena, batch, shard, shards):
    """Begin with the state that the batch before left; with 0 where there is none to go on from.

    That is the case outside training, at the start of an epoch, and where the batch before had
    another number of examples.
    """
    begin, end = span(batch * slots.units, shard, shards)
    start = vector(arena, slots.start + begin, end - begin)
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    if control[TRAINING] != 0 and control[POSITION] != 0 \
            and vector(arena, slots.count, 1)[0] == batch:
        copy(start, vector(arena, slots.kept + begin, end - begin))
    else:
        for j in range(start.size):
            start[j] = 0


@op("kept count h units steps", "kept = h[steps - 1]")
def keep_state_op(slots, arena, batch, shard, shards):
    """Keep the last state of every example, and how many examples there are."""
    units, steps = slots.units, slots.steps
    begin, end = span(batch, shard, shards)
    last_state(matrix(arena, slots.kept + begin * units, end - begin, units),
               sequence(arena, slots.h + begin * steps * units, end - begin, steps, units))
    if shard == 0:
        vector(arena, slots.count, 1)[0] = batch


@op("kept count h units steps", "kept = c[steps - 1]")
def keep_cells_op(slots, arena, batch, shard, shards):
    """Keep the last cell of every example, which stand behind those of all steps."""
    units = slots.units
    begin, end = span(batch * units, shard, shards)
    copy(vector(arena, slots.kept + begin, end - begin),
         vector(arena, slots.h + slots.steps * batch * units + begin, end - begin))
    if shard == 0:
        vector(arena, slots.count, 1)[0] = batch
