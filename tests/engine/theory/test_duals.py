"""Duals of activation functions, against sums over a grid of pairs of normal numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.layers import ACTIVATIONS
from engine.layers.duals import error_function, leaky

NODES = np.linspace(-7.0, 7.0, 841)
SHARES = np.exp(-NODES**2 / 2) / np.exp(-NODES**2 / 2).sum()


def slope(key: str, u: np.ndarray) -> np.ndarray:
    value = ACTIVATIONS[key].value
    return (value(u + 1e-6) - value(u - 1e-6)) / 2e-6


@pytest.mark.parametrize("key", ACTIVATIONS)
@pytest.mark.parametrize(("deviation", "mean", "correlation"), [
    (0.3, 0.0, 0.9), (1.5, 0.0, 0.3), (1.0, 0.4, -0.4)])
def test_pairs_are_those_of_many_numbers(key: str, deviation: float, mean: float,
                                         correlation: float) -> None:
    sizes = np.array([deviation, 1.2 * deviation])
    covariance = np.outer(sizes, sizes) * np.array([[1, correlation], [correlation, 1]])
    dual = ACTIVATIONS[key].dual(covariance[None], np.full((1, 2), mean))
    u = mean + sizes[0] * NODES[:, None]
    v = mean + sizes[1] * (correlation * NODES[:, None]
                           + math.sqrt(1 - correlation**2) * NODES[None, :])
    f = ACTIVATIONS[key].value
    assert dual.mean[0, 0] == pytest.approx(SHARES @ f(u)[:, 0], abs=1e-4)
    own = dual.value[0, 0, 0], dual.slope[0, 0, 0]
    assert own[0] == pytest.approx(SHARES @ f(u)[:, 0]**2, rel=1e-3)
    assert own[1] == pytest.approx(SHARES @ slope(key, u)[:, 0]**2, rel=1e-2)
    pair = SHARES @ (f(u) * f(v)) @ SHARES
    assert dual.value[0, 0, 1] == pytest.approx(pair, abs=1e-3 * own[0])
    both = SHARES @ (slope(key, u) * slope(key, v)) @ SHARES
    assert dual.slope[0, 0, 1] == pytest.approx(both, abs=1e-2 * own[1])


@pytest.mark.parametrize("share", [0.0, 0.01, 0.25])
def test_the_closed_form_is_what_the_expansion_comes_to(share: float) -> None:
    covariance = np.array([[[1.0, 0.6], [0.6, 2.0]]])
    closed = leaky(share)(covariance, np.zeros((1, 2)))
    # A mean that is hardly one takes the other way.
    near = leaky(share)(covariance, np.full((1, 2), 1e-9))
    np.testing.assert_allclose(near.value, closed.value, rtol=1e-3)
    np.testing.assert_allclose(near.slope, closed.slope, rtol=3e-3)


@pytest.mark.parametrize("key", [key for key in ACTIVATIONS if key != "linear"])
def test_a_number_without_spread_has_its_own_value_and_slope(key: str) -> None:
    dual = ACTIVATIONS[key].dual(np.zeros((1, 2, 2)), np.full((1, 2), 0.3))
    assert dual.value[0, 0, 1] == pytest.approx(float(ACTIVATIONS[key].value(np.array(0.3)))**2)
    assert dual.slope[0, 0, 1] == pytest.approx(float(slope(key, np.array(0.3)))**2, rel=1e-5)


def test_the_error_function_is_that_of_the_library() -> None:
    x = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(error_function(x), [math.erf(one) for one in x], atol=3e-7)
