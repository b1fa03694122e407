"""Vectors for tokens. Legend: n examples, t steps, k numbers of a vector, v tokens.

A token is a whole number that stands in the arena as a real one.
"""

from __future__ import annotations

import numpy as np

from engine.kernels.ops.looked_up import rows_by_token, table_backward
from engine.kernels.runtime.memory import matrix, span, vector
from engine.kernels.runtime.policy import kernel, op


@kernel
def embed(y, x, w):
    """Compute ``y[n] = w[x[n]]``.

    Parameters
    ----------
    y : real[n, k]
        Vectors, overwritten; NaN for what is no token.
    x : real[n]
        Tokens.
    w : real[v, k]
        The vector of every token.

    Notes
    -----
    Source: Bengio et al. (2003), A neural probabilistic language model, sec. 2.
    """
    for n in range(x.size):
        # Looked at before it is made an integer: infinity and NaN have none.
        token = int(x[n]) if 0 <= x[n] < w.shape[0] else 0
        known = token == x[n]
        for k in range(w.shape[1]):
            y[n, k] = w[token, k] if known else np.nan


@kernel
def embed_backward(dw, dy, x, padding, first, last):
    """Compute ``dw[j] = sum of dy[n] over all n with x[n] = j``.

    Parameters
    ----------
    dw : real[v, k]
        dL/dw, overwritten in columns ``first`` to ``last``.
    dy : real[n, k]
        dL/dy.
    x : real[n]
        Tokens.
    padding : int64
        1 when token 0 stands for padding, and its vector does not learn.
    first, last : int64, int64
        Which columns.

    Notes
    -----
    Source: chain rule on `embed`.
    """
    # The compiler must see that no column is negative to work on whole registers.
    first, width = max(first, 0), last - first
    for token in range(dw.shape[0]):
        for k in range(width):
            dw[token, first + k] = 0
    for n in range(x.size):
        token = int(x[n]) if padding <= x[n] < dw.shape[0] else -1
        if token >= 0 and token == x[n]:
            for k in range(width):
                dw[token, first + k] += dy[n, first + k]


@kernel
def list_rows(dw, used, place, x, padding):
    """List the rows that tokens name, each once, in the order in which they come.

    The rows of the list that stood there before have the gradient 0 from here on, as all others.

    Parameters
    ----------
    dw : real[v, k]
        dL/dw. Where the list before has -1 rows, nothing is known of it, and all becomes 0.
    used : real[1 + r]
        How many rows, then the rows; overwritten. There is room for all that tokens can name.
    place : real[v]
        For every row its place in the list, from 1 on, or 0; kept up.
    x : real[n]
        Tokens.
    padding : int64
        1 when token 0 stands for padding, and its vector does not learn.

    Notes
    -----
    Source: definition.
    """
    count = int(used[0])
    if count < 0:
        for token in range(dw.shape[0]):
            place[token] = 0
            for k in range(dw.shape[1]):
                dw[token, k] = 0
    for i in range(1, count + 1):
        token = int(used[i])
        place[token] = 0
        for k in range(dw.shape[1]):
            dw[token, k] = 0
    count = 0
    for n in range(x.size):
        token = int(x[n]) if padding <= x[n] < dw.shape[0] else -1
        if token >= 0 and token == x[n] and place[token] == 0:
            count += 1
            used[count] = token
            place[token] = count
    used[0] = count


@kernel
def embed_rows_backward(dw, dy, x, place, first, last):
    """Compute ``dw[j] += sum of dy[n] over all n with x[n] = j`` for rows j of the list.

    Parameters
    ----------
    dw : real[v, k]
        dL/dw, added to.
    dy : real[n, k]
        dL/dy.
    x : real[n]
        Tokens.
    place : real[v]
        What `list_rows` makes of it.
    first, last : int64, int64
        Which rows of the list: those behind the first so many, up to this one.

    Notes
    -----
    Source: chain rule on `embed`.
    """
    for n in range(x.size):
        token = int(x[n]) if 0 <= x[n] < dw.shape[0] else -1
        if token >= 0 and token == x[n] and first < place[token] <= last:
            for k in range(dw.shape[1]):
                dw[token, k] += dy[n, k]


@kernel
def mark_tokens(mask, x):
    """Compute ``mask = 1 where x is not 0, else 0``.

    Parameters
    ----------
    mask : real[n]
        Overwritten.
    x : real[n]
        Tokens, of which 0 is padding.

    Notes
    -----
    Source: definition.
    """
    for n in range(x.size):
        mask[n] = 1 if x[n] != 0 else 0


@kernel
def sequence_mean(y, x, mask, steps):
    """Compute the mean of an example's vectors over the steps that count.

    Parameters
    ----------
    y : real[n, k]
        Means, overwritten; 0 where no step counts.
    x : real[n t, k]
        Sequences, one after the other.
    mask : real[n t]
        1 for steps that count, else 0; empty when all count.
    steps : int64
        t.

    Notes
    -----
    Source: definition.
    """
    for n in range(y.shape[0]):
        count = 0
        for k in range(y.shape[1]):
            y[n, k] = 0
        for t in range(n * steps, (n + 1) * steps):
            if mask.size == 0 or mask[t] != 0:
                count += 1
                for k in range(y.shape[1]):
                    y[n, k] += x[t, k]
        for k in range(y.shape[1]):
            y[n, k] /= max(count, 1)


