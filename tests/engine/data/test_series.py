"""The series that is to be forecast."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import Dataset, load
from engine.data.series import PERIODS, sines
from engine.spec import DataSpec

pytestmark = pytest.mark.data


def series(**options: object) -> Dataset:
    return load(DataSpec(source="sine", **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("window", [2, 16, 100])
def test_every_window_is_a_step_later_and_followed_by_its_target(window: int) -> None:
    data = series(window=window)
    assert data.n_inputs == window
    assert data.is_series
    assert (data.task, data.n_outputs) == ("regression", 1)
    np.testing.assert_array_equal(data.inputs[1:, :-1], data.inputs[:-1, 1:])
    np.testing.assert_array_equal(data.inputs[1:, -1], data.values[:-1, 0])
    assert data.feature_names[0] == f"{window} steps ago"
    assert data.feature_names[-1] == "1 step ago"


@pytest.mark.parametrize("share", [0.05, 0.5, 0.8, 0.95])
def test_the_future_is_for_validation(share: float) -> None:
    data = series(training_share=share)
    count = len(data.inputs)
    assert data.training.tolist() == list(range(round(share * count)))
    assert data.validation.tolist() == list(range(round(share * count), count))
    assert len(data.validation)


def test_two_sines_whose_sum_never_repeats() -> None:
    assert (PERIODS[1] / PERIODS[0]) ** 2 == pytest.approx(2)
    values = sines(4000, 0.0, 0)
    for shift in range(10, 400):
        assert np.abs(values[shift:] - values[:-shift]).max() > 0.05
    # What has been is not enough to copy from: the last value is a poor forecast.
    assert np.mean(np.diff(values) ** 2) > 0.05 * np.var(values)


def test_noise_is_a_share_of_the_height() -> None:
    clean, noisy = sines(5000, 0.0, 1), sines(5000, 20.0, 1)
    assert np.std(noisy - clean) == pytest.approx(0.2, rel=0.05)
    np.testing.assert_array_equal(noisy, sines(5000, 20.0, 1))
    assert not np.array_equal(noisy, sines(5000, 20.0, 2))
