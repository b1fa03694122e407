from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import batches, dropout, noise
from engine.kernels.runtime import random
from tests.engine.kernels.agreement import (
    PRECISIONS,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import randomness as twins

KEYS = (0, 1, 42, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)


@pytest.mark.parametrize("x", KEYS)
def test_mixed(x: int) -> None:
    assert int(random.mixed(np.uint64(x))) == twins.mixed(x)


@pytest.mark.parametrize("size", [0, 1, 2, 7, 1000])
@pytest.mark.parametrize(("seed", "epoch"), [(0, 0), (42, 0), (42, 1), (2**32 - 1, 10**9)])
def test_shuffle(size: int, seed: int, epoch: int) -> None:
    found, truth = np.arange(size), np.arange(size)
    random.shuffle(found, seed, epoch)
    twins.shuffle(truth, seed, epoch)
    np.testing.assert_array_equal(found, truth)
    np.testing.assert_array_equal(np.sort(found), np.arange(size))


def test_every_place_is_equally_likely() -> None:
    counts = np.zeros((5, 5))
    for epoch in range(5000):
        order = np.arange(5)
        random.shuffle(order, 1, epoch)
        counts[order, np.arange(5)] += 1
    # 1000 each; five standard deviations are 141.
    assert np.abs(counts - 1000).max() < 141


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.95])
@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("key", KEYS)
def test_dropout(key: int, size: int, rate: float, precision: str) -> None:
    x = np.random.default_rng(size).standard_normal(size).astype(precision)
    y, block = guarded((size,), precision)
    dropout.dropout(y, x, rate, np.uint64(key), 3)
    truth = np.empty(size)
    twins.dropout(truth, double(x), rate, key, 3)
    assert_close(y, truth, precision)
    assert ((y == 0) == (truth == 0)).all()
    assert_guards_untouched(block)


def test_dropout_drops_the_share_that_it_should() -> None:
    x = np.ones(100_000)
    y = np.empty_like(x)
    dropout.dropout(y, x, 0.3, np.uint64(5), 0)
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.01)
    assert y.mean() == pytest.approx(1.0, abs=0.01)


def test_shards_draw_what_one_loop_would() -> None:
    x = np.ones(100)
    whole, parts = np.empty(100), np.empty(100)
    dropout.dropout(whole, x, 0.5, np.uint64(5), 0)
    dropout.dropout(parts[:37], x[:37], 0.5, np.uint64(5), 0)
    dropout.dropout(parts[37:], x[37:], 0.5, np.uint64(5), 37)
    np.testing.assert_array_equal(whole, parts)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_dropout_keeps_what_is_not_finite(precision: str) -> None:
    x = np.array([np.nan, np.inf, -np.inf], precision)
    y = np.empty(3, precision)
    dropout.dropout(y, x, 0.0, np.uint64(5), 0)
    np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize("place", [0, 1, 999, 2**40])
@pytest.mark.parametrize("key", KEYS)
def test_normal(key: int, place: int) -> None:
    truth = twins.normal(key, place)
    assert random.normal(np.uint64(key), place) == pytest.approx(truth, rel=1e-12, abs=1e-14)


def test_normal_numbers_have_the_moments_and_tails_of_their_distribution() -> None:
    drawn = np.array([random.normal(np.uint64(5), place) for place in range(100_000)])
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)
    for bound, share in ((1, 0.3173), (2, 0.0455), (3, 0.0027)):
        assert np.mean(np.abs(drawn) > bound) == pytest.approx(share, abs=0.006)
    assert np.corrcoef(drawn[:-1], drawn[1:])[0, 1] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("deviation", [0.0, 0.1, 3.0])
@pytest.mark.parametrize("size", [1, 7, 200])
def test_gaussian_noise(size: int, deviation: float, precision: str) -> None:
    x = np.random.default_rng(size).standard_normal(size).astype(precision)
    y, block = guarded((size,), precision)
    noise.gaussian_noise(y, x, deviation, np.uint64(42), 3)
    truth = np.empty(size)
    twins.gaussian_noise(truth, double(x), deviation, 42, 3)
    assert_close(y, truth, precision, scale=1 + 10 * deviation)
    assert (y == x).all() == (deviation == 0)
    assert_guards_untouched(block)


def test_shards_draw_the_noise_that_one_loop_would() -> None:
    x = np.ones(100)
    whole, parts = np.empty(100), np.empty(100)
    noise.gaussian_noise(whole, x, 0.5, np.uint64(5), 0)
    noise.gaussian_noise(parts[:37], x[:37], 0.5, np.uint64(5), 0)
    noise.gaussian_noise(parts[37:], x[37:], 0.5, np.uint64(5), 37)
    np.testing.assert_array_equal(whole, parts)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_copy_and_gather(precision: str) -> None:
    x = np.random.default_rng(1).standard_normal(21).astype(precision)
    x[4] = np.nan
    y, block = guarded((21,), precision)
    dropout.copy(y, x)
    np.testing.assert_array_equal(y, x)
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("width", [1, 3, 8, 9, 15, 16, 17, 37, 200])
def test_gather(width: int, precision: str) -> None:
    random = np.random.default_rng(1)
    order = np.array([6, 0, 0, 3])
    x = random.standard_normal(7 * width).astype(precision)
    x[4 % width] = np.nan
    rows, block = guarded((4, width), precision)
    batches.gather(rows, x, order)
    truth = np.empty((4, width))
    twins.gather(truth, double(x), order)
    np.testing.assert_array_equal(double(rows), truth)
    assert_guards_untouched(block)
    values = random.integers(0, 256, 7 * width).astype(np.uint8)
    scale, shift = random.standard_normal((2, width)).astype(precision)
    batches.gather_bytes(rows, values, order, scale, shift)
    twins.gather_bytes(truth, values, order, double(scale), double(shift))
    np.testing.assert_allclose(double(rows), truth, atol=1e-4 if precision == "float32" else 1e-12)
    assert_guards_untouched(block)
