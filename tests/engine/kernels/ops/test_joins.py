from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import joins as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import joins as twins


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("size", [1, 7, 64])
def test_add(size: int, precision: str) -> None:
    rng = np.random.default_rng(size)
    a, b = (rng.standard_normal(size).astype(precision) for _ in range(2))
    y, block = guarded((size,), precision)
    kernels.add(y, a, b)
    truth = np.empty(size)
    twins.add(truth, double(a), double(b))
    assert_close(y, truth, precision)
    kernels.add(a, a, b)
    np.testing.assert_array_equal(a, y)
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("y_first", "x_first", "width"), [(0, 0, 1), (2, 1, 3), (0, 0, 4)])
def test_copy_columns_leaves_the_others_alone(y_first: int, x_first: int, width: int,
                                              precision: str) -> None:
    x = np.random.default_rng(width).standard_normal((5, 4)).astype(precision)
    y, block = guarded((5, 7), precision)
    truth = double(y)
    kernels.copy_columns(y, x, y_first, x_first, width)
    twins.copy_columns(truth, double(x), y_first, x_first, width)
    np.testing.assert_array_equal(double(y), truth)
    assert np.isnan(y).sum() == 5 * (7 - width)
    assert_guards_untouched(block)
