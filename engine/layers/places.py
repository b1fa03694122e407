"""How layers that move, join or weigh places pass covariances on: windows, pooling, new shapes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.layers.covariance import (
    TOGETHER,
    Crossing,
    Learned,
    Reals,
    Return,
    Shape,
    Signal,
    each_place,
    of_values,
    together,
)
from engine.layers.drawing_signals import rows_of, slopes_of
from engine.messages import Message, say

Indices = NDArray[np.int64]

DRAWN_UNITS = 512
"""Units that are drawn where the largest of some numbers is looked for."""


def too_many() -> Message:
    """Return what is said where places would have to be followed together, and are too many."""
    return say("theory.many-places")


def is_together(signal: Signal) -> bool:
    """Say whether it is known how a signal's places go together."""
    return len(signal.second) == 1


def flattened(signal: Signal, number: int) -> Crossing:
    """Return all numbers in one row."""
    (n, places), across = (signal.examples, signal.places), is_together(signal)
    shape = (math.prod(signal.shape),)
    if signal.values is not None:
        typical = signal.typical.reshaped(shape) if signal.typical else None
        output = of_values(signal.values.reshape(n, -1), number, typical)
    else:
        second = each_place(signal.second, n).mean(axis=0, keepdims=True)
        output = Signal(shape, second, signal.mean.reshape(-1, n).mean(axis=0, keepdims=True),
                        origins=signal.origins)

    def back(gradient: Reals) -> Return:
        # What reads a row weighs every number by itself: places go together no longer.
        each = np.repeat(gradient, places, axis=0)
        return Return((together(each) if across else each,))
    return Crossing(output, back)


def folded(signal: Signal, shape: Shape, number: int) -> Crossing:
    """Return a row of numbers as places."""
    n, places = signal.examples, math.prod(shape[:-1])
    if signal.values is not None:
        typical = signal.typical.reshaped(shape) if signal.typical else None
        output = of_values(signal.values.reshape(n, *shape), number, typical)
    else:
        second = np.repeat(signal.second, places, axis=0)
        mean = np.repeat(signal.mean, places, axis=0)
        if places * n <= TOGETHER:
            flat = mean.reshape(-1)
            apart = second - mean[:, :, None] * mean[:, None, :]
            second = together(apart) + np.outer(flat, flat)
            mean = flat[None]
        output = Signal(shape, second, mean, origins=signal.origins)

    def back(gradient: Reals) -> Return:
        return Return((each_place(gradient, n).mean(axis=0, keepdims=True),))
    return Crossing(output, back)


def folded_again(signal: Signal, shape: Shape, number: int) -> Crossing:
    """Return places as other places: a row of numbers in between."""
    row = flattened(signal, number)
    found = folded(row.output, shape, number)
    return Crossing(found.output, lambda gradient: row.back(found.back(gradient).inputs[0]))


def mapped(signal: Signal, shape: Shape, matrix: Reals, number: int) -> Crossing | Message:
    """Return weighted sums of places, the same for all units: y[p] = Σ matrix[p, s] x[s]."""
    if not is_together(signal):
        return too_many()
    n = signal.examples
    if signal.values is not None:
        values = signal.values.reshape(n, signal.places, -1)
        output = of_values((matrix @ values).reshape(n, *shape), number)
    else:
        second = _of_places(signal.second, matrix, n)
        mean = (matrix @ signal.mean.reshape(-1, n)).reshape(1, -1)
        output = Signal(shape, second, mean, origins=signal.origins)
    return Crossing(output, lambda gradient: Return((_of_places(gradient, matrix.T, n),)))


def mean_of_all(signal: Signal, number: int) -> Crossing | Message:
    """Return the mean over all places that count; 0 where none does."""
    if signal.mask is None:
        return mapped(signal, signal.shape[-1:], np.full((1, signal.places), 1 / signal.places),
                      number)
    if not is_together(signal):
        return too_many()
    # Of every example other places count. Rows are places by examples.
    shares = signal.mask / np.maximum(signal.mask.sum(axis=1, keepdims=True), 1.0)
    n, each = signal.examples, shares.T.reshape(-1)
    weighed = signal.second[0] * each[:, None] * each[None, :]
    second = weighed.reshape(-1, n, signal.places, n).sum(axis=(0, 2))[None]
    mean = (signal.mean[0] * each).reshape(-1, n).sum(axis=0)[None]
    output = Signal(signal.shape[-1:], second, mean, origins=signal.origins)

    def back(gradient: Reals) -> Return:
        spread = np.tile(gradient[0], (signal.places, signal.places))
        return Return(((spread * each[:, None] * each[None, :])[None],))
    return Crossing(output, back)


def _of_places(second: Reals, matrix: Reals, n: int) -> Reals:
    """Return A M Aᵀ, A running over places alone."""
    after, before = matrix.shape
    blocks = second.reshape(before, n, before, n)
    found = np.tensordot(matrix, blocks, (1, 0))
    found = np.tensordot(found, matrix, (2, 1)).transpose(0, 1, 3, 2)
    return np.asarray(found.reshape(1, after * n, after * n))


