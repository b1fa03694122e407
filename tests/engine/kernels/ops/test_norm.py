from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import layer_norm as layers
from engine.kernels.ops import norm as kernels
from engine.layers.row_blocks import strip_width
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


def batch(x: Reals, precision: str, length: int = 1000) -> tuple[Reals, Reals, Reals, Reals]:
    """Return mean, variance, rounded mean and rstd by the kernels, from blocks of so many rows."""
    k = x.shape[1]
    parts = np.full((-(-len(x) // length), 2, strip_width(k)), np.nan)
    for b, part in enumerate(parts):
        kernels.block_moments(*part, x[b * length:(b + 1) * length].reshape(-1), k)
    mean, variance = np.full(k, np.nan), np.full(k, np.nan)
    kernels.join_moments(mean, variance, parts[:, 0, :k], parts[:, 1, :k], len(x), length)
    mean_k, rstd = np.empty(k, precision), np.empty(k, precision)
    kernels.mean_and_rstd(mean_k, rstd, mean, variance, EPSILON)
    return mean, variance, mean_k, rstd


def moments(x: Reals) -> tuple[Reals, Reals]:
    """Return mean and variance by the twin."""
    k = x.shape[1]
    mean, squares = np.empty(k), np.empty(k)
    twins.block_moments(mean, squares, double(x).reshape(-1), k)
    return mean, squares / len(x)


LONG = ((700, 3), (1300, 8), (257, 1), (300, 300))
"""More rows than a strip has."""


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("shape", [*SHAPES, *LONG])
def test_batch_norm(shape: tuple[int, int], offset: float, precision: str) -> None:
    x, dy, scale = rows(shape, precision, offset)
    k = shape[1]
    mean, variance, mean_k, rstd = batch(x, precision)
    truths = moments(x)
    np.testing.assert_allclose(mean, truths[0], 1e-13, 1e-13)
    np.testing.assert_allclose(variance, truths[1], 1e-12, 1e-13)
    expected = np.empty(k), np.empty(k)
    twins.mean_and_rstd(*expected, mean, variance, EPSILON)
    assert_close(mean_k, expected[0], precision)
    assert_close(rstd, expected[1], precision)
    # Two rows of the tables, so that a strip ends within the batch.
    mean_k, rstd, scale = (np.tile(table, 2) for table in (mean_k, rstd, scale))
    flat, dy_flat = x.reshape(-1), dy.reshape(-1)
    y, block = guarded(flat.shape, precision)
    kernels.batch_norm_forward(y, flat, mean_k, rstd, scale)
    truth = np.empty(flat.shape)
    twins.batch_norm_forward(truth, *map(double, (flat, mean_k, rstd, scale)))
    assert_close(y, truth, precision, units=4, scale=4)
    assert_guards_untouched(block)
    sums, found = np.full((2, 2 * k), np.nan), np.empty((2, k))
    kernels.batch_norm_sums(sums, dy_flat, flat, mean_k, k)
    twins.batch_norm_sums(found, *map(double, (dy_flat, flat, mean_k)), k)
    assert_close(sums[:, :k], found, "float64", scale=np.abs(found).max() + 4)
    mean_dy_x_hat, mean_dy = (np.tile(row / len(x), 2).astype(precision) for row in sums[:, :k])
    dx, block = guarded(flat.shape, precision)
    kernels.batch_norm_backward(dx, dy_flat, flat, mean_k, rstd, mean_dy, mean_dy_x_hat)
    given = (dy_flat, flat, mean_k, rstd, mean_dy, mean_dy_x_hat)
    twins.batch_norm_backward(truth, *map(double, given))
    assert_close(dx, truth, precision, units=4, scale=np.abs(truth).max() + rstd.max())
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("k", [1, 3, 64])
@pytest.mark.parametrize("length", [16, 100, 999])
def test_moments_of_blocks_join(length: int, k: int, precision: str) -> None:
    x, _, _ = rows((1000, k), precision, 5.0)
    mean, variance, _, _ = batch(x, precision, length)
    truths = moments(x)
    np.testing.assert_allclose(mean, truths[0], 1e-14)
    np.testing.assert_allclose(variance, truths[1], 1e-13)
    parts = np.random.default_rng(k).uniform(1, 2, (2, 4, k))
    found, truth = np.empty((2, k)), np.empty((2, k))
    kernels.join_moments(*found, *parts, 3 * length + 1, length)
    twins.join_moments(*truth, *parts, 3 * length + 1, length)
    np.testing.assert_allclose(found, truth, 1e-14)


@pytest.mark.parametrize("offset", [1e4, -1e6])
def test_the_variance_is_right_however_far_the_mean_is(offset: float) -> None:
    x, _, _ = rows((2000, 5), "float64", offset)
    x[0] += 1e3
    mean, variance, _, _ = batch(x, "float64", 300)
    truths = moments(x)
    np.testing.assert_allclose(mean, truths[0], 1e-14)
    np.testing.assert_allclose(variance, truths[1], 1e-11)


def test_a_feature_that_never_changes_has_no_variance() -> None:
    _, variance, _, _ = batch(np.full((900, 7), np.float32(0.1)), "float32", 100)
    assert not variance.any()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("shape", SHAPES)
def test_layer_norm(shape: tuple[int, int], offset: float, precision: str) -> None:
    x, dy, scale = rows(shape, precision, offset)
    k = shape[1]
    stats, stats_block = guarded((shape[0], 2), precision)
    y, block = guarded(shape, precision)
    layers.layer_norm_forward(y, x, scale, scale, stats, EPSILON)
    truth, expected = np.empty(shape), np.empty((shape[0], 2))
    twins.layer_norm_forward(truth, *map(double, (x, scale, scale)), expected, EPSILON)
    assert_close(stats, expected, precision, units=2)
    # The mean is rounded once, in units of the rows' offset.
    assert_close(y, truth, precision, units=4, scale=4 + offset * float(stats[:, 1].max()))
    assert_guards_untouched(block)
    assert_guards_untouched(stats_block)
    dx, block = guarded(shape, precision)
    layers.layer_norm_backward(dx, dy, x, scale, stats)
    twins.layer_norm_backward(truth, *map(double, (dy, x, scale, stats)))
    assert_close(dx, truth, precision, units=8, scale=4 * float(stats[:, 1].max()))
    assert_guards_untouched(block)
    sums, found = np.full((2, k), np.nan), np.empty((2, k))
    layers.layer_norm_sums(sums, dy, x, stats)
    twins.layer_norm_sums(found, *map(double, (dy, x, stats)))
    assert_close(sums, found, precision, scale=np.abs(found).max() + 4)


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("shape", [(2, 1), (3, 2), (7, 13), (64, 10)])
def test_layer_norm_is_its_formula(shape: tuple[int, int], offset: float) -> None:
    x, dy, scale = rows(shape, "float64", offset)
    stats, y, dx = np.empty((shape[0], 2)), np.empty(shape), np.empty(shape)
    layers.layer_norm_forward(y, x, scale, scale, stats, EPSILON)
    x_hat = twins.normalised(x, EPSILON)
    np.testing.assert_allclose(y, x_hat * scale + scale, 1e-11, 1e-11)
    layers.layer_norm_backward(dx, dy, x, scale, stats)
    np.testing.assert_allclose(dx, twins.normalised_backward(dy * scale, x, EPSILON), 1e-9,
                               1e-11 / stats[:, 1].min())
    sums = np.empty((2, shape[1]))
    layers.layer_norm_sums(sums, dy, x, stats)
    np.testing.assert_allclose(sums, [(dy * x_hat).sum(0), dy.sum(0)], 1e-9, 1e-10)


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("shape", [(2, 1), (3, 2), (13, 7), (300, 3)])
def test_batch_norm_is_its_formula(shape: tuple[int, int], offset: float) -> None:
    x, dy, scale = rows(shape, "float64", offset)
    _, _, mean, rstd = batch(x, "float64", 100)
    y, dx = np.empty(x.size), np.empty(x.size)
    kernels.batch_norm_forward(y, x.reshape(-1), mean, rstd * scale, scale)
    x_hat = twins.normalised(x.T.copy(), EPSILON).T
    np.testing.assert_allclose(y.reshape(shape), x_hat * scale + scale, 1e-11, 1e-11)
    sums = np.empty((2, shape[1]))
    kernels.batch_norm_sums(sums, dy.reshape(-1), x.reshape(-1), mean, shape[1])
    np.testing.assert_allclose(sums * [rstd, np.ones(shape[1])],
                               [(dy * x_hat).sum(0), dy.sum(0)], 1e-9, 1e-9)
    kernels.batch_norm_backward(dx, dy.reshape(-1), x.reshape(-1), mean, rstd * scale,
                                sums[1] / len(x), sums[0] * rstd**2 / len(x))
    truth = twins.normalised_backward((dy * scale).T.copy(), x.T.copy(), EPSILON).T
    np.testing.assert_allclose(dx.reshape(shape), truth, 1e-8, 1e-10 * rstd.max())


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("momentum", "n"), [(0.0, 2), (0.125, 2), (0.125, 10), (1.0, 7)])
def test_running_statistics_follow_a_batch(momentum: float, n: int, precision: str) -> None:
    rng = np.random.default_rng(n)
    mean, variance = rng.standard_normal(5), rng.uniform(0, 2, 5)
    running = rng.standard_normal(5).astype(precision), rng.uniform(0, 2, 5).astype(precision)
    truths = double(running[0]), double(running[1])
    kernels.update_running_stats(*running, mean, variance, momentum, n)
    twins.update_running_stats(*truths, mean, variance, momentum, n)
    for found, truth in zip(running, truths, strict=True):
        assert_close(found, truth, precision, scale=4)


def test_running_statistics_forget_all_at_once_without_a_trace() -> None:
    running = np.full(2, 1e9), np.full(2, 1.0)
    mean, variance = np.array([3e-9, -7e-12]), np.array([1.25e-9, 4e-17])
    kernels.update_running_stats(*running, mean, variance, 1.0, 10)
    np.testing.assert_array_equal(running[0], mean)
    np.testing.assert_allclose(running[1], variance * 10 / 9, rtol=1e-15)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_spoils_only_its_own_feature(value: float) -> None:
    x, _, scale = rows((6, 4), "float32", 0.0)
    x[2, 1] = value
    _, _, mean_k, rstd = batch(x, "float32")
    y = np.empty_like(x)
    kernels.batch_norm_forward(y.reshape(-1), x.reshape(-1), mean_k, rstd, scale)
    assert np.isfinite(y).all(axis=0).tolist() == [True, False, True, True]
