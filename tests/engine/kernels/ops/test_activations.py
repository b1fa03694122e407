from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.kernels.ops import activations, activations_further
from tests.engine.kernels.agreement import (
    PRECISIONS,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
    special,
)
from tests.reference import activations as twins

FUNCTIONS = ("relu", "leaky_relu", "elu", "tanh", "sigmoid", "gelu", "selu", "silu", "softplus",
             "softsign", "hard_tanh", "sine")


def compiled(name: str) -> Callable[..., None]:
    """Return a kernel by name."""
    module = activations if hasattr(activations, name) else activations_further
    function: Callable[..., None] = getattr(module, name)
    return function


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("values", ["special", "many", "one", "odd"])
def test_forward(function: str, precision: str, values: str) -> None:
    x = {"special": special(precision),
         "many": np.linspace(-25, 25, 4001).astype(precision),
         "one": np.array([0.3], precision),
         "odd": np.linspace(-3, 3, 13).astype(precision)}[values]
    y, block = guarded(x.shape, precision)
    kept = x.copy()
    compiled(f"{function}_forward")(y, x)
    truth = np.empty(x.shape)
    getattr(twins, f"{function}_forward")(truth, double(x))
    # Next to 0, GELU's distribution is 1 minus a tail, and in its tail the argument is squared.
    scale = np.abs(double(x)) * 1e-3 if function == "gelu" else 0.0
    scale = np.where(np.isfinite(scale), scale, 0.0)
    assert_close(y, truth, precision, units=2, scale=scale)
    assert_guards_untouched(block)
    np.testing.assert_array_equal(x, kept)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("in_place", [False, True])
def test_backward(function: str, precision: str, in_place: bool) -> None:
    x = np.concatenate([special(precision), np.linspace(-9, 9, 501).astype(precision)])
    y = np.empty_like(x)
    compiled(f"{function}_forward")(y, x)
    dy = np.random.default_rng(1).standard_normal(x.size).astype(precision)
    truth = np.empty(x.size)
    getattr(twins, f"{function}_backward")(truth, double(dy), double(x), double(y))
    dx, block = guarded(x.shape, precision)
    if in_place:
        dx[:] = dy
    compiled(f"{function}_backward")(dx, dx if in_place else dy, x, y)
    # 1 - y² and y + 1 cancel where the function is flat: the error is relative to the slope 1.
    assert_close(dx, truth, precision, scale=np.abs(dy))
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("odd_one", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_comes_back(function: str, precision: str, odd_one: float) -> None:
    x = np.full(5, 0.5, precision)
    y = np.tanh(x)
    for place in range(5):
        dy = np.ones(5, precision)
        dy[place] = odd_one
        dx = np.empty(5, precision)
        compiled(f"{function}_backward")(dx, dy, x, y)
        assert (~np.isfinite(dx)).nonzero()[0].tolist() == [place]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_relu_has_slope_0_at_0(precision: str) -> None:
    x = np.array([0.0, -0.0, np.finfo(precision).tiny], precision)
    dx = np.empty(3, precision)
    activations.relu_backward(dx, np.ones(3, precision), x, x)
    assert dx.tolist() == [0.0, 0.0, 1.0]
