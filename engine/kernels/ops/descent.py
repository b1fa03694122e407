"""What all update rules share: their parts of the arena, the penalties, the step and its figures.

Legend: w parameters, g their gradient, m and v the rule's memory, u the update over the rate, all
of the same length, at most `BLOCK`.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.blocks import (
    BLOCK,
    CHANGE,
    CHANGE_SHIFT,
    CHANGE_SQUARES,
    CHANGED,
    FIRST,
    MEASURED,
    RULE,
    SIZE,
    STATISTIC,
    USED,
    WEIGHT,
    WEIGHT_SHIFT,
    WEIGHT_SQUARES,
    WIDTH,
    blocks_at,
    figures_at,
    put_rows,
    rows_of,
    rule_at,
    run_of,
    share_at,
    take_rows,
)
from engine.kernels.ops.limits import limit_gradient
from engine.kernels.runtime.layout import (
    CLIP_VALUE,
    CONTROL_LENGTH,
    FIRST_STATISTIC,
    L1,
    L2,
    OPTIMIZER_STEP,
    STATISTICS,
    UPDATE_RATIO,
)
from engine.kernels.runtime.memory import (
    array_at,
    from_bits,
    integers_at,
    magnitude_bits,
    on_stack,
    reals_at,
    shifted,
    span,
)
from engine.kernels.runtime.policy import inlined, kernel, op, shared

SLOTS = "w g m v blocks learning figures hyper control"
"""What the row of every rule holds."""

MANY = 256
"""Fewer numbers than these are sooner summed in float64."""

SAMPLE = 16
"""The mean of so many numbers is near that of all."""

SMALLEST, LARGEST = 1e-28, 1e30
"""Between these, a sum of at most `BLOCK` squares in float32 has lost nothing to their range."""

TINIEST, TINY = 1e-37, 1e-12
"""Between these, numbers are brought near 1 before they are squared: gradients that vanish."""


@inlined
def workspace(w):
    """Return an array for what is computed on the way, of the length of w."""
    return array_at(on_stack(w, BLOCK), (w.size,))


@kernel
def penalise(penalised, g, w, rule, measured):
    """Compute ``penalised = g + l2 w + l1 sign(w)``; the sign of 0 is 0.

    Parameters
    ----------
    penalised : real[n]
        Gradient with the penalties' part, overwritten.
    g, w : real[n]
        Gradient and parameters.
    rule : float64[HYPER_LENGTH]
        Constants.
    measured : int64
        How many of the parameters are decayed and measured.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 7.1.
    """
    l1, l2 = w.dtype.type(rule[L1]), w.dtype.type(rule[L2])
    zero = w.dtype.type(0)
    for j in range(measured):
        penalised[j] = g[j] + l2 * w[j] + (l1 if w[j] > zero else (-l1 if w[j] < zero else zero))
    for j in range(measured, w.size):
        penalised[j] = g[j]


@shared
def distances(x, size):
    """Return the first number, and the sums of what the others differ from it and of the squares.

    However far the numbers are from 0: what is squared is never more than their number times their
    variance away from it.
    """
    shift, total, squares = np.float64(x[0]), 0.0, 0.0
    for j in range(size):
        distance = np.float64(x[j]) - shift
        total += distance
        squares += distance * distance
    return shift, total, squares


@shared
def middle_of(x):
    """Return the mean of the first `SAMPLE` numbers, near which most of the others are."""
    shift = x.dtype.type(0)
    for j in range(SAMPLE):
        shift += x[j]
    return shift / x.dtype.type(SAMPLE)


@shared
def scale_of(x):
    """Return the factor that brings the first `SAMPLE` numbers near 1 where they are tiny; else 1.

    In their own precision, squares of what has vanished would be 0.
    """
    largest = magnitude_bits(x[0])
    for j in range(SAMPLE):
        largest = max(largest, magnitude_bits(x[j]))
    top = from_bits(largest)
    return x.dtype.type(1) / top if TINIEST < top < TINY else x.dtype.type(1)


@shared
def _is_zero(x, size):
    """Say whether the first numbers are all 0."""
    bits = magnitude_bits(x[0])
    for j in range(size):
        bits |= magnitude_bits(x[j])
    return bits == 0


@shared
def checked(x, size, shift, scale, total, squares):
    """Return a shift, and sums of the distances from it that can be relied on, all float64.

    ``total`` and ``squares`` are those of the first numbers' distances from ``shift`` times
    ``scale``, in their own precision, which fills whole registers: to 1e-6 of the standard
    deviation. Where that has lost digits, since the shift is far from the mean or squares leave the
    range, distances from the first number are summed anew. Source: Chan, Golub and LeVeque (1983),
    sec. 3.
    """
    first, second, factor = np.float64(total), np.float64(squares), np.float64(scale)
    if SMALLEST < second < LARGEST and first * first < 0.75 * second * size:
        return np.float64(shift), first / factor, second / (factor * factor)
    if second == 0.0 and _is_zero(x, size):
        return 0.0, 0.0, 0.0
    return distances(x, size)


@shared
def in_steps(of_weights, of_updates, rate):
    """Return the sums of weights and of updates over the rate as those of weights and updates."""
    length = np.float64(rate)
    middle, change, changes = of_updates
    return (*of_weights, length * middle, length * change, length * length * changes)


@kernel
def descend(w, u, rate, measured):
    """Compute ``w <- w - rate u``.

    Parameters
    ----------
    w : real[n]
        Parameters, changed in place.
    u : real[n]
        Direction of the update.
    rate : real
        Its length.
    measured : int64
        How many parameters are measured.

    Returns
    -------
    float64[6]
        A shift near the old weights, the sums of their distances from it and of the squares; the
        same of the updates.

    Notes
    -----
    Source: definition.
    """
    if measured < MANY:
        of_weights, of_updates = distances(w, measured), distances(u, measured)
        for j in range(w.size):
            w[j] -= rate * u[j]
        return in_steps(of_weights, of_updates, rate)
    zero, before = w.dtype.type(0), workspace(w)
    place, weight, squares = middle_of(w), zero, zero
    middle, scale, change, changes = middle_of(u), scale_of(u), zero, zero
    for j in range(measured):
        before[j] = w[j]
        weight += w[j] - place
        squares += (w[j] - place) * (w[j] - place)
        distance = scale * (u[j] - middle)
        change += distance
        changes += distance * distance
        w[j] -= rate * u[j]
    for j in range(measured, w.size):
        w[j] -= rate * u[j]
    return in_steps(checked(before, measured, place, w.dtype.type(1), weight, squares),
                    checked(u, measured, middle, scale, change, changes), rate)


@inlined
def shared_blocks(slots, arena, shard, shards):
    """Return all blocks and their figures, and which of them a shard updates."""
    count = slots.learning
    begin, end = span(count, shard, shards)
    return blocks_at(slots.blocks, count), figures_at(arena, slots.figures, count), begin, end


@inlined
def operands(slots, arena, block):
    """Return a block's w, g, m, v, rule and measured; its gradient is limited and penalised.

    Of a list of rows, w, m and v are copies, for `put_back` to bring home.
    """
    size, measured, rule = block[SIZE], block[MEASURED], rule_at(slots.hyper, block[RULE])
    # Pointers, since an array that is one of two has its owners counted.
    weights, gradient, mean, square = (
        shifted(arena, slots.w + block[FIRST]), shifted(arena, slots.g + block[FIRST]),
        shifted(arena, slots.m + block[FIRST]), shifted(arena, slots.v + block[FIRST]))
    if block[USED] >= 0:
        rows, width = rows_of(arena, block), block[WIDTH]
        size = measured = rows.size * width
        table = weights, gradient, mean, square
        weights, gradient = on_stack(arena, BLOCK), on_stack(arena, BLOCK)
        mean, square = on_stack(arena, BLOCK), on_stack(arena, BLOCK)
        take_rows(weights, table[0], rows, width)
        take_rows(gradient, table[1], rows, width)
        if slots.m >= 0:
            take_rows(mean, table[2], rows, width)
        if slots.v >= 0:
            take_rows(square, table[3], rows, width)
    most, share = rule[CLIP_VALUE], share_at(arena, slots.figures)[0]
    if most > 0.0 or share < 1.0:
        limit_gradient(array_at(gradient, (size,)), most, share)
        if block[USED] >= 0:
            put_rows(shifted(arena, slots.g + block[FIRST]), gradient, rows_of(arena, block),
                     block[WIDTH])
    w = array_at(weights, (size,))
    if rule[L1] != 0.0 or rule[L2] != 0.0:
        penalised = on_stack(arena, BLOCK)
        penalise(array_at(penalised, (size,)), array_at(gradient, (size,)), w, rule, measured)
        gradient = penalised
    return (w, array_at(gradient, (size,)), array_at(mean, (size,)), array_at(square, (size,)),
            rule, measured)


@inlined
def put_back(slots, arena, block, w, m, v):
    """Bring rows home that `operands` has taken; what it has not copied stands there already."""
    if block[USED] >= 0:
        rows, width, first = rows_of(arena, block), block[WIDTH], block[FIRST]
        put_rows(shifted(arena, slots.w + first), w, rows, width)
        if slots.m >= 0:
            put_rows(shifted(arena, slots.m + first), m, rows, width)
        if slots.v >= 0:
            put_rows(shifted(arena, slots.v + first), v, rows, width)


@inlined
def step_of(slots):
    """Return the number of steps since the memories were zero, the running one included."""
    return array_at(integers_at(slots.control), (CONTROL_LENGTH,))[OPTIMIZER_STEP] + 1


@inlined
def common_rule(slots):
    """Return the constants that are the same for all layers."""
    return rule_at(slots.hyper, 0)


@inlined
def report(figures, sums, measured):
    """Keep the sums of a block's update."""
    figures[CHANGED] = measured
    (figures[WEIGHT_SHIFT], figures[WEIGHT], figures[WEIGHT_SQUARES],
     figures[CHANGE_SHIFT], figures[CHANGE], figures[CHANGE_SQUARES]) = sums


