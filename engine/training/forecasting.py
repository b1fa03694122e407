"""What a network says about the future of a series."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset, Indices
from engine.data.series import windows_of
from engine.diagnosis.naive import mean_errors, naive_errors
from engine.telemetry.snapshot import Forecast, frozen

Array = NDArray[np.float64]

LENGTH = 120
"""Most steps of the validation part that are drawn."""

JUDGED = 2000
"""Most windows of the validation part by which errors are measured."""


def forecast(dataset: Dataset, predicted: Callable[[Array], Array]) -> Forecast:
    """Return a series beside what the network says about it.

    Parameters
    ----------
    dataset : Dataset
        A series with validation examples. Drawn is the first column that is forecast, at the
        nearest of the steps ahead.
    predicted : callable
        Returns the network's output for prepared inputs, and leaves it as it is.
    """
    windows = windows_of(dataset)
    rows, judged = windows.run(dataset.validation, LENGTH), _judged(dataset.validation)
    errors = mean_errors(dataset, judged, predicted(dataset.inputs[judged]))
    last, season = naive_errors(dataset, judged)
    actual, one_step, rollout = (frozen(dataset.in_units(values)[:, 0].copy()) for values in (
        dataset.values[rows], predicted(dataset.inputs[rows]), _rollout(dataset, rows, predicted)))
    return Forecast(actual, one_step, rollout, frozen(errors), frozen(last), frozen(season))


def _judged(rows: Indices) -> Indices:
    """Return rows that are spread over all of them; all where there are few."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), JUDGED)).astype(np.int64))]


def _rollout(dataset: Dataset, rows: Indices, predicted: Callable[[Array], Array]) -> Array:
    """Return the forecasts that go on from their own, as far as nothing else is looked at."""
    windows = windows_of(dataset)
    told = np.full((len(rows), dataset.values.shape[1]), np.nan)
    if not windows.feeds_itself:
        return told
    window = dataset.inputs[rows[0]].reshape(windows.steps, windows.features).copy()
    for step in range(len(rows)):
        told[step] = predicted(window.reshape(1, -1))[0]
        window = np.concatenate([window[1:], told[step, list(windows.fed)][None, :]])
    return told
