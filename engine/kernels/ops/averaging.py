"""An average of the parameters beside those that are trained. Legend: n parameters."""

from __future__ import annotations

from engine.kernels.runtime.layout import (
    AVERAGED,
    AVERAGING,
    AVERAGING_DECAY,
    AVERAGING_START,
    CONTROL_LENGTH,
    EPOCH,
    FIRST_STATISTIC,
    HYPER_LENGTH,
)
from engine.kernels.runtime.memory import array_at, integers_at, reals_at, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, inlined, kernel, op

EXPONENTIAL, EQUAL = 1.0, 2.0
"""What AVERAGING is; 0 is none."""


@kernel
def average_parameters(average, w, share):
    """Compute ``average <- average + share (w - average)``.

    Parameters
    ----------
    average, w : real[n]
        Average, changed in place, and parameters.
    share : float64
        What the parameters count; with 1 they are the average, whatever it was.

    Notes
    -----
    Source: Polyak and Juditsky (1992); Izmailov et al. (2018), algorithm 1.
    """
    if share == 1.0:
        for j in range(w.size):
            average[j] = w[j]
        return
    part = w.dtype.type(share)
    for j in range(w.size):
        average[j] += part * (w[j] - average[j])


@kernel
def exchange_parameters(average, w):
    """Let average and parameters, real[n] both, change places.

    Notes
    -----
    Source: definition.
    """
    for j in range(w.size):
        average[j], w[j] = w[j], average[j]


@inlined
def _share(rule, steps):
    """Return what the parameters count after ``steps`` steps in the average."""
    equal = 1.0 / (steps + 1.0)
    return equal if rule[AVERAGING] == EQUAL or steps == 0 else 1.0 - rule[AVERAGING_DECAY]


@op("average w n control hyper results", "average = average + share (w - average)",
    weight=ELEMENTWISE)
def average_parameters_op(slots, arena, batch, shard, shards):
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    rule = array_at(reals_at(slots.hyper), (HYPER_LENGTH,))
    steps = array_at(reals_at(slots.results), (FIRST_STATISTIC,))[AVERAGED]
    if control[EPOCH] < rule[AVERAGING_START]:
        return
    begin, end = span(slots.n, shard, shards)
    average_parameters(vector(arena, slots.average + begin, end - begin),
                       vector(arena, slots.w + begin, end - begin), _share(rule, steps))


@op("average w n results", "average, w = w, average", weight=ELEMENTWISE)
def exchange_parameters_op(slots, arena, batch, shard, shards):
    if array_at(reals_at(slots.results), (FIRST_STATISTIC,))[AVERAGED] > 0.0:
        begin, end = span(slots.n, shard, shards)
        exchange_parameters(vector(arena, slots.average + begin, end - begin),
                            vector(arena, slots.w + begin, end - begin))
