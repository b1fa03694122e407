from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import neighbours as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import neighbours as twins


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("kh", "kw", "c", "together", "o"), [
    (3, 3, 1, 2, 8), (1, 4, 3, 16, 1), (2, 2, 2, 4, 3)])
def test_weights_are_widened(kh: int, kw: int, c: int, together: int, o: int, precision: str
                             ) -> None:
    x = np.random.default_rng(1).standard_normal((kh, kw, c, o)).astype(precision)
    found, block = guarded((kh, kw + together - 1, c, together, o), precision)
    kernels.widen(found, x)
    truth = np.full(found.shape, np.nan)
    twins.widen(truth, double(x))
    assert np.array_equal(found, truth)
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("begin", "lines"), [(0, 6), (1, 4), (5, 1), (2, 0)])
def test_gradients_are_narrowed(begin: int, lines: int, precision: str) -> None:
    y = np.random.default_rng(1).standard_normal((lines, 4 + 3, 4, 3)).astype(precision)
    found, block = guarded((2, 4, 3, 3), precision)
    found[:] = 7
    kernels.narrow(found, y, begin)
    truth, scale = np.full(found.shape, 7.0), np.full(found.shape, 7.0)
    twins.narrow(truth, double(y), begin)
    twins.narrow(scale, np.abs(double(y)), begin)
    assert_close(found, truth, precision, scale=scale)
    assert_guards_untouched(block)


@pytest.mark.parametrize(("windows", "kw", "stride"), [(7, 3, 1), (8, 1, 1), (8, 3, 2)])
def test_what_would_not_gain_stays_alone(windows: int, kw: int, stride: int) -> None:
    assert kernels.windows_together(1, windows, kw, stride, 4) == 1


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("o", [1, 2, 3, 8, 16, 17])
def test_neighbours_fill_what_is_done_soonest(o: int, size: int) -> None:
    together = kernels.windows_together(o, 16, 3, 1, size)
    assert together == 1 or together * o * size <= kernels.TOGETHER_BYTES
    assert together == 16 or 2 * together * o * size > kernels.TOGETHER_BYTES
