"""What is told of a forecast: curves, and errors beside those of forecasts without a network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.windows import Windows
from engine.diagnosis.baseline import baseline_of
from engine.spec import ProjectSpec
from engine.training.forecasting import LENGTH, forecast

STEPS = 3


def pair(**more: Any) -> Dataset:
    """Return windows of two columns that grow by 1 and fall by 2."""
    steps = np.arange(60.0)
    columns = np.column_stack([steps, -2 * steps])
    n = len(steps) - STEPS - 1
    inputs = np.array([columns[row:row + STEPS].ravel() for row in range(n)])
    windows = Windows(STEPS, 2, (1, 2), (0, 1), np.zeros(n, np.int64), np.arange(n),
                      inputs[:, -2:], **more)
    values = np.hstack([columns[STEPS:STEPS + n], columns[STEPS + 1:STEPS + 1 + n]])
    return Dataset("series", "a.csv", "regression", inputs, np.zeros(0, np.int64), values, (),
                   tuple(map(str, range(2 * STEPS))), tuple("abcd"), np.arange(40),
                   np.arange(40, n), units_of=lambda scaled: 10 * scaled + 5, is_series=True,
                   windows=windows)


def slow(inputs: np.ndarray) -> np.ndarray:
    """Forecast two columns for two steps, a half too little of the first."""
    newest = inputs[:, -2:]
    return np.hstack([newest + np.array([0.5, -2]), newest + np.array([1.0, -4])])


def test_all_columns_are_fed_back() -> None:
    found = forecast(pair(), slow)
    m = len(pair().validation)
    assert len(found.actual) == m < LENGTH
    true = 10 * (np.arange(m) + 43) + 5
    np.testing.assert_allclose(found.actual, true)
    np.testing.assert_allclose(found.one_step, true - 5)
    # Each step loses a half more.
    np.testing.assert_allclose(found.rollout, true - 5 * (1 + np.arange(m)))


def test_errors_are_in_the_units_of_the_series_and_of_each_step_ahead() -> None:
    before = np.tile(pair().values[:, :1] - 7, (1, 4))
    found = forecast(pair(before=before, period=7), slow)
    np.testing.assert_allclose(found.errors, [5, 10])
    np.testing.assert_allclose(found.last_errors, [10, 20])
    np.testing.assert_allclose(found.season_errors, [70, 80])
    assert not len(forecast(pair(), slow).season_errors)


def test_what_is_not_forecast_is_not_fed_back() -> None:
    data = pair()
    assert data.windows is not None
    alone = replace(data, values=data.values[:, ::2], windows=replace(
        data.windows, fed=(0, -1), last=data.windows.last[:, :1]))
    found = forecast(alone, lambda inputs: slow(inputs)[:, ::2])
    assert np.isnan(found.rollout).all()
    np.testing.assert_allclose(found.errors, [5, 10])
    far = replace(data, windows=replace(data.windows, ahead=(3, 4)))
    assert np.isnan(forecast(far, slow).rollout).all()


def test_what_is_drawn_is_one_stretch_of_one_series() -> None:
    data = pair()
    assert data.windows is not None
    times = np.arange(len(data.inputs))
    times[45:] += 1
    torn = replace(data, windows=replace(data.windows, times=times))
    np.testing.assert_allclose(forecast(torn, slow).actual,
                               10 * (np.arange(45, len(times)) + STEPS) + 5)
    mixed = replace(data, validation=data.validation[::-1])
    np.testing.assert_allclose(forecast(mixed, slow).actual, forecast(data, slow).actual)


def test_an_answer_that_is_not_finite_has_no_error() -> None:
    found = forecast(pair(), lambda inputs: np.full((len(inputs), 4), np.inf))
    assert np.isnan(found.errors).all()


def test_the_baseline_of_several_columns_is_the_newest_value_of_each() -> None:
    data = pair()
    found = baseline_of(ProjectSpec(), data)
    rows = data.training
    true, last = data.values[rows], np.tile(data.inputs[rows, -2:], (1, 2))
    expected = 1 - np.mean((true - last) ** 2) / np.mean((true - true.mean(axis=0)) ** 2)
    assert found.kind == "last"
    assert found.training == pytest.approx(expected)
