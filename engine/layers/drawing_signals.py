"""Numbers drawn as theory says that a signal's are: where no formula is known, means over them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from engine.layers.covariance import Reals, Signal

DRAWN, FEWEST = 2048, 16
"""Numbers that are drawn of every output of an example, over all units; fewest draws of a unit."""

WHITENED = 64
"""Rows up to which the draws are made to have just the covariance that they should have."""

MOST_KEPT = WHITENED * DRAWN
"""Normal numbers that are kept at once: they are asked for again. To draw more takes less time than
to make something of them."""


def draws(signal: Signal) -> Reals:
    """Return outputs as they may be, float64[draws, n, places, units]; always the same ones."""
    n, places, units = signal.examples, signal.places, signal.shape[-1]
    if signal.values is not None:
        return signal.values.reshape(1, n, places, units)
    found = rows_of(signal, units * max(FEWEST, -(-DRAWN // units)))
    found = found.reshape(places, n, -1, units)
    return np.asarray(found.transpose(2, 1, 0, 3))


def rows_of(signal: Signal, count: int) -> Reals:
    """Return so many units as they may be, float64[places * n, count], place by place."""
    if signal.values is not None:
        n, units = signal.examples, signal.shape[-1]
        return np.asarray(np.swapaxes(signal.values.reshape(n, -1, units), 0, 1).reshape(-1, units))
    if signal.drawn is not None:
        return signal.drawn(count)[:, :count]
    if signal.argument is None:
        covariance, mean = signal.spread, signal.mean
    else:
        covariance, mean = signal.argument.covariance, signal.argument.mean
    chance = normal_numbers(covariance.shape[1], count)
    found = np.concatenate([middle[:, None] + root(one) @ chance
                            for one, middle in zip(covariance, mean, strict=True)])
    return found if signal.argument is None else signal.argument.function(found)


def slopes_of(signal: Signal, count: int) -> Reals | None:
    """Return the slopes of the function of normal numbers that a signal is, as `rows_of` draws it.

    None where it is none.
    """
    inner = signal.argument
    if signal.values is not None or inner is None:
        return None
    f, step = inner.function, 1e-6
    slope = replace(inner, function=lambda u: (f(u + step) - f(u - step)) / (2 * step))
    return rows_of(replace(signal, argument=slope), count)


def root(covariance: Reals) -> Reals:
    """Return a matrix whose product with its transpose is the covariance."""
    values, axes = np.linalg.eigh(covariance)
    return np.asarray(axes * np.sqrt(np.maximum(values, 0.0)))


def normal_numbers(rows: int, count: int) -> Reals:
    """Return normal numbers, float64[rows, count], the same ones whenever asked."""
    return (_kept if rows * count <= MOST_KEPT else _drawn)(rows, count)


@lru_cache(maxsize=8)
def _kept(rows: int, count: int) -> Reals:
    return _drawn(rows, count)


def _drawn(rows: int, count: int) -> Reals:
    drawn = np.random.default_rng(18).standard_normal((rows, count))
    if rows <= WHITENED and count >= 4 * rows:
        drawn -= drawn.mean(axis=1, keepdims=True)
        own = np.linalg.cholesky(drawn @ drawn.T / count)
        drawn = np.linalg.solve(own, drawn)
    drawn.flags.writeable = False
    return drawn
