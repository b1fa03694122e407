"""Averages of parameters, against twins."""

from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import averaging
from tests.engine.kernels.agreement import (
    PRECISIONS,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import averaging as twins


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("share", [1.0, 0.5, 0.01, 1 / 3])
@pytest.mark.parametrize("n", [1, 7, 1000])
def test_average_parameters(n: int, share: float, precision: str) -> None:
    rng = np.random.default_rng(n)
    w = rng.standard_normal(n).astype(precision)
    found, block = guarded((n,), precision)
    found[:] = rng.standard_normal(n)
    truth = double(found)
    averaging.average_parameters(found, w, share)
    twins.average_parameters(truth, double(w), share)
    assert_close(found, truth, precision, scale=4.0)
    assert_guards_untouched(block)
    if share == 1:
        np.testing.assert_array_equal(found, w)


def test_a_first_step_forgets_whatever_was_there() -> None:
    found, w = np.array([np.nan, np.inf]), np.array([1.0, 2.0])
    averaging.average_parameters(found, w, 1.0)
    np.testing.assert_array_equal(found, w)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_exchange_parameters(precision: str) -> None:
    first, second = np.arange(9, dtype=precision), -np.arange(9, dtype=precision)
    truth = double(first), double(second)
    averaging.exchange_parameters(first, second)
    twins.exchange_parameters(*truth)
    np.testing.assert_array_equal(first, truth[0])
    np.testing.assert_array_equal(second, truth[1])
