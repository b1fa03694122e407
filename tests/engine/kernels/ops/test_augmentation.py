"""Random changes of images: against twins, against NumPy's own turns, and in their statistics."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.kernels.ops import augmentation
from engine.kernels.runtime import random
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import augmentation as twins
from tests.reference import randomness

SHAPES = ((1, 1, 1), (8, 8, 1), (5, 7, 3), (28, 28, 1), (2, 9, 2))


def image(shape: tuple[int, ...], precision: str = "float64") -> Reals:
    return np.random.default_rng(shape).standard_normal(shape).astype(precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("mirrored", [0, 1])
@pytest.mark.parametrize(("degrees", "down", "right"), [
    (0, 0, 0), (0, 2, -1), (13, 0, 0), (-77, 1.5, 0.25), (90, 0, 0), (180, 0, 3), (45, 100, 0)])
@pytest.mark.parametrize("reflecting", [0, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_warp(shape: tuple[int, ...], reflecting: int, degrees: float, down: float, right: float,
              mirrored: int, precision: str) -> None:
    x = image(shape, precision)
    y, block = guarded(shape, precision)
    angle = math.radians(degrees)
    augmentation.warp(y, x, math.cos(angle), math.sin(angle), down, right, mirrored,
                      reflecting)
    truth = np.empty(shape)
    twins.warp(truth, double(x), math.cos(angle), math.sin(angle), down, right, mirrored,
                      reflecting)
    # Where a sample falls next to a pixel's place, rounding shares it out in another way.
    assert_close(y, truth, precision, units=40, scale=np.abs(x).max())
    assert_guards_untouched(block)


@pytest.mark.parametrize("turns", [0, 1, 2, 3, -1])
@pytest.mark.parametrize("size", [1, 2, 7, 8])
def test_quarter_turns_are_numpys(size: int, turns: int) -> None:
    x = image((size, size, 2))
    y = np.empty_like(x)
    angle = math.radians(90 * turns)
    augmentation.warp(y, x, math.cos(angle), math.sin(angle), 0, 0, 0, 0)
    np.testing.assert_allclose(y, np.rot90(x, turns), 0, 1e-12)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_mirrored_images_and_whole_shifts_are_exact(precision: str) -> None:
    x = image((6, 9, 2), precision)
    y = np.empty_like(x)
    augmentation.warp(y, x, 1.0, 0.0, 0.0, 0.0, 1, 0)
    np.testing.assert_array_equal(y, x[:, ::-1])
    augmentation.warp(y, x, 1.0, 0.0, 2.0, -3.0, 0, 0)
    truth = np.zeros_like(x)
    truth[2:, :-3] = x[:-2, 3:]
    np.testing.assert_array_equal(y, truth)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_comes_in_is_the_image_reflected_as_numpy_pads_it(precision: str) -> None:
    x = image((6, 9, 2), precision)
    y = np.empty_like(x)
    padded = np.pad(x, ((5, 5), (5, 5), (0, 0)), "reflect")
    for down, right in ((2, -3), (-5, 4), (0, 1)):
        augmentation.warp(y, x, 1.0, 0.0, float(down), float(right), 0, 1)
        np.testing.assert_array_equal(y, padded[5 - down:11 - down, 5 - right:14 - right])


@pytest.mark.parametrize("precision", PRECISIONS)
def test_brighten_and_cut_out(precision: str) -> None:
    x = image((5, 7, 2), precision)
    for name, arguments in (("brighten", (0.25,)), ("cut_out", (1, 3, 4)), ("cut_out", (0, 0, 0))):
        y, block = guarded(x.shape, precision)
        y[...] = x
        truth = double(x)
        flat = name == "brighten"
        getattr(augmentation, name)(y.reshape(-1) if flat else y, *arguments)
        getattr(twins, name)(truth.reshape(-1) if flat else truth, *arguments)
        assert_close(y, truth, precision)
        assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("options", [
    (0.0, 0.0, 0.0, 0.0, 0.0), (0.25, 0.0, 0.0, 0.0, 0.0), (0.0, 30.0, 0.0, 0.0, 0.0),
    (0.0, 0.0, 0.5, 0.0, 0.0), (0.0, 0.0, 0.0, 0.3, 0.0), (0.0, 0.0, 0.0, 0.0, 0.4),
    (0.5, 180.0, 0.5, 1.0, 1.0)])
@pytest.mark.parametrize("reflecting", [0, 1])
@pytest.mark.parametrize("key", [0, 1, 42, 2**64 - 1])
def test_augment_image(key: int, reflecting: int, options: tuple[float, ...], precision: str
                       ) -> None:
    x = image((8, 6, 1), precision)
    y, block = guarded(x.shape, precision)
    augmentation.augment_image(y, x, np.uint64(key), *options, reflecting)
    truth = np.empty(x.shape)
    twins.augment_image(truth, double(x), key, *options, reflecting)
    assert_close(y, truth, precision, units=40, scale=1 + np.abs(x).max())
    assert_guards_untouched(block)
    if not any(options):
        np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize("place", [0, 5, 2**40])
@pytest.mark.parametrize("key", [0, 1, 2**64 - 1])
def test_uniform(key: int, place: int) -> None:
    assert random.uniform(np.uint64(key), place) == randomness.uniform(key, place)


def drawn(n: int, *options: float) -> Reals:
    """Return what n keys make of an image that is a point of height 1 in the middle."""
    x = np.zeros((9, 9, 1))
    x[4, 4] = 1
    found = np.empty((n, 9, 9))
    for key in range(n):
        y = np.empty_like(x)
        augmentation.augment_image(y, x, np.uint64(random.mixed(np.uint64(key))), *options, 0)
        found[key] = y[:, :, 0]
    return found


def test_shifts_have_mean_0_and_stay_within_their_bounds() -> None:
    moved = drawn(4000, 0.25, 0.0, 0.0, 0.0, 0.0)
    rows, columns = (np.argmax(moved.max(axis=axis), axis=1) - 4 for axis in (2, 1))
    # Up to 2.25 pixels: rounded, the outermost are reached by a quarter of a pixel's share and two.
    for places in (rows, columns):
        assert set(places) == {-2, -1, 0, 1, 2}
        assert places.mean() == pytest.approx(0, abs=0.08)
        assert np.mean(np.abs(places) == 2) == pytest.approx(0.75 / 2.25, abs=0.03)
    assert np.corrcoef(rows, columns)[0, 1] == pytest.approx(0, abs=0.06)


def test_half_of_the_images_are_mirrored() -> None:
    x = np.arange(12.0).reshape(3, 4, 1)
    count = 0
    for key in range(4000):
        y = np.empty_like(x)
        augmentation.augment_image(y, x, np.uint64(random.mixed(np.uint64(key))), 0.0, 0.0, 0.5,
                                   0.0, 0.0, 0)
        mirrored = bool((y == x[:, ::-1]).all())
        assert mirrored or (y == x).all()
        count += mirrored
    assert count / 4000 == pytest.approx(0.5, abs=0.03)


def test_brightness_is_even_between_its_bounds() -> None:
    light = drawn(4000, 0.0, 0.0, 0.0, 0.2, 0.0)[:, 0, 0]
    assert np.abs(light).max() <= 0.2
    assert light.mean() == pytest.approx(0, abs=0.008)
    assert light.std() == pytest.approx(0.2 / math.sqrt(3), rel=0.05)


def test_every_square_is_cut_out_as_often() -> None:
    x = np.ones((6, 5, 2))
    counts = np.zeros((4, 3))
    for key in range(3600):
        y = np.empty_like(x)
        augmentation.augment_image(y, x, np.uint64(random.mixed(np.uint64(key))), 0.0, 0.0, 0.0,
                                   0.0, 0.6, 0)
        top, left = np.argwhere(y[:, :, 0] == 0)[0]
        assert (y[top:top + 3, left:left + 3] == 0).all()
        assert y.sum() == 2 * (30 - 9)
        counts[top, left] += 1
    # 300 each; five standard deviations are 83.
    assert np.abs(counts - 300).max() < 83
