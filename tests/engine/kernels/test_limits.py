from __future__ import annotations

import math

import numpy as np
import pytest

from engine.kernels import limits as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    SHAPES,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import limits as twins

LIMITS = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.25), (1e6, 1e6))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("value", "limit"), LIMITS)
@pytest.mark.parametrize("size", [1, 7, 64, 1009])
def test_clip_gradients(size: int, value: float, limit: float, precision: str) -> None:
    g, block = guarded((size,), precision)
    g[:] = np.random.default_rng(size).standard_normal(size)
    truth = double(g)
    norms = kernels.clip_gradients(g, value, limit)
    expected = twins.clip_gradients(truth, value, limit)
    np.testing.assert_allclose(norms, expected, 1e-6 if precision == "float32" else 1e-13)
    assert kernels.norm(g) == pytest.approx(twins.norm(double(g)), rel=1e-13)
    assert_close(g, truth, precision)
    assert_guards_untouched(block)


def test_gradients_of_nothing_stay_nothing() -> None:
    g = np.zeros(5)
    assert kernels.clip_gradients(g, 0.1, 0.1) == (0.0, 0.0)
    assert not g.any()


def test_tiny_gradients_have_a_norm() -> None:
    g = np.full(4, 1e-30, np.float32)
    assert kernels.clip_gradients(g, 0.0, 1.0)[0] == pytest.approx(2e-30)


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