@inlined
def _scatter(figures, shift, total, squares):
    """Return the sum of squared distances from the mean of what is measured in a run of blocks.

    All of it is brought to the first block's shift: equal numbers have a scatter of exactly 0.
    """
    size, whole, second = 0.0, 0.0, 0.0
    for b in range(figures.shape[0]):
        count = figures[b, CHANGED]
        if count > 0:
            apart = figures[b, shift] - figures[0, shift]
            size += count
            whole += figures[b, total] + count * apart
            second += figures[b, squares] + (2.0 * figures[b, total] + count * apart) * apart
    return second - whole * whole / size


@inlined
def _report_ratio(results, blocks, figures):
    """Write log10(std(update) / std(weight)) of a run of blocks; NaN where one of them is 0.

    Of a table, that of the rows that were used: the others would not let it be seen.
    """
    weight = _scatter(figures, WEIGHT_SHIFT, WEIGHT, WEIGHT_SQUARES)
    update = _scatter(figures, CHANGE_SHIFT, CHANGE, CHANGE_SQUARES)
    place = FIRST_STATISTIC + blocks[0, STATISTIC] * STATISTICS + UPDATE_RATIO
    array_at(reals_at(results), (place + 1,))[place] = \
        0.5 * math.log10(update / weight) if weight > 0.0 and update > 0.0 else np.nan


@op("blocks learning figures results", "results = log10(std(update) / std(w))", whole=True)
def sum_updates_op(slots, arena, batch, shard, shards):
    count = slots.learning
    blocks, figures = blocks_at(slots.blocks, count), figures_at(arena, slots.figures, count)
    begin = 0
    while begin < count:
        end = run_of(blocks, begin)
        _report_ratio(slots.results, blocks[begin:end], figures[begin:end])
        begin = end
