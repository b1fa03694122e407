"""Scaling columns of any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.data.scaling import check_range, measure
from engine.errors import DataError

columns = arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 4)),
                 elements=st.floats(allow_nan=False, allow_infinity=False))


@given(columns, st.sampled_from(["standard", "minmax"]))
def test_training_examples_end_up_finite_and_small(values, scaling):
    scaled = measure(scaling, values)(values)
    assert np.isfinite(scaled).all()
    assert np.abs(scaled).max() <= max(10, np.sqrt(len(values)))


@given(columns)
def test_none_changes_nothing(values):
    assert np.array_equal(measure("none", values)(values), values)


def test_a_constant_column_is_centred():
    values = np.full((7, 1), 0.1)
    assert measure("standard", values)(values) == pytest.approx(np.zeros((7, 1)))
    assert measure("minmax", values)(values) == pytest.approx(np.zeros((7, 1)))


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_a_constant_column_of_large_numbers_is_centred_exactly(scaling):
    """The sum of three of these is no number of float64."""
    values = np.full((3, 1), 1.8446743e19)
    assert (values.mean(axis=0) != values[0]).any()
    assert not measure(scaling, values)(values).any()


def test_a_number_too_large_is_named():
    values = np.array([[1.0, 1.0], [2.0, -1e300]])
    with pytest.raises(DataError) as caught:
        check_range(values, ("mass", "charge"), "stars.csv")
    assert caught.value.sentence == (
        "stars.csv, column 'charge': a number of size 1e+300; expected at most 1e+30. "
        "Choose Standard scaling, leave the column out or correct the number.")
