"""Bags of n-grams: the rows that stand for words in a row, and the sum of their vectors.

Legend: n examples, t steps, u places for n-grams of an example, k numbers of a vector, r rows of
the table: one for every token, then the buckets that longer n-grams share.
"""

from __future__ import annotations

import numpy as np

from engine.kernels.runtime.memory import matrix, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, inlined, kernel, op

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio (Knuth 1998, sec. 6.4)."""

HALF = np.uint64(32)

NO_TOKEN = -1
"""Row of an n-gram with something in it that is no token."""


@kernel
def ngram_rows(rows, x, vocabulary, buckets, longest):
    """Compute the row of every n-gram of up to ``longest`` tokens.

    Parameters
    ----------
    rows : real[n, t longest]
        Overwritten: from every place the n-gram of one token, of two and so on. 0 where there is
        none, since token 0, which is padding, or the end comes before; -1 where there is no token.
    x : real[n, t]
        Tokens.
    vocabulary, buckets, longest : int64
        Tokens, buckets behind them, and the most tokens of an n-gram.

    Notes
    -----
    A token has its own row. The row of a longer n-gram is ``vocabulary + h mod buckets``, where
    h, 64 bits, begins at 0 and is for one token after the other ``h <- (h + token) MULTIPLIER``,
    ``h <- h xor (h >> 32)``. Source: Joulin et al. (2016), sec. 2.2; Weinberger et al. (2009).
    """
    for n in range(x.shape[0]):
        for t in range(x.shape[1]):
            value = np.uint64(0)
            row = 0
            for g in range(longest):
                # Nothing goes on where an n-gram has ended.
                if t + g >= x.shape[1] or x[n, t + g] == 0 or (g > 0 and row == 0):
                    row = 0
                elif not 0 < x[n, t + g] < vocabulary or int(x[n, t + g]) != x[n, t + g] \
                        or row == NO_TOKEN:
                    row = NO_TOKEN
                else:
                    token = int(x[n, t + g])
                    value = (value + np.uint64(token)) * MULTIPLIER
                    value ^= value >> HALF
                    row = token if g == 0 else vocabulary + np.int64(value % np.uint64(buckets))
                rows[n, t * longest + g] = row


@kernel
def keep_distinct(rows):
    """Sort the rows of every example, those that are 0 first, and put 0 where one stands again.

    Parameters
    ----------
    rows : real[n, u]
        Changed in place.

    Notes
    -----
    Source: Shell (1959), with the gaps of Ciura (2001).
    """
    for n in range(rows.shape[0]):
        begin = rows.shape[1]
        for i in range(rows.shape[1] - 1, -1, -1):
            if rows[n, i] != 0:
                begin -= 1
                rows[n, begin] = rows[n, i]
        for i in range(begin):
            rows[n, i] = 0
        for gap in (1750, 701, 301, 132, 57, 23, 10, 4, 1):
            for i in range(begin + gap, rows.shape[1]):
                value, j = rows[n, i], i
                while j >= begin + gap and rows[n, j - gap] > value:
                    rows[n, j] = rows[n, j - gap]
                    j -= gap
                rows[n, j] = value
        last = rows.dtype.type(0)
        for i in range(begin, rows.shape[1]):
            value = rows[n, i]
            if value == last:
                rows[n, i] = 0
            last = value


@inlined
def _share(rows, n, mean):
    """Return what a vector counts in an example's bag: 1, or one over how many there are."""
    count = 0
    if mean != 0:
        for i in range(rows.shape[1]):
            count += rows[n, i] != 0
    return rows.dtype.type(1.0 / max(count, 1))


