"""How far off forecasts of a series are, and what can be had without learning."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Indices, Reals
from engine.data.series import windows_of


def mean_errors(dataset: Dataset, rows: Indices, said: Reals) -> Reals:
    """Return the mean absolute error for each number of steps ahead, float64[a].

    Parameters
    ----------
    dataset : Dataset
        A series.
    rows : int64[m]
        Some of its windows.
    said : float64[m, k]
        What is forecast for them, scaled as the targets are; NaN where nothing is.

    Returns
    -------
    float64[a]
        Of the first column that is forecast, in the units of the series; NaN where nothing is
        forecast or the forecast is infinite.
    """
    windows = windows_of(dataset)
    true, told = dataset.in_units(dataset.values[rows]), dataset.in_units(said)
    off = np.abs(told - true)[:, ::windows.columns]
    known = np.isfinite(off)
    counts = known.sum(axis=0)
    sums = np.where(known, off, 0.0).sum(axis=0)
    errors: Reals = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return errors


def naive_errors(dataset: Dataset, rows: Indices) -> tuple[Reals, Reals]:
    """Return the errors of two forecasts that need no network, as `mean_errors` has them.

    Parameters
    ----------
    dataset : Dataset
        A series.
    rows : int64[m]
        Some of its windows.

    Returns
    -------
    last, season : float64[a]
        Of saying the newest value again; of saying what was a whole number of periods before,
        empty where no period is plain.
    """
    windows = windows_of(dataset)
    last = mean_errors(dataset, rows, windows.again[rows])
    if windows.before is None:
        return last, np.zeros(0)
    return last, mean_errors(dataset, rows, windows.before[rows])