@kernel
def sequence_mean_backward(dx, dy, mask, steps):
    """Compute ``dx = dy / count`` for every step that counts, else 0.

    Parameters
    ----------
    dx : real[n t, k]
        dL/dx, overwritten.
    dy : real[n, k]
        dL/dy.
    mask : real[n t]
        As in `sequence_mean`.
    steps : int64
        t.

    Notes
    -----
    Source: chain rule on `sequence_mean`.
    """
    for n in range(dy.shape[0]):
        count = steps
        if mask.size > 0:
            count = 0
            for t in range(n * steps, (n + 1) * steps):
                count += mask[t] != 0
        for t in range(n * steps, (n + 1) * steps):
            counts = mask.size == 0 or mask[t] != 0
            for k in range(dy.shape[1]):
                dx[t, k] = dy[n, k] / count if counts else 0


@op("y x w v k steps", "y[n] = w[x[n]]")
def embed_op(slots, arena, batch, shard, shards):
    v, k, steps = slots.v, slots.k, slots.steps
    begin, end = span(batch * steps, shard, shards)
    embed(matrix(arena, slots.y + begin * k, end - begin, k),
          vector(arena, slots.x + begin, end - begin), matrix(arena, slots.w, v, k))


@op("dw dy x v k steps padding by_token wt columns units p q",
    "dw[j] = sum of dy[n] over n with x[n] = j", weight=16)
def embed_backward_op(slots, arena, batch, shard, shards):
    """Add up what comes back, or go on from the sums by token of the recurrent layer behind."""
    v, k, rows = slots.v, slots.k, batch * slots.steps
    if slots.by_token >= 0:
        units, columns = slots.units, slots.columns
        begin, end = span(v, shard, shards)
        table_backward(matrix(arena, slots.dw, v, k),
                       rows_by_token(arena, slots.by_token, v, slots.p)[:, :columns],
                       matrix(arena, slots.wt, columns, slots.q)[:, units:units + k],
                       slots.padding, begin, end)
        return
    # By columns: every shard adds all rows up in the same order.
    begin, end = span(k, shard, shards)
    embed_backward(matrix(arena, slots.dw, v, k), matrix(arena, slots.dy, rows, k),
                   vector(arena, slots.x, rows), slots.padding, begin, end)


@op("dw used most place x v k steps padding", "used = rows that x names, each once", whole=True)
def list_rows_op(slots, arena, batch, shard, shards):
    v = slots.v
    list_rows(matrix(arena, slots.dw, v, slots.k), vector(arena, slots.used, 1 + slots.most),
              vector(arena, slots.place, v), vector(arena, slots.x, batch * slots.steps),
              slots.padding)


@op("dw dy x used place v k steps", "dw[j] = sum of dy[n] over n with x[n] = j", weight=16)
def embed_rows_backward_op(slots, arena, batch, shard, shards):
    v, k, rows = slots.v, slots.k, batch * slots.steps
    # By rows: each is added up by one shard, in the order of the tokens.
    begin, end = span(int(arena[slots.used]), shard, shards)
    embed_rows_backward(matrix(arena, slots.dw, v, k), matrix(arena, slots.dy, rows, k),
                        vector(arena, slots.x, rows), vector(arena, slots.place, v), begin, end)


@op("mask x steps", "mask = 1 if x != 0 else 0")
def mark_tokens_op(slots, arena, batch, shard, shards):
    begin, end = span(batch * slots.steps, shard, shards)
    mark_tokens(vector(arena, slots.mask + begin, end - begin),
                vector(arena, slots.x + begin, end - begin))


@op("y x mask k steps", "y = sum over t of mask[t] x[t] / sum over t of mask[t]")
def sequence_mean_op(slots, arena, batch, shard, shards):
    k, steps = slots.k, slots.steps
    begin, end = span(batch, shard, shards)
    rows = (end - begin) * steps
    sequence_mean(matrix(arena, slots.y + begin * k, end - begin, k),
                  matrix(arena, slots.x + begin * steps * k, rows, k),
                  vector(arena, slots.mask + begin * steps, rows if slots.mask >= 0 else 0), steps)


@op("dx dy mask k steps", "dx[t] = mask[t] dy / sum over t of mask[t]")
def sequence_mean_backward_op(slots, arena, batch, shard, shards):
    k, steps = slots.k, slots.steps
    begin, end = span(batch, shard, shards)
    rows = (end - begin) * steps
    sequence_mean_backward(
        matrix(arena, slots.dx + begin * steps * k, rows, k),
        matrix(arena, slots.dy + begin * k, end - begin, k),
        vector(arena, slots.mask + begin * steps, rows if slots.mask >= 0 else 0), steps)
