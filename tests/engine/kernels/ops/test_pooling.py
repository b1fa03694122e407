from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import pooling as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import pooling as twins

GEOMETRIES = (
    # examples, image, window, stride, channels
    (1, (1, 1), (1, 1), 1, 1),
    (2, (4, 6), (2, 2), 2, 8),
    (2, (5, 7), (2, 2), 2, 3),
    (2, (7, 6), (3, 3), 2, 5),
    (1, (6, 6), (3, 3), 1, 17),
    (2, (9, 8), (2, 2), 3, 2),
    (3, (1, 9), (1, 3), 2, 4),
    (2, (5, 4), (5, 4), 1, 6),
)


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def windows(image: tuple[int, int], window: tuple[int, int], stride: int) -> tuple[int, int]:
    return (image[0] - window[0]) // stride + 1, (image[1] - window[1]) // stride + 1


def random(precision: str, *shape: int) -> Reals:
    return np.random.default_rng(shape).standard_normal(shape).astype(precision)


@pytest.mark.parametrize(("n", "image", "window", "stride", "c"), GEOMETRIES)
def test_max_pooling(n: int, image: tuple[int, int], window: tuple[int, int], stride: int, c: int,
                     precision: str) -> None:
    small = (n, *windows(image, window, stride), c)
    # Few different numbers, so that many windows hold their largest one twice.
    x = np.round(random(precision, n, *image, c))
    (y, y_block), (at, at_block) = guarded(small, precision), guarded(small, precision)
    kernels.max_pooling(y, at, x, *window, stride)
    y_truth, at_truth = np.empty(small), np.empty(small)
    twins.max_pooling(y_truth, at_truth, double(x), *window, stride)
    np.testing.assert_array_equal(y, y_truth)
    np.testing.assert_array_equal(at, at_truth)
    dy = random(precision, *small)
    dx, block = guarded(x.shape, precision)
    kernels.max_pooling_backward(dx, dy, at, *window, stride)
    truth, scale = np.empty(x.shape), np.empty(x.shape)
    twins.max_pooling_backward(truth, double(dy), at_truth, *window, stride)
    twins.max_pooling_backward(scale, np.abs(double(dy)), at_truth, *window, stride)
    assert_close(dx, truth, precision, scale=scale)
    for guarded_block in (y_block, at_block, block):
        assert_guards_untouched(guarded_block)


def test_of_equal_numbers_the_first_is_the_largest(precision: str) -> None:
    x = np.full((1, 2, 4, 1), 3.0, precision)
    x[0, 1, 3, 0] = 4.0
    y, at, dx = np.empty((1, 1, 2, 1), precision), np.empty((1, 1, 2, 1), precision), x.copy()
    kernels.max_pooling(y, at, x, 2, 2, 2)
    np.testing.assert_array_equal(y.ravel(), [3.0, 4.0])
    kernels.max_pooling_backward(dx, np.ones_like(y), at, 2, 2, 2)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[1, 0, 0, 0], [0, 0, 0, 1]])


@pytest.mark.parametrize("place", range(4))
def test_a_number_that_is_not_one_is_the_largest(place: int, precision: str) -> None:
    x = random(precision, 1, 2, 2, 1)
    x.reshape(-1)[place] = np.nan
    y, at = np.empty((2, 1, 1, 1, 1), precision)
    kernels.max_pooling(y, at, x, 2, 2, 2)
    assert np.isnan(y).all()
    assert at.item() == place


@pytest.mark.parametrize("scale", [1.0, 0.25])
@pytest.mark.parametrize(("n", "image", "window", "stride", "c"), GEOMETRIES)
def test_sums_and_spreads(n: int, image: tuple[int, int], window: tuple[int, int], stride: int,
                          c: int, scale: float, precision: str) -> None:
    small = (n, *windows(image, window, stride), c)
    large = (n, *image, c)
    for name, result, given in (("window_sums", small, large), ("window_spread", large, small)):
        x = random(precision, *given)
        y, block = guarded(result, precision)
        getattr(kernels, name)(y, x, *window, stride, scale)
        truth, size = np.empty(result), np.empty(result)
        getattr(twins, name)(truth, double(x), *window, stride, scale)
        getattr(twins, name)(size, np.abs(double(x)), *window, stride, scale)
        assert_close(y, truth, precision, units=1 + window[0] * window[1] / 16, scale=size)
        assert_guards_untouched(block)
