"""Kernels that see rows of units: PReLU and the softmax inside a network."""

from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import prelu, softmax
from tests.engine.kernels.agreement import (
    PRECISIONS,
    SHAPES,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import activations as twins


def rows(shape: tuple[int, int], precision: str, seed: int) -> Reals:
    return np.random.default_rng([*shape, seed]).standard_normal(shape).astype(precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_prelu(shape: tuple[int, int], precision: str) -> None:
    x, dy, slopes = (rows(shape, precision, 1), rows(shape, precision, 2),
                     rows((1, shape[1]), precision, 3)[0])
    x[0, 0] = 0.0
    for name, size, arguments in (("prelu_forward", shape, (x, slopes)),
                                  ("prelu_backward_input", shape, (dy, x, slopes)),
                                  ("prelu_backward_slopes", shape[1:], (dy, x))):
        found, block = guarded(size, precision)
        getattr(prelu, name)(found, *arguments)
        truth = np.empty(size)
        getattr(twins, name)(truth, *map(double, arguments))
        assert_close(found, truth, precision, units=2, scale=np.abs(x * dy).sum())
        assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("odd_one", [np.nan, np.inf])
def test_what_is_not_finite_goes_through_prelu(odd_one: float, precision: str) -> None:
    x, slopes = np.full((3, 2), -1.0, precision), np.full(2, 0.25, precision)
    x[1, 1] = odd_one
    y = np.empty_like(x)
    prelu.prelu_forward(y, x, slopes)
    assert np.isfinite(y).tolist() == np.isfinite(x).tolist()
    ds = np.empty_like(slopes)
    prelu.prelu_backward_slopes(ds, x, np.full((3, 2), -1.0, precision))
    assert np.isfinite(ds).tolist() == [True, False]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("in_place", [False, True])
def test_softmax_backward(shape: tuple[int, int], precision: str, in_place: bool) -> None:
    dy, y = rows(shape, precision, 1), np.empty(shape, precision)
    softmax.softmax_forward(y, 3 * rows(shape, precision, 2))
    truth = np.empty(shape)
    twins.softmax_backward(truth, double(dy), double(y))
    dx, block = guarded(shape, precision)
    if in_place:
        dx[:] = dy
    softmax.softmax_backward(dx, dx if in_place else dy, y)
    assert_close(dx, truth, precision, units=2, scale=np.abs(dy).max())
    assert_guards_untouched(block)
