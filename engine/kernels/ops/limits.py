"""Limits on gradients and weights. Legend: n rows, k columns."""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.runtime.layout import (
    HYPER_LENGTH,
    MAX_NORM,
)
from engine.kernels.runtime.memory import array_at, doubles, matrix, reals_at
from engine.kernels.runtime.policy import inlined, kernel, op


@inlined
def limited_norm(norm, limit):
    """Return the norm that gradients keep, and the share of each that does; 0 is no limit.

    Pascanu, Mikolov and Bengio (2013), algorithm 1, with PyTorch's 1e-6 in the denominator.
    """
    share = limit / (norm + 1e-6) if limit > 0.0 else 1.0
    return (norm * share, share) if share < 1.0 else (norm, 1.0)


@kernel
def limit_gradient(g, value, share):
    """Clip every number to ``[-value, value]``, then shorten all of them.

    Parameters
    ----------
    g : real[n]
        Gradient, changed in place.
    value : float64
        Largest magnitude; 0 is no limit.
    share : float64
        What remains of every number.

    Notes
    -----
    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1.
    """
    if value > 0.0:
        most = g.dtype.type(value)
        for j in range(g.size):
            g[j] = min(max(g[j], -most), most)
    if share < 1.0:
        factor = g.dtype.type(share)
        for j in range(g.size):
            g[j] *= factor


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


@op("w rows columns squares hyper", "w[:, j] = w[:, j] min(1, max_norm / |w[:, j]|)", whole=True)
def limit_columns_op(slots, arena, batch, shard, shards):
    rule = array_at(reals_at(slots.hyper), (HYPER_LENGTH,))
    if rule[MAX_NORM] > 0.0:
        limit_columns(matrix(arena, slots.w, slots.rows, slots.columns),
                      doubles(arena, slots.squares, slots.columns), rule[MAX_NORM])
