"""Figures of gradients and activations. Sums are float64 whatever the precision."""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.blocks import (
    ALL_SQUARES,
    BLOCK,
    CLIPPED_SQUARES,
    FIRST,
    INVALID,
    MEASURED,
    SIZE,
    SQUARES,
    STATISTIC,
    TOP,
    USED,
    WIDTH,
    ZEROS,
    blocks_at,
    figures_at,
    rows_of,
    rule_at,
    run_of,
    share_at,
    take_rows,
)
from engine.kernels.ops.limits import limited_norm
from engine.kernels.runtime.layout import (
    CLIP_NORM,
    CLIP_VALUE,
    CLIPPED_NORM,
    FIRST_STATISTIC,
    GRADIENT_MAX,
    GRADIENT_NONFINITE,
    GRADIENT_NORM,
    GRADIENT_RMS,
    GRADIENT_ZERO_SHARE,
    STATISTICS,
)
from engine.kernels.runtime.memory import (
    array_at,
    from_bits,
    magnitude_bits,
    on_stack,
    reals_at,
    shifted,
    span,
)
from engine.kernels.runtime.policy import inlined, kernel, op, shared

BINS_PER_OCTAVE = 16
LOWEST_EXPONENT = -1074
SMALLEST_TOP, LARGEST_TOP = 1e-12, 1e15
"""Between these, squares of the largest magnitudes are far from both ends of float32's range."""

TINIEST_TOP = 1e-37
"""From here to `SMALLEST_TOP`, numbers are brought near 1 before they are squared."""

MAGNITUDE_BINS = (1024 - LOWEST_EXPONENT) * BINS_PER_OCTAVE


@shared
def _squares(g):
    """Return the sum of squares of g."""
    squares = 0.0
    for j in range(g.size):
        value = np.float64(g[j])
        squares += value * value
    return squares


@shared
def block_squares(g, top):
    """Return the sum of squares of at most `BLOCK` numbers whose largest magnitude is known.

    In their own precision where that loses nothing to its range, which fills whole registers: to
    4e-6 of the sum, and mostly to 1e-7.
    """
    squares = g.dtype.type(0)
    if top == 0.0:
        return 0.0
    if SMALLEST_TOP < top < LARGEST_TOP:
        for j in range(g.size):
            squares += g[j] * g[j]
        return np.float64(squares)
    if TINIEST_TOP < top < LARGEST_TOP:
        scale = g.dtype.type(1.0 / top)
        for j in range(g.size):
            squares += (scale * g[j]) * (scale * g[j])
        return np.float64(squares) / np.float64(scale) ** 2
    return _squares(g)


@shared
def _extremes(g):
    """Return the largest magnitude of g, and counts of zeros and of what is not finite."""
    if g.size == 0:
        return 0.0, 0, 0
    # As integers, since a loop that keeps the larger of two reals and NaN cannot use registers.
    largest = smallest = magnitude_bits(g[0])
    for j in range(g.size):
        bits = magnitude_bits(g[j])
        largest = max(largest, bits)
        smallest = min(smallest, bits)
    zeros, nonfinite = 0, 0
    if largest == 0:
        zeros = g.size
    elif smallest == 0:
        for j in range(g.size):
            zeros += g[j] == 0
    top = np.float64(from_bits(largest))
    if not top < np.inf:
        for j in range(g.size):
            nonfinite += g[j] - g[j] != 0
    return top, zeros, nonfinite


@shared
def _clipped_squares(g, most):
    """Return the sum of squares of g, clipped to ``[-most, most]``."""
    squares = 0.0
    for j in range(g.size):
        value = np.float64(min(max(g[j], -most), most))
        squares += value * value
    return squares


@kernel
def gradient_statistics(g):
    """Measure a gradient.

    Parameters
    ----------
    g : real[n]
        The gradient.

    Returns
    -------
    rms, largest, zero_share, nonfinite : float64
        Root mean square, largest magnitude, share of exact zeros, count of NaN and infinities. The
        first two are not finite when the last is not 0.

    Notes
    -----
    Squares are taken in float64, where 1e-30 squared is not zero. Source: definition.
    """
    top, zeros, nonfinite = _extremes(g)
    return math.sqrt(_squares(g) / g.size), top, zeros / g.size, float(nonfinite)


@kernel
def magnitude_histogram(counts, g):
    """Count magnitudes by logarithm.

    Parameters
    ----------
    counts : int64[MAGNITUDE_BINS]
        Overwritten. Bin b holds magnitudes from ``2**(b / 16 - 1074)`` up to 4.5 % more; zeros and
        numbers that are not finite are left out.
    g : real[n]
        The numbers.

    Notes
    -----
    Source: definition.
    """
    counts[:] = 0
    for j in range(g.size):
        value = abs(np.float64(g[j]))
        if 0.0 < value < np.inf:
            octave = math.floor((math.log2(value) - LOWEST_EXPONENT) * BINS_PER_OCTAVE)
            counts[min(np.int64(octave), MAGNITUDE_BINS - 1)] += 1


