from __future__ import annotations

import numpy as np
import pytest

from engine.kernels import blocks as kernels
from engine.layers.blocks import strip_width
from tests.engine.kernels.agreement import PRECISIONS, double
from tests.reference import blocks as twins


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("k", [1, 3, 8, 64, 300])
@pytest.mark.parametrize("rows", [1, 7, 257, 1300])
def test_sums_of_rows(rows: int, k: int, precision: str) -> None:
    x = (100 + np.random.default_rng(rows).standard_normal(rows * k)).astype(precision)
    sums, truth = np.full(strip_width(k) + 1, np.nan), np.empty(k)
    kernels.sum_rows(sums[:-1], x, k)
    twins.sum_rows(truth, double(x), k)
    np.testing.assert_allclose(sums[:k], truth, 1e-14)
    assert np.isnan(sums[-1])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_not_finite_spoils_only_its_own_sum(value: float) -> None:
    x = np.ones(700 * 3, np.float32)
    x[3 * 650 + 1] = value
    sums = np.empty(strip_width(3))
    kernels.sum_rows(sums, x, 3)
    assert np.isfinite(sums[:3]).tolist() == [True, False, True]


def test_blocks_are_added() -> None:
    parts = np.random.default_rng(1).standard_normal((9, 2, 40))[:, 1, :13]
    found, truth = np.empty(13), np.empty(13)
    kernels.add_blocks(found, parts)
    twins.add_blocks(truth, parts)
    np.testing.assert_allclose(found, truth, 1e-13, 1e-14)
    kernels.add_blocks(parts[0], parts)
    np.testing.assert_array_equal(parts[0], found)


@pytest.mark.parametrize(("k", "width"), [(1, 256), (3, 258), (64, 256), (256, 256), (300, 300)])
def test_a_strip_is_whole_rows(k: int, width: int) -> None:
    assert strip_width(k) == width
