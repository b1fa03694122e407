"""The ops of `engine.kernels.ops.losses`: they write what the step cost, or how many were right."""

from __future__ import annotations

from numba import carray

from engine.kernels.ops.losses import (
    binary_cross_entropy,
    hinge,
    huber,
    margin_shares,
    mean_absolute_error,
    mean_squared_error,
    softmax_cross_entropy,
    softmax_forward,
)
from engine.kernels.ops.scores import count_correct, squared_error, squared_error_of_shares
from engine.kernels.runtime.layout import (
    CORRECT,
    FIRST_STATISTIC,
    ITEMS,
    LOSS,
    VARIANCE,
)
from engine.kernels.runtime.memory import matrix, reals_at
from engine.kernels.runtime.policy import inlined, op


@inlined
def report(address, loss, items):
    """Write a batch's loss, and over how many items it is the mean, to the results."""
    results = carray(reals_at(address), (FIRST_STATISTIC,))
    results[LOSS] = loss
    results[ITEMS] = items


@op("dz z t k label_smoothing:real results", whole=True)
def softmax_cross_entropy_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, softmax_cross_entropy(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k), slots.label_smoothing), batch)


@op("dz z t k results", whole=True)
def binary_cross_entropy_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, binary_cross_entropy(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k)), batch)


@op("dz z t k results", whole=True)
def mean_squared_error_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, mean_squared_error(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k)), batch)


@op("dz z t k results", whole=True)
def mean_absolute_error_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, mean_absolute_error(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k)), batch)


@op("dz z t k huber_delta:real results", whole=True)
def huber_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, huber(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k), slots.huber_delta), batch)


@op("dz z t k results", whole=True)
def hinge_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, hinge(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k)), batch)


@op("z t k results", whole=True)
def score_op(slots, arena, batch, shard, shards):
    k = slots.k
    z, t = matrix(arena, slots.z, batch, k), matrix(arena, slots.t, batch, k)
    results = carray(reals_at(slots.results), (FIRST_STATISTIC,))
    results[CORRECT] = squared_error(z, t) if results[VARIANCE] != 0.0 else count_correct(z, t, 0.0)


@op("z t k results", whole=True)
def probability_score_op(slots, arena, batch, shard, shards):
    k = slots.k
    z, t = matrix(arena, slots.z, batch, k), matrix(arena, slots.t, batch, k)
    results = carray(reals_at(slots.results), (FIRST_STATISTIC,))
    results[CORRECT] = (squared_error_of_shares(z, t) if results[VARIANCE] != 0.0
                        else count_correct(z, t, 0.0))


@op("y x n", whole=True)
def softmax_forward_op(slots, arena, batch, shard, shards):
    k = slots.n
    softmax_forward(matrix(arena, slots.y, batch, k), matrix(arena, slots.x, batch, k))


@op("y x n", whole=True)
def margin_shares_op(slots, arena, batch, shard, shards):
    k = slots.n
    margin_shares(matrix(arena, slots.y, batch, k), matrix(arena, slots.x, batch, k))