@kernel
def activation_statistics(summary, histogram, a, flat_below, flat_above):
    """Measure the activations of a batch.

    Parameters
    ----------
    summary : float64[6]
        Overwritten: mean, standard deviation, smallest, largest, share beyond a flat end, share of
        units that are 0 for every example.
    histogram : int64[b]
        Overwritten: counts in equal bins from the smallest to the largest.
    a : real[n, k]
        Activations of n examples and k units.
    flat_below, flat_above : float64
        Ends beyond which the activation function is flat; minus and plus infinity for none.

    Notes
    -----
    Source: definition.
    """
    total, squares, flat = 0.0, 0.0, 0
    smallest = largest = np.float64(a[0, 0])
    for n in range(a.shape[0]):
        for k in range(a.shape[1]):
            value = np.float64(a[n, k])
            total += value
            smallest, largest = min(smallest, value), max(largest, value)
            flat += value < flat_below or value > flat_above
    mean = total / a.size
    histogram[:] = 0
    scale = histogram.size / (largest - smallest) if largest > smallest else 0.0
    if not scale < np.inf:
        scale = 0.0
    for n in range(a.shape[0]):
        for k in range(a.shape[1]):
            value = np.float64(a[n, k])
            squares += (value - mean) * (value - mean)
            if value - value == 0.0:
                # Without a scale the ends may be infinite: 0 times their distance is NaN, no place.
                place = np.int64((value - smallest) * scale) if scale > 0.0 else 0
                histogram[max(0, min(place, histogram.size - 1))] += 1
    dead = 0
    for k in range(a.shape[1]):
        silent = True
        for n in range(a.shape[0]):
            silent = silent and a[n, k] == 0
        dead += silent
    summary[0], summary[1] = mean, math.sqrt(squares / a.size)
    summary[2], summary[3] = smallest, largest
    summary[4], summary[5] = flat / a.size, dead / a.shape[1]


@inlined
def _report(results, blocks, figures):
    """Write what a run of blocks, the weights of one layer, says about their gradient."""
    squares, size, zeros, invalid, top = 0.0, 0, 0.0, 0.0, 0.0
    for b in range(blocks.shape[0]):
        size += blocks[b, MEASURED]
        squares += figures[b, SQUARES]
        zeros += figures[b, ZEROS]
        invalid += figures[b, INVALID]
        if magnitude_bits(figures[b, TOP]) > magnitude_bits(top):
            top = figures[b, TOP]
    out = results[FIRST_STATISTIC + blocks[0, STATISTIC] * STATISTICS:]
    out[GRADIENT_RMS], out[GRADIENT_MAX] = math.sqrt(squares / size), top
    out[GRADIENT_ZERO_SHARE], out[GRADIENT_NONFINITE] = zeros / size, invalid


@op("g blocks count figures hyper",
    "figures = sum of g**2, max |g|, counts of zeros and of what is not finite")
def measure_gradients_op(slots, arena, batch, shard, shards):
    count = slots.count
    blocks, figures = blocks_at(slots.blocks, count), figures_at(arena, slots.figures, count)
    most = rule_at(slots.hyper, 0)[CLIP_VALUE]
    begin, end = span(count, shard, shards)
    for b in range(begin, end):
        block, out = blocks[b], figures[b]
        size, measured = block[SIZE], block[MEASURED]
        # A pointer, since an array that is one of two has its owners counted.
        gradient = shifted(arena, slots.g + block[FIRST])
        if block[USED] >= 0:
            rows, taken = rows_of(arena, block), on_stack(arena, BLOCK)
            take_rows(taken, gradient, rows, block[WIDTH])
            size = measured = rows.size * block[WIDTH]
            gradient = taken
        g = array_at(gradient, (size,))
        out[TOP], out[ZEROS], out[INVALID] = _extremes(g[:measured])
        out[SQUARES] = block_squares(g[:measured], out[TOP])
        # Of rows that are not used, every number is 0.
        out[ZEROS] += block[MEASURED] - measured
        out[ALL_SQUARES] = out[SQUARES] + _squares(g[measured:])
        out[CLIPPED_SQUARES] = _clipped_squares(g, g.dtype.type(most)) if most > 0.0 \
            else out[ALL_SQUARES]


@op("blocks learning count figures hyper results",
    "results = rms, max and shares of every layer; |g| before and after clipping", whole=True)
def sum_gradients_op(slots, arena, batch, shard, shards):
    count = slots.count
    blocks, figures = blocks_at(slots.blocks, count), figures_at(arena, slots.figures, count)
    results = array_at(reals_at(slots.results), (FIRST_STATISTIC + STATISTICS * count,))
    begin = 0
    while begin < count:
        end = run_of(blocks, begin)
        _report(results, blocks[begin:end], figures[begin:end])
        begin = end
    squares, clipped = 0.0, 0.0
    for b in range(slots.learning):
        squares += figures[b, ALL_SQUARES]
        clipped += figures[b, CLIPPED_SQUARES]
    after, share = limited_norm(math.sqrt(clipped), rule_at(slots.hyper, 0)[CLIP_NORM])
    results[GRADIENT_NORM], results[CLIPPED_NORM] = math.sqrt(squares), after
    share_at(arena, slots.figures)[0] = share
