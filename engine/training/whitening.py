"""First weights from what a layer sees: the principal axes of its windows, whitened."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from engine.arrays import Doubles, Integers
from engine.kernels.runtime import layout
from engine.layers import Value
from engine.layers.initialisers import LOOKED_AT
from engine.plan import Plan, PlannedLayer
from engine.training.visit import rows_of, run

AT_ONCE = 2**22
"""Numbers of windows that are held at once."""

SOFTENING = 5e-4
"""Share of the mean variance that is added to the variance of every axis, so that the weakest axes,
mostly noise, are not made as loud as all others (Jordan 2024, for pixels of variance 1)."""


def whiten(plan: Plan, layer: PlannedLayer, source: Value, training: Integers) -> None:
    """Give a layer the principal axes of what it sees for weights, and the same negated.

    Parameters
    ----------
    plan : Plan
        A network; the layers before this one have their first weights.
    layer : PlannedLayer
        Dense, or a convolution.
    source : Value
        What the layer sees.
    training : int64[...]
        Training examples; the first `LOOKED_AT` are looked at.

    Notes
    -----
    Every sum then has mean 0, where the layer has biases, and about variance 1, and any two of
    different axes are uncorrelated. The negated copies keep what a function such as ReLU cuts off.
    The strongest axes come first; where there are more units than axes and their negatives, the
    rest keep what was drawn. Source: Coates and Ng (2012), Learning feature representations with
    k-means, sec. 3; for a frozen first layer, Page (2019) and Jordan (2024).
    """
    w = layer.parameters["w"]
    kernel, size = w.shape[:-2], math.prod(w.shape[:-1])
    mean, covariance = _moments(_windows(plan, source, kernel, training), size)
    variances, axes = np.linalg.eigh(covariance)
    mean_variance = float(np.mean(variances))
    # Of what is all the same, or beyond all bounds, there are no axes.
    if not np.isfinite(mean_variance) or mean_variance <= 0:
        return
    # Strongest first; of an axis and its negative the one whose largest number is positive.
    axes = axes[:, ::-1]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(size)])
    filters = axes / np.sqrt(np.maximum(variances[::-1], 0) + SOFTENING * mean_variance)
    chosen = np.concatenate([filters, -filters], axis=1)[:, :w.shape[-1]]
    matrix = plan.arena[w.data:w.data + w.size].reshape(size, -1)
    matrix[:, :chosen.shape[1]] = chosen
    if "b" in layer.parameters:
        begin = layer.parameters["b"].data
        plan.arena[begin:begin + chosen.shape[1]] -= mean @ chosen


def _windows(plan: Plan, source: Value, kernel: tuple[int, ...], training: Integers
             ) -> Iterator[Doubles]:
    """Yield the windows of some examples at a time, float64[windows, numbers in one]."""
    axes = tuple(range(1, 1 + len(kernel)))
    numbers = source.size * math.prod(kernel)
    batch = max(1, min(plan.capacity, AT_ONCE // numbers))
    count = min(LOOKED_AT, len(training))
    plan.shared.control[layout.ORDER] = training.ctypes.data
    for begin in range(0, count, batch):
        examples = min(batch, count - begin)
        plan.shared.control[layout.POSITION] = begin
        run(plan, examples, layout.GATHER, layout.FORWARD)
        seen = sliding_window_view(rows_of(plan, source, examples), kernel, axes)
        # The places of a window stand before its channels, as in the weights.
        channels = 1 + len(kernel)
        ordered = np.moveaxis(seen, channels, -1)
        yield ordered.reshape(-1, math.prod(kernel) * source.shape[-1])


def _moments(blocks: Iterator[Doubles], size: int) -> tuple[Doubles, Doubles]:
    """Return the mean of all rows, float64[size], and their covariance, float64[size, size]."""
    count, total, squares = 0, np.zeros(size), np.zeros((size, size))
    near: Doubles | None = None
    for rows in blocks:
        # Sums of distances from about the mean: they are of the size of the spread.
        near = rows.mean(axis=0) if near is None else near
        distances = rows - near
        count += len(rows)
        total += distances.sum(axis=0)
        squares += distances.T @ distances
    assert near is not None
    shift = total / count
    return near + shift, squares / count - np.outer(shift, shift)