def windows(large: Shape, kernel: Shape, stride: int, small: Shape, padded: bool) -> Indices:
    """Return which place lies under which place of a window, int64[window, places]; -1: none.

    Parameters
    ----------
    large, small : tuple[int, ...]
        Axes of what the window lies on, and how many places it has along each.
    kernel, stride, padded : tuple[int, ...], int, bool
        Its lengths, how far it moves, and whether zeros lie around.
    """
    along = []
    for axis, size, count in zip(large, kernel, small, strict=True):
        before = max((count - 1) * stride + size - axis, 0) // 2 if padded else 0
        places = np.arange(count)[None, :] * stride + np.arange(size)[:, None] - before
        along.append(np.where((places >= 0) & (places < axis), places, -1))
    found = along[0]
    for axis, more in zip(large[1:], along[1:], strict=True):
        joined = found[:, None, :, None] * axis + more[None, :, None, :]
        missing = (found[:, None, :, None] < 0) | (more[None, :, None, :] < 0)
        found = np.where(missing, -1, joined).reshape(len(found) * len(more), -1)
    return found


def under(second: Reals, window: Indices, n: int) -> Reals:
    """Return the moments of what lies under one place of a window, as of a signal of as many."""
    kept = (window >= 0).astype(np.float64)
    at = np.maximum(window, 0)
    if len(second) > 1 or second.shape[1] == n:
        return np.asarray(second[at] * kept[:, None, None])
    places = second.shape[1] // n
    blocks = second.reshape(places, n, places, n)[at][:, :, at]
    blocks = blocks * kept[:, None, None, None] * kept[None, None, :, None]
    return np.asarray(blocks.reshape(1, len(at) * n, len(at) * n))


def laid_under(total: Reals, moments: Reals, window: Indices, n: int) -> None:
    """Add moments of what a window has at its places to those of what lies there."""
    to = np.flatnonzero(window >= 0)
    at = window[to]
    if len(total) > 1 or total.shape[1] == n:
        np.add.at(total, at, moments[to])
        return
    places = total.shape[1] // n
    blocks = total.reshape(places, n, places, n)
    some = len(window)
    found = moments.reshape(some, n, some, n)[to][:, :, to]
    blocks[np.ix_(at, np.arange(n), at, np.arange(n))] += found


def largest(signal: Signal, shape: Shape, sources: Indices) -> Crossing | Message:
    """Return the largest number of every window; windows lie side by side.

    Parameters
    ----------
    signal : Signal
        What they lie on.
    shape : tuple[int, ...]
        Of what comes out.
    sources : int64[window, places]
        What `windows` returns.

    Notes
    -----
    Means over drawn units: how often a place has the largest number, and together with which other.
    """
    if not is_together(signal):
        return too_many()
    n, (size, count) = signal.examples, sources.shape
    units = rows_of(signal, DRAWN_UNITS).reshape(signal.places, n, -1)
    seen = units[sources]
    winner = seen.argmax(axis=0)
    best = np.take_along_axis(seen, winner[None], axis=0)[0].reshape(count * n, -1)
    second = (best @ best.T / best.shape[1])[None]
    output = Signal(shape, second, best.mean(axis=1)[None], origins=signal.origins)
    wins = np.zeros(units.shape)
    for place in range(size):
        wins[sources[place]] = winner == place
    flat = wins.reshape(signal.places * n, -1)
    slopes = slopes_of(signal, DRAWN_UNITS)
    if slopes is None:
        both = flat @ flat.T / flat.shape[1]
    else:
        # The largest number lies where the function before is steep: the slopes there, in shares
        # of those at any place, by which the gradient is multiplied next.
        steep = slopes * flat
        both = steep @ steep.T / np.maximum(slopes @ slopes.T, 1e-12)
    window_of = np.zeros(signal.places, np.int64)
    window_of[sources.ravel()] = np.tile(np.arange(count), size)

    def back(gradient: Reals) -> Return:
        # Also of a single window, whose moments cannot be told from those of places apart.
        blocks = gradient.reshape(count, n, count, n)[window_of][:, :, window_of]
        return Return((both * blocks.reshape(1, *both.shape),))
    return Crossing(output, back)


def means_over_windows(shape: Shape, places: int, sources: Indices) -> Reals:
    """Return the matrix of means over windows, float64[windows, places]."""
    found = np.zeros((math.prod(shape[:-1]), places))
    for window in sources:
        found[np.arange(len(found)), window] += 1 / len(sources)
    return found


def learned_by(places: list[Reals], size: int) -> Learned:
    """Return what is learned by as many equal parts of an array as there are pairs."""
    return Learned(size, np.asarray(np.mean(places, axis=0)))
