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
    FIRST_SLOT,
    FIRST_STATISTIC,
    ITEMS,
    LOSS,
    ROW_LENGTH,
    VARIANCE,
)
from engine.kernels.runtime.memory import as_real, matrix, reals_at
from engine.kernels.runtime.policy import inlined, op


@inlined
def report(address, loss, items):
    """Write a batch's loss, and over how many items it is the mean, to the results."""
    results = carray(reals_at(address), (FIRST_STATISTIC,))
    results[LOSS] = loss
    results[ITEMS] = items


@op("dz z t k label_smoothing results", whole=True)
def softmax_cross_entropy_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    report(slots[5], softmax_cross_entropy(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k), as_real(slots[4])), batch)


@op("dz z t k results", whole=True)
def binary_cross_entropy_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    report(slots[4], binary_cross_entropy(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k)), batch)


@op("dz z t k results", whole=True)
def mean_squared_error_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    report(slots[4], mean_squared_error(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k)), batch)


@op("dz z t k results", whole=True)
def mean_absolute_error_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    report(slots[4], mean_absolute_error(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k)), batch)


@op("dz z t k huber_delta results", whole=True)
def huber_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    report(slots[5], huber(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k), as_real(slots[4])), batch)


@op("dz z t k results", whole=True)
def hinge_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[3]
    report(slots[4], hinge(
        matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k),
        matrix(arena, slots[2], batch, k)), batch)


@op("z t k results", whole=True)
def score_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[2]
    z, t = matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k)
    results = carray(reals_at(slots[3]), (FIRST_STATISTIC,))
    results[CORRECT] = squared_error(z, t) if results[VARIANCE] != 0.0 else count_correct(z, t, 0.0)


@op("z t k results", whole=True)
def probability_score_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[2]
    z, t = matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k)
    results = carray(reals_at(slots[3]), (FIRST_STATISTIC,))
    results[CORRECT] = (squared_error_of_shares(z, t) if results[VARIANCE] != 0.0
                        else count_correct(z, t, 0.0))


@op("y x n", whole=True)
def softmax_forward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[2]
    softmax_forward(matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k))


@op("y x n", whole=True)
def margin_shares_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    k = slots[2]
    margin_shares(matrix(arena, slots[0], batch, k), matrix(arena, slots[1], batch, k))
