"""What all update rules share: their parts of the arena, the penalties, the step and its figures.

Legend: w parameters, g their gradient, v and s the rule's memory, u the update over the rate, all
of the same length, at most `BLOCK`.
"""

from __future__ import annotations

import math

import numpy as np
from numba import carray

from engine.kernels.ops.blocks import (
    BLOCK,
    CHANGE,
    CHANGE_SQUARES,
    FIRST,
    MEASURED,
    RULE,
    SIZE,
    STATISTIC,
    WEIGHT,
    WEIGHT_SQUARES,
    blocks_at,
    figures_at,
    part,
    rule_at,
    run_of,
    share_at,
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
from engine.kernels.runtime.memory import integers_at, on_stack, reals_at, shifted, span
from engine.kernels.runtime.policy import inlined, kernel, op

SLOTS = "p g v s blocks learning figures hyper control"
"""What the row of every rule holds."""

MANY = 256
"""Fewer numbers than these are sooner summed in float64."""

SAMPLE = 16
"""The mean of so many numbers is near that of all."""

SMALLEST, LARGEST = 1e-28, 1e30
"""Between these, a sum of at most `BLOCK` squares in float32 has lost nothing to their range."""


@inlined
def room(w):
    """Return an array for what is computed on the way, of the length of w."""
    return carray(on_stack(w, BLOCK), (w.size,))


@kernel
def penalise(slope, g, w, rule, measured):
    """Compute ``slope = g + l2 w + l1 sign(w)``; a weight of 0 has no L1 slope.

    Parameters
    ----------
    slope : real[n]
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
        slope[j] = g[j] + l2 * w[j] + (l1 if w[j] > zero else (-l1 if w[j] < zero else zero))
    for j in range(measured, w.size):
        slope[j] = g[j]


@kernel
def sums(x, size):
    """Return the sum of the first numbers of x, and that of their squares.

    Parameters
    ----------
    x : real[n]
        Any numbers, at most `BLOCK`.
    size : int64
        How many to sum, at least `SAMPLE`.

    Returns
    -------
    float64, float64
        Of which the standard deviation follows to 1e-6 of itself.

    Notes
    -----
    Distances from a shift near the mean are summed in x's own precision, which fills whole vector
    registers. Where that would lose digits, since the shift is far from the mean or squares leave
    the range, everything is summed in float64. Source: Chan, Golub and LeVeque (1983), sec. 3.
    """
    zero = x.dtype.type(0)
    shift, total, squares = zero, zero, zero
    for j in range(SAMPLE):
        shift += x[j]
    shift /= x.dtype.type(SAMPLE)
    for j in range(SAMPLE):
        squares += (x[j] - shift) * (x[j] - shift)
    if SMALLEST < squares < LARGEST:
        squares = zero
        for j in range(size):
            distance = x[j] - shift
            total += distance
            squares += distance * distance
        middle, first, second = np.float64(shift), np.float64(total), np.float64(squares)
        if second < LARGEST and first * first < 0.75 * second * size:
            whole = size * middle
            return first + whole, second + (2.0 * first + whole) * middle
    plain, squared = 0.0, 0.0
    for j in range(size):
        value = np.float64(x[j])
        plain += value
        squared += value * value
    return plain, squared


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
    float64, float64, float64, float64
        Sums of the old weights, their squares, the updates, their squares.

    Notes
    -----
    Source: definition.
    """
    if measured < MANY:
        weight, squares, change, changes = 0.0, 0.0, 0.0, 0.0
        for j in range(measured):
            value, step = np.float64(w[j]), np.float64(u[j])
            weight += value
            squares += value * value
            change += step
            changes += step * step
    else:
        weight, squares = sums(w, measured)
        change, changes = sums(u, measured)
    for j in range(w.size):
        w[j] -= rate * u[j]
    length = np.float64(rate)
    return weight, squares, length * change, length * length * changes


@inlined
def shared_blocks(slots, arena, shard, shards):
    """Return all blocks and their figures, and which of them a shard updates."""
    count = slots.learning
    begin, end = span(count, shard, shards)
    return blocks_at(slots.blocks, count), figures_at(arena, slots.figures, count), begin, end


@inlined
def operands(slots, arena, block):
    """Return a block's w, g, v, s, rule and measured; its gradient is limited and penalised."""
    size, measured = block[SIZE], block[MEASURED]
    w, rule = part(arena, slots.p, block), rule_at(slots.hyper, block[RULE])
    gradient = shifted(arena, slots.g + block[FIRST])
    most, share = rule[CLIP_VALUE], share_at(arena, slots.figures)[0]
    if most > 0.0 or share < 1.0:
        limit_gradient(carray(gradient, (size,)), most, share)
    if rule[L1] != 0.0 or rule[L2] != 0.0:
        slope = on_stack(arena, BLOCK)
        penalise(carray(slope, (size,)), carray(gradient, (size,)), w, rule, measured)
        # A pointer, since an array that is one of two has its owners counted.
        gradient = slope
    return (w, carray(gradient, (size,)), part(arena, slots.v, block),
            part(arena, slots.s, block), rule, measured)


@inlined
def step_of(slots):
    """Return the number of steps since the memories were zero, the running one included."""
    return carray(integers_at(slots.control), (CONTROL_LENGTH,))[OPTIMIZER_STEP] + 1


@inlined
def common_rule(slots):
    """Return the constants that are the same for all layers."""
    return rule_at(slots.hyper, 0)


@inlined
def report(figures, sums):
    """Keep the sums of a block's update."""
    figures[WEIGHT], figures[WEIGHT_SQUARES], figures[CHANGE], figures[CHANGE_SQUARES] = sums


@inlined
def _update_ratio(sums, size):
    """Return log10(std(update) / std(weight)); NaN where one of them is 0."""
    weight = sums[1] / size - (sums[0] / size) ** 2
    update = sums[3] / size - (sums[2] / size) ** 2
    if not (weight > 0.0 and update > 0.0):
        return np.nan
    return 0.5 * math.log10(update / weight)


@inlined
def _report_ratio(results, blocks, figures):
    """Write the ratio of update to weight of a run of blocks, the weights of one layer."""
    sums, size = (0.0, 0.0, 0.0, 0.0), 0
    for b in range(blocks.shape[0]):
        size += blocks[b, MEASURED]
        sums = (sums[0] + figures[b, WEIGHT], sums[1] + figures[b, WEIGHT_SQUARES],
                sums[2] + figures[b, CHANGE], sums[3] + figures[b, CHANGE_SQUARES])
    place = FIRST_STATISTIC + blocks[0, STATISTIC] * STATISTICS + UPDATE_RATIO
    carray(reals_at(results), (place + 1,))[place] = _update_ratio(sums, size)


@op("blocks learning figures results", whole=True)
def sum_updates_op(slots, arena, batch, shard, shards):
    count = slots.learning
    blocks, figures = blocks_at(slots.blocks, count), figures_at(arena, slots.figures, count)
    begin = 0
    while begin < count:
        end = run_of(blocks, begin)
        _report_ratio(slots.results, blocks[begin:end], figures[begin:end])
        begin = end
