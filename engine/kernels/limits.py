"""Limits on gradients and weights. Legend: n rows, k columns."""

from __future__ import annotations

import math

import numpy as np
from numba import carray

from engine.kernels.memory import doubles, matrix, reals_at, vector
from engine.kernels.policy import kernel, op
from engine.kernels.row import (
    CLIP_NORM,
    CLIP_VALUE,
    CLIPPED_NORM,
    FIRST_SLOT,
    FIRST_STATISTIC,
    GRADIENT_NORM,
    HYPER_LENGTH,
    MAX_NORM,
    ROW_LENGTH,
)


@kernel
def norm(g):
    """Return the Euclidean norm of g.

    Parameters
    ----------
    g : real[n]
        Any numbers.

    Returns
    -------
    float64
        Summed in float64.

    Notes
    -----
    Source: definition.
    """
    squares = 0.0
    for j in range(g.size):
        value = np.float64(g[j])
        squares += value * value
    return math.sqrt(squares)


@kernel
def clip_gradients(g, value, limit):
    """Clip every number to ``[-value, value]``, then shorten all of them to the norm ``limit``.

    Parameters
    ----------
    g : real[n]
        Gradients of the whole network, changed in place.
    value, limit : float64
        Largest magnitude and largest norm; 0 is no limit.

    Returns
    -------
    float64, float64
        The norm before and after.

    Notes
    -----
    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1, with PyTorch's 1e-6 in the denominator.
    """
    before = norm(g)
    after = before
    if value > 0.0:
        most = g.dtype.type(value)
        for j in range(g.size):
            g[j] = min(max(g[j], -most), most)
        after = norm(g)
    if limit > 0.0:
        factor = limit / (after + 1e-6)
        if factor < 1.0:
            share = g.dtype.type(factor)
            for j in range(g.size):
                g[j] *= share
            after *= factor
    return before, after


@kernel
def limit_columns(w, squares, limit):
    """Shorten every column whose norm exceeds ``limit`` to it.

    Parameters
    ----------
    w : real[n, k]
        Weights, changed in place; a column holds what goes into one unit.
    squares : float64[k]
        Overwritten.
    limit : float64
        Largest norm.

    Notes
    -----
    Source: Srivastava et al. (2014), sec. 5.1.
    """
    for c in range(w.shape[1]):
        squares[c] = 0.0
    for n in range(w.shape[0]):
        for c in range(w.shape[1]):
            value = np.float64(w[n, c])
            squares[c] += value * value
    for c in range(w.shape[1]):
        length = math.sqrt(squares[c])
        squares[c] = limit / length if length > limit else 1.0
    for n in range(w.shape[0]):
        for c in range(w.shape[1]):
            w[n, c] *= w.dtype.type(squares[c])


@op("g size hyper results", whole=True)
def clip_gradients_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    rule = carray(reals_at(slots[2]), (HYPER_LENGTH,))
    results = carray(reals_at(slots[3]), (FIRST_STATISTIC,))
    results[GRADIENT_NORM], results[CLIPPED_NORM] = clip_gradients(
        vector(arena, slots[0], slots[1]), rule[CLIP_VALUE], rule[CLIP_NORM])


@op("p rows columns squares hyper", whole=True)
def limit_columns_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    rule = carray(reals_at(slots[4]), (HYPER_LENGTH,))
    if rule[MAX_NORM] > 0.0:
        limit_columns(matrix(arena, slots[0], slots[1], slots[2]),
                      doubles(arena, slots[3], slots[2]), rule[MAX_NORM])
