from __future__ import annotations

import numpy as np
import pytest

from engine.kernels import norm as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    SHAPES,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import norm as twins

EPSILON = 2**-17
"""About 1e-5, and held exactly by float32."""

OFFSETS = (0.0, 100.0)
"""Means of what is normalised, whose spread is 1: far from 0, a sum of squares would cancel."""


def rows(shape: tuple[int, int], precision: str, offset: float) -> tuple[Reals, Reals, Reals]:
    """Return x, dy, and k numbers around 1."""
    rng = np.random.default_rng(shape)
    return ((offset + rng.standard_normal(shape)).astype(precision),
            rng.standard_normal(shape).astype(precision),
            rng.uniform(0.5, 2, shape[1]).astype(precision))


def batch(x: Reals, precision: str) -> tuple[Reals, Reals, Reals, Reals]:
    """Return mean, variance, centre and rate by the kernels."""
    k = x.shape[1]
    mean, variance = np.full(k, np.nan), np.full(k, np.nan)
    kernels.batch_moments(mean, variance, x, 0, k)
    centre, rate = np.empty(k, precision), np.empty(k, precision)
    kernels.centre_and_rate(centre, rate, mean, variance, EPSILON, 0, k)
    return mean, variance, centre, rate


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm(shape: tuple[int, int], offset: float, precision: str) -> None:
    x, dy, scale = rows(shape, precision, offset)
    k = shape[1]
    mean, variance, centre, rate = batch(x, precision)
    truths = np.empty(k), np.empty(k)
    twins.batch_moments(*truths, double(x), 0, k)
    np.testing.assert_allclose(mean, truths[0], 1e-13, 1e-13)
    np.testing.assert_allclose(variance, truths[1], 1e-12, 1e-13)
    expected = np.empty(k), np.empty(k)
    twins.centre_and_rate(*expected, mean, variance, EPSILON, 0, k)
    assert_close(centre, expected[0], precision)
    assert_close(rate, expected[1], precision)
    y, block = guarded(shape, precision)
    kernels.batch_norm_forward(y, x, centre, rate, scale, scale, 0, k)
    truth = np.empty(shape)
    twins.batch_norm_forward(truth, *map(double, (x, centre, rate, scale, scale)), 0, k)
    assert_close(y, truth, precision, units=4, scale=4)
    assert_guards_untouched(block)
    sums, found = np.full((2, k), np.nan), np.empty((2, k))
    kernels.batch_norm_sums(sums, dy, x, centre, rate, 0, k)
    twins.batch_norm_sums(found, *map(double, (dy, x, centre, rate)), 0, k)
    assert_close(sums, found, precision, scale=np.abs(found).max() + 4)
    along, across = ((row / len(x)).astype(precision) for row in (sums[1], sums[0]))
    dx, block = guarded(shape, precision)
    kernels.batch_norm_backward(dx, dy, x, centre, rate, scale, across, along, 0, k)
    twins.batch_norm_backward(truth, *map(double, (dy, x, centre, rate, scale, across, along)), 0,
                              k)
    assert_close(dx, truth, precision, units=4, scale=np.abs(truth).max() + rate.max())
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("shape", SHAPES)
def test_layer_norm(shape: tuple[int, int], offset: float, precision: str) -> None:
    x, dy, scale = rows(shape, precision, offset)
    k = shape[1]
    moments, moments_block = guarded((shape[0], 2), precision)
    y, block = guarded(shape, precision)
    kernels.layer_norm_forward(y, x, scale, scale, moments, EPSILON)
    truth, expected = np.empty(shape), np.empty((shape[0], 2))
    twins.layer_norm_forward(truth, *map(double, (x, scale, scale)), expected, EPSILON)
    assert_close(moments, expected, precision, units=2)
    # The mean is rounded once, in units of the rows' offset.
    assert_close(y, truth, precision, units=4, scale=4 + offset * float(moments[:, 1].max()))
    assert_guards_untouched(block)
    assert_guards_untouched(moments_block)
    dx, block = guarded(shape, precision)
    kernels.layer_norm_backward(dx, dy, x, scale, moments)
    twins.layer_norm_backward(truth, *map(double, (dy, x, scale, moments)))
    assert_close(dx, truth, precision, units=8, scale=4 * float(moments[:, 1].max()))
    assert_guards_untouched(block)
    sums, found = np.full((2, k), np.nan), np.empty((2, k))
    kernels.layer_norm_sums(sums, dy, x, moments, 0, k)
    twins.layer_norm_sums(found, *map(double, (dy, x, moments)), 0, k)
    assert_close(sums, found, precision, scale=np.abs(found).max() + 4)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("momentum", "n"), [(0.0, 2), (0.125, 2), (0.125, 10), (1.0, 7)])
def test_running_statistics_follow_a_batch(momentum: float, n: int, precision: str) -> None:
    rng = np.random.default_rng(n)
    mean, variance = rng.standard_normal(5), rng.uniform(0, 2, 5)
    running = rng.standard_normal(5).astype(precision), rng.uniform(0, 2, 5).astype(precision)
    truths = double(running[0]), double(running[1])
    kernels.follow_moments(*running, mean, variance, momentum, n)
    twins.follow_moments(*truths, mean, variance, momentum, n)
    for found, truth in zip(running, truths, strict=True):
        assert_close(found, truth, precision, scale=4)


def test_shards_of_features_compute_what_one_loop_would() -> None:
    x, dy, scale = rows((17, 31), "float32", 3.0)
    whole = batch(x, "float32")
    parts = [np.empty_like(array) for array in whole]
    sums, together = np.empty((2, 31)), np.empty((2, 31))
    kernels.batch_norm_sums(together, dy, x, whole[2], whole[3], 0, 31)
    for begin, end in ((0, 7), (7, 8), (8, 31)):
        kernels.batch_moments(parts[0], parts[1], x, begin, end)
        kernels.centre_and_rate(parts[2], parts[3], parts[0], parts[1], EPSILON, begin, end)
        kernels.batch_norm_sums(sums, dy, x, whole[2], whole[3], begin, end)
    for part, truth in zip((*parts, sums), (*whole, together), strict=True):
        np.testing.assert_array_equal(part, truth)
    assert scale.size == 31


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_spoils_only_its_own_feature(value: float) -> None:
    x, _, scale = rows((6, 4), "float32", 0.0)
    x[2, 1] = value
    _, _, centre, rate = batch(x, "float32")
    y = np.empty_like(x)
    kernels.batch_norm_forward(y, x, centre, rate, scale, scale, 0, 4)
    assert np.isfinite(y).all(axis=0).tolist() == [True, False, True, True]
