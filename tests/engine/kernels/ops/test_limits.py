from __future__ import annotations

import math

import numpy as np
import pytest

from engine.kernels.ops import limits as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    SHAPES,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import limits as twins

LIMITS = ((0.0, 1.0), (0.5, 1.0), (0.0, 0.375), (0.5, 0.25), (1e6, 1.0))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("value", "share"), LIMITS)
@pytest.mark.parametrize("size", [1, 7, 64, 1009])
def test_limit_gradient(size: int, value: float, share: float, precision: str) -> None:
    g, block = guarded((size,), precision)
    g[:] = np.random.default_rng(size).standard_normal(size)
    truth = double(g)
    kernels.limit_gradient(g, value, share)
    twins.limit_gradient(truth, value, share)
    assert_close(g, truth, precision)
    assert_guards_untouched(block)


@pytest.mark.parametrize("norm", [0.0, 1e-30, 0.5, 1.0, 3.0])
def test_only_what_is_beyond_the_limit_is_shortened(norm: float) -> None:
    assert kernels.limited_norm(norm, 0.0) == (norm, 1.0)
    after, share = kernels.limited_norm(norm, 1.0)
    assert after == norm * share
    assert share == (pytest.approx(1 / norm, rel=1e-5) if norm >= 1.0 else 1.0)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("limit", [0.25, 3.0, 1e6])
@pytest.mark.parametrize("shape", SHAPES)
def test_limit_columns(shape: tuple[int, int], limit: float, precision: str) -> None:
    w, block = guarded(shape, precision)
    w[:] = np.random.default_rng(shape).standard_normal(shape)
    w[:, 0] = 0
    truth = double(w)
    kernels.limit_columns(w, np.empty(shape[1]), limit)
    twins.limit_columns(truth, np.empty(shape[1]), limit)
    assert_close(w, truth, precision)
    assert np.sqrt((double(w)**2).sum(0)).max() <= limit * (1 + 1e-6)
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_short_column_is_left_as_it_is(precision: str) -> None:
    w = np.random.default_rng(1).standard_normal((5, 3)).astype(precision)
    before = w.copy()
    kernels.limit_columns(w, np.empty(3), math.inf)
    np.testing.assert_array_equal(w, before)
