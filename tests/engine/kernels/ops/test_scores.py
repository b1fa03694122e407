from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import scores as kernels
from tests.engine.kernels.agreement import PRECISIONS, SHAPES, double
from tests.engine.kernels.ops.test_losses import examples
from tests.reference import losses as twins


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_squared_error(shape: tuple[int, int], precision: str) -> None:
    z, t = examples(shape, precision)
    assert kernels.squared_error(z, t) == pytest.approx(
        twins.squared_error(double(z), double(t)), rel=1e-12)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_squared_error_of_shares(shape: tuple[int, int], precision: str) -> None:
    z, t = examples(shape, precision, spread=20.0)
    assert kernels.squared_error_of_shares(z, t) == pytest.approx(
        twins.squared_error_of_shares(double(z), double(t)),
        rel=1e-12 if precision == "float64" else 1e-6,
        # 1 - s(z) keeps no more digits than s(z) has behind the point.
        abs=0 if precision == "float64" else 1e-7)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_count_correct(shape: tuple[int, int], precision: str) -> None:
    z, t = examples(shape, precision)
    if shape[1] == 1:
        t[::2] = 0
    assert kernels.count_correct(z, t, 0.5) == twins.count_correct(double(z), double(t), 0.5)


def test_count_correct_takes_the_first_of_equal_outputs() -> None:
    z, t = np.zeros((2, 3)), np.eye(3)[[0, 2]]
    assert kernels.count_correct(z, t, 0.0) == twins.count_correct(z, t, 0.0) == 1
