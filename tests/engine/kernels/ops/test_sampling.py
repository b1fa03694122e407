from __future__ import annotations

import math

import numpy as np
import pytest

from engine.kernels.ops import sampling as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import sampling as twins

SHAPES = ((1, 1), (1, 2), (5, 1), (3, 2), (7, 13))
"""Examples and latent numbers."""

KEYS = (0, 42, 2**64 - 1)


def codes(shape: tuple[int, int], precision: str) -> Reals:
    """Return means and logarithms of variances."""
    n, k = shape
    return (2 * np.random.default_rng(shape).standard_normal((n, 2 * k))).astype(precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("deviations", [0, 1])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("shape", SHAPES)
def test_sampling(shape: tuple[int, int], key: int, deviations: int, precision: str) -> None:
    x = codes(shape, precision)
    kept = x.copy()
    z, block = guarded(shape, precision)
    kernels.sampling(z, x, np.uint64(key), 3, deviations)
    truth = np.empty(shape)
    twins.sampling(truth, double(x), key, 3, deviations)
    assert_close(z, truth, precision, units=4, scale=30)
    assert (z == x[:, :shape[1]]).all() == (deviations == 0)
    np.testing.assert_array_equal(x, kept)
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("deviations", [0, 1])
@pytest.mark.parametrize("scale", [0.0, 0.125])
@pytest.mark.parametrize("shape", SHAPES)
def test_sampling_backward(shape: tuple[int, int], scale: float, deviations: int, precision: str
                           ) -> None:
    x = codes(shape, precision)
    dz = np.random.default_rng(9).standard_normal(shape).astype(precision)
    dx, block = guarded(x.shape, precision)
    kernels.sampling_backward(dx, dz, x, scale, np.uint64(42), 3, deviations)
    truth = np.empty(x.shape)
    twins.sampling_backward(truth, double(dz), double(x), scale, 42, 3, deviations)
    assert_close(dx, truth, precision, units=4, scale=10)
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_kullback_leibler(shape: tuple[int, int], precision: str) -> None:
    x = codes(shape, precision)
    assert kernels.kullback_leibler(x) == pytest.approx(
        twins.kullback_leibler(double(x)), rel=1e-6 if precision == "float32" else 1e-13)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_standard_normal_distribution_is_not_apart_from_itself(precision: str) -> None:
    assert kernels.kullback_leibler(np.zeros((3, 4), precision)) == 0


@pytest.mark.parametrize(("precision", "logarithm"), [("float32", 89.0), ("float64", 710.0)])
def test_a_variance_out_of_range_is_seen(precision: str, logarithm: float) -> None:
    x = np.array([[0.5, logarithm]], precision)
    assert math.isinf(kernels.kullback_leibler(x))
    dx = np.empty((1, 2), precision)
    kernels.sampling_backward(dx, np.zeros((1, 1), precision), x, 0.5, np.uint64(1), 0, 1)
    assert not np.isfinite(dx[0, 1])


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_seen(value: float, place: int, precision: str) -> None:
    x = np.zeros((2, 2), precision)
    x[1, place] = value
    z = np.empty((2, 1), precision)
    kernels.sampling(z, x, np.uint64(1), 0, 1)
    assert not math.isfinite(kernels.kullback_leibler(x))
    assert np.isfinite(z[0, 0])
    assert not np.isfinite(z[1, 0])


def test_shards_draw_what_one_loop_would() -> None:
    x = codes((10, 3), "float64")
    whole, parts = np.empty((10, 3)), np.empty((10, 3))
    kernels.sampling(whole, x, np.uint64(5), 0, 1)
    kernels.sampling(parts[:4], x[:4], np.uint64(5), 0, 1)
    kernels.sampling(parts[4:], x[4:], np.uint64(5), 4, 1)
    np.testing.assert_array_equal(whole, parts)


def test_codes_have_the_distribution_that_was_asked_for() -> None:
    x = np.tile([1.0, -2.0, 0.0, math.log(0.25)], (50_000, 1))
    z = np.empty((50_000, 2))
    kernels.sampling(z, x, np.uint64(5), 0, 1)
    assert z.mean(axis=0) == pytest.approx([1.0, -2.0], abs=0.02)
    assert z.std(axis=0) == pytest.approx([1.0, 0.5], abs=0.02)
