"""How a softmax passes covariances on: means over drawn rows, since it joins the units of a row."""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.layers.covariance import Crossing, Reals, Return, Signal
from engine.layers.drawing_signals import rows_of, slopes_of

DRAWN, FEWEST = 4096, 4
"""Numbers that are drawn of every row, over all units; fewest draws of a unit."""
MOST = 4_000_000
"""Numbers that are drawn in all, unless these are fewer draws than the fewest."""


def shares_of(signal: Signal, number: int) -> Crossing:
    """Return y = exp(x) / sum of exp(x), along the last axis.

    Parameters
    ----------
    signal : Signal
        The x.
    number : int
        The layer that does it.

    Notes
    -----
    ``dL/dx[i] = y[i] (g[i] - sum over j of y[j] g[j])`` for g = dL/dy. Of two rows a and b, with
    gradients that are independent of y and from unit to unit, its product has the mean of
    ``g_a g_b`` times that of ``y_a[i] y_b[i] (1 - y_a[i] - y_b[i] + sum over j of y_a[j] y_b[j])``.
    """
    units, groups = signal.shape[-1], len(signal.second)
    rows = groups * signal.second.shape[1]
    count = max(FEWEST, min(-(-DRAWN // units), MOST // (rows * units)))
    draw = partial(_drawn, signal)

    def by_draws(numbers: Reals) -> Reals:
        # One group of places after the other, and for each draw a matrix of rows and units.
        return numbers.reshape(groups, rows // groups, -1, units).transpose(0, 2, 1, 3)

    shares = by_draws(draw(units * count))
    slopes = slopes_of(signal, units * count)
    steep = np.ones_like(shares) if slopes is None else by_draws(slopes)
    second = np.stack([_product(one, one) for one in shares])
    factor = np.stack([_back(*both) for both in zip(shares, steep, strict=True)])
    output = Signal(signal.shape, second, np.full(second.shape[:2], 1 / units),
                    drawn=draw, origins=frozenset((number,)))
    return Crossing(output, lambda gradient: Return((gradient * factor,)))


def _drawn(signal: Signal, count: int) -> Reals:
    """Return so many shares, or some more, so that rows are whole: float64[rows, count]."""
    units = signal.shape[-1]
    x = rows_of(signal, -(-count // units) * units)
    x = x.reshape(len(x), -1, units)
    shares = np.exp(x - x.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return np.asarray(shares.reshape(len(x), -1))


def _product(first: Reals, second: Reals) -> Reals:
    """Return means over draws and units of products, float64[rows, rows]."""
    found = np.zeros((first.shape[1], second.shape[1]))
    for a, b in zip(first, second, strict=True):
        found += a @ b.T
    return np.asarray(found / (len(first) * first.shape[2]))


def _back(shares: Reals, steep: Reals) -> Reals:
    """Return what the products of gradients are multiplied by on the way back.

    Shares are large where the function before is steep: ``steep`` holds its slopes there, and what
    is returned is in shares of their products, by which the gradient is multiplied next.
    """
    first = steep * shares
    mixed = _product(first * shares, first)
    found = _product(first, first) - mixed - mixed.T
    for one, share in zip(first, shares, strict=True):
        found += (one @ one.T) * (share @ share.T) / (len(shares) * shares.shape[2])
    return np.asarray(found / np.maximum(_product(steep, steep), 1e-12))
