from __future__ import annotations

import math

import numpy as np
import pytest

from engine.kernels.ops import statistics as kernels
from engine.kernels.ops.blocks import BLOCK
from tests.engine.kernels.agreement import PRECISIONS, SHAPES, double
from tests.reference import statistics as twins


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("size", [1, 7, 64, 1009])
@pytest.mark.parametrize("magnitude", [1.0, 1e-30, 1e30])
def test_gradient_statistics(size: int, magnitude: float, precision: str) -> None:
    g = (magnitude * np.random.default_rng(size).standard_normal(size)).astype(precision)
    g[size // 2:: 5] = 0
    np.testing.assert_allclose(kernels.gradient_statistics(g),
                               twins.gradient_statistics(double(g)), 1e-12)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("values", [[np.nan], [np.inf], [-np.inf, 1.0], [1.0, np.nan, 0.0],
                                    [0.0, 2.0, np.inf, np.nan, -np.inf]])
def test_numbers_that_are_not_finite_are_counted(values: list[float], precision: str) -> None:
    g = np.array(values, precision)
    rms, largest, zero_share, nonfinite = kernels.gradient_statistics(g)
    truth = twins.gradient_statistics(double(g))
    assert (zero_share, nonfinite) == truth[2:]
    assert not math.isfinite(rms)
    assert not math.isfinite(largest)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_gradient_of_a_hundred_sigmoid_layers_is_not_zero(precision: str) -> None:
    g = np.full(16, 1e-37 if precision == "float32" else 1e-60, precision)
    assert kernels.gradient_statistics(g)[0] == pytest.approx(float(g[0]), rel=1e-12)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("magnitude", [0.0, 1e-36, 1e-30, 1e-20, 1e-13, 1.0, 1e20])
@pytest.mark.parametrize("size", [1, 17, BLOCK])
def test_squares_of_a_block_are_near_those_in_float64(size: int, magnitude: float, precision: str
                                                      ) -> None:
    g = (magnitude * np.random.default_rng(size).standard_normal(size)).astype(precision)
    found = kernels.block_squares(g, float(np.abs(g).max()))
    assert found == pytest.approx(float((double(g) ** 2).sum()), rel=4e-6, abs=0)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_magnitude_histogram(precision: str) -> None:
    info = np.finfo(precision)
    rng = np.random.default_rng(1)
    g = np.concatenate([10.0 ** rng.uniform(-35, 35, 500) * rng.choice([-1, 1], 500),
                        [0.0, -0.0, 1.0, 2.0, 0.5, 1 - 2.0**-20, info.tiny, info.max, info.min,
                         info.smallest_subnormal, np.nan, np.inf, -np.inf]]).astype(precision)
    counts = np.full(kernels.MAGNITUDE_BINS, 7, np.int64)
    truth = np.zeros(kernels.MAGNITUDE_BINS, np.int64)
    kernels.magnitude_histogram(counts, g)
    twins.magnitude_histogram(truth, double(g))
    np.testing.assert_array_equal(counts, truth)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_activation_statistics(shape: tuple[int, int], precision: str) -> None:
    a = np.tanh(2 * np.random.default_rng(shape).standard_normal(shape)).astype(precision)
    a[:, shape[1] // 2] = 0
    summary, truth = np.empty(6), np.empty(6)
    histogram, expected = np.full(24, 7, np.int64), np.zeros(24, np.int64)
    kernels.activation_statistics(summary, histogram, a, -0.97, 0.97)
    twins.activation_statistics(truth, expected, double(a), -0.97, 0.97)
    np.testing.assert_allclose(summary, truth, 1e-12, 1e-15)
    assert histogram.sum() == a.size
    # A number on the edge of two bins may fall into either.
    assert np.abs(np.cumsum(histogram - expected)).max() <= 1


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("values", [[np.nan, 1.0, 2.0], [1.0, np.nan, 2.0], [1.0, np.inf, 2.0],
                                    [1.0, -np.inf, 2.0], [np.inf, -np.inf, np.nan],
                                    [np.inf, np.inf, np.inf], [1.7e308, -1.7e308, 0.0]])
def test_activations_that_are_not_finite_break_nothing(values: list[float],
                                                       precision: str) -> None:
    with np.errstate(over="ignore"):
        a = np.array(values).astype(precision)[:, None]
    block = np.zeros(24 + 200, np.int64)
    histogram = block[100:124]
    kernels.activation_statistics(np.empty(6), histogram, a, -np.inf, np.inf)
    assert (histogram >= 0).all()
    assert histogram.sum() <= 3
    assert block.sum() == histogram.sum()
