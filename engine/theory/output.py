"""The error at the output: what a loss makes of outputs that theory knows to be normal."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.layers import Loss
from engine.layers.covariance import Signal, each_place
from engine.spec import TrainingSpec
from engine.theory.probe import Probe

Reals = NDArray[np.float64]

DRAWN, FEWEST = 2048, 16
"""Numbers that are drawn of every output of an example, over all units; fewest draws of a unit."""

WHITENED = 64
"""Rows up to which the draws are made to have just the covariance that they should have."""


def error_moments(loss: Loss, training: TrainingSpec, output: Signal, probe: Probe) -> Reals:
    """Return second moments of dL/d(output) of one example, as ``output`` has its own.

    Means over draws of the outputs, always the same ones, so that nothing jumps under a slider.
    """
    assert loss.error is not None
    constants = {field.key: getattr(training, field.key) for field in loss.constants}
    z = draws(output)
    places, units = output.places, output.shape[-1]
    n = output.examples
    shape = (n, places, units) if len(output.shape) > 1 else (n, units)
    targets = probe.targets.reshape(shape)
    error = loss.error(z.reshape(-1, *shape), targets, constants)
    error = error * probe.counts.reshape(n, *(1,) * (len(shape) - 1))
    # Rows are places by examples, columns draws by units.
    columns = error.reshape(-1, n, places, units).transpose(2, 1, 0, 3).reshape(places, n, -1)
    if output.second.shape[0] == 1:
        columns = columns.reshape(1, places * n, -1)
    moments: Reals = columns @ np.swapaxes(columns, 1, 2) / columns.shape[-1]
    if probe.opposed and places == 1:
        _oppose(moments[0], z.reshape(-1, *shape) - targets, probe.opposed)
    return moments


def _oppose(moments: Reals, missing: Reals, opposed: float) -> None:
    """Let the errors of different examples go together as those of all examples do."""
    own = float(np.mean(np.diagonal(moments)))
    slope = own / max(float(np.mean(missing**2)), 1e-300)
    others = ~np.eye(len(moments), dtype=bool)
    moments[others] += slope * opposed


def draws(signal: Signal) -> Reals:
    """Return outputs as they may be, float64[draws, n, places, units]."""
    n, places, units = signal.examples, signal.places, signal.shape[-1]
    if signal.values is not None:
        return signal.values.reshape(1, n, places, units)
    if signal.argument is None:
        covariance, mean = signal.spread, signal.mean
    else:
        covariance, mean = signal.argument.covariance, signal.argument.mean
    groups, m, _ = covariance.shape
    count = max(FEWEST, -(-DRAWN // units))
    chance = _normal(m, count * units)
    found = np.stack([mean[g][:, None] + _root(covariance[g]) @ chance for g in range(groups)])
    if signal.argument is not None:
        found = signal.argument.function(found)
    found = found.reshape(places, n, count, units)
    return np.asarray(found.transpose(2, 1, 0, 3))


def _root(covariance: Reals) -> Reals:
    """Return a matrix whose product with its transpose is the covariance."""
    values, axes = np.linalg.eigh(covariance)
    return np.asarray(axes * np.sqrt(np.maximum(values, 0.0)))


@lru_cache(maxsize=16)
def _normal(rows: int, count: int) -> Reals:
    drawn = np.random.default_rng(18).standard_normal((rows, count))
    if rows <= WHITENED and count >= 4 * rows:
        drawn -= drawn.mean(axis=1, keepdims=True)
        root = np.linalg.cholesky(drawn @ drawn.T / count)
        drawn = np.linalg.solve(root, drawn)
    drawn.flags.writeable = False
    return drawn


def square_of(gradient: Reals, n: int) -> float:
    """Return the mean square of dL/d(number) over examples and places."""
    return float(np.mean(np.diagonal(each_place(gradient, n), axis1=-2, axis2=-1)))