@kernel
def ngram_bag(y, rows, ratio, w, mean):
    """Compute ``y[n] = sum over i of ratio[rows[n, i]] w[rows[n, i]]``, or the mean of them.

    Parameters
    ----------
    y : real[n, k]
        Overwritten; 0 where there is no n-gram, NaN where one has row -1.
    rows : real[n, u]
        What `ngram_rows` gives; row 0 is left out.
    ratio : real[r]
        What every row counts; empty when all count 1.
    w : real[r, k]
        The table.
    mean : int64
        1 for the mean over the n-grams that there are.

    Notes
    -----
    Source: Joulin et al. (2016), sec. 2; Wang and Manning (2012), sec. 2.
    """
    for n in range(y.shape[0]):
        for k in range(y.shape[1]):
            y[n, k] = 0
        share = _share(rows, n, mean)
        for i in range(rows.shape[1]):
            row = int(rows[n, i])
            if row == 0:
                continue
            counts = share if ratio.size == 0 else share * ratio[max(row, 0)]
            for k in range(y.shape[1]):
                y[n, k] += counts * w[max(row, 0), k] if row > 0 else np.nan


@kernel
def ngram_bag_backward(dw, dy, rows, ratio, place, mean, first, last):
    """Compute ``dw[j] += sum of ratio[j] dy[n] over all n, i with rows[n, i] = j``, or its share.

    Parameters
    ----------
    dw : real[r, k]
        dL/dw, added to.
    dy : real[n, k]
        dL/dy.
    rows, ratio, mean : real[n, u], real[r], int64
        As in `ngram_bag`.
    place : real[r]
        What `engine.kernels.ops.embedding.list_rows` makes of it.
    first, last : int64, int64
        Which rows of the list: those behind the first so many, up to this one.

    Notes
    -----
    Source: chain rule on `ngram_bag`.
    """
    for n in range(dy.shape[0]):
        share = _share(rows, n, mean)
        for i in range(rows.shape[1]):
            row = int(rows[n, i])
            if row > 0 and first < place[row] <= last:
                counts = share if ratio.size == 0 else share * ratio[row]
                for k in range(dy.shape[1]):
                    dw[row, k] += counts * dy[n, k]


@op("rows x steps vocabulary buckets longest distinct", "rows[n] = row of every n-gram of x[n]",
    weight=ELEMENTWISE)
def ngram_rows_op(slots, arena, batch, shard, shards):
    steps, uses = slots.steps, slots.steps * slots.longest
    begin, end = span(batch, shard, shards)
    rows = matrix(arena, slots.rows + begin * uses, end - begin, uses)
    ngram_rows(rows, matrix(arena, slots.x + begin * steps, end - begin, steps), slots.vocabulary,
               slots.buckets, slots.longest)
    if slots.distinct != 0:
        keep_distinct(rows)


@op("y rows ratio w uses v k mean", "y[n] = sum over i of ratio[rows[n, i]] w[rows[n, i]]",
    weight=16)
def ngram_bag_op(slots, arena, batch, shard, shards):
    uses, v, k = slots.uses, slots.v, slots.k
    begin, end = span(batch, shard, shards)
    ngram_bag(matrix(arena, slots.y + begin * k, end - begin, k),
              matrix(arena, slots.rows + begin * uses, end - begin, uses),
              vector(arena, slots.ratio, v if slots.ratio >= 0 else 0),
              matrix(arena, slots.w, v, k), slots.mean)


@op("dw dy rows ratio used place uses v k mean",
    "dw[j] = sum of ratio[j] dy[n] over n, i with rows[n, i] = j", weight=16)
def ngram_bag_backward_op(slots, arena, batch, shard, shards):
    uses, v, k = slots.uses, slots.v, slots.k
    # By rows: each is added up by one shard, in the order of the n-grams.
    begin, end = span(int(arena[slots.used]), shard, shards)
    ngram_bag_backward(matrix(arena, slots.dw, v, k), matrix(arena, slots.dy, batch, k),
                       matrix(arena, slots.rows, batch, uses),
                       vector(arena, slots.ratio, v if slots.ratio >= 0 else 0),
                       vector(arena, slots.place, v), slots.mean, begin, end)
