"""A series in time whose next value is to be forecast."""

from __future__ import annotations

import math

import numpy as np

from engine.data.dataset import Dataset, Reals
from engine.data.windows import Windows
from engine.spec import DataSpec

LENGTH = 600
PERIODS = (20.0, 20.0 * math.sqrt(2.0))
"""Steps after which each of the two sines repeats; their sum never does."""


def sines(length: int, noise: float, seed: int) -> Reals:
    """Return a sum of two sines with noise, float64[length].

    Parameters
    ----------
    length : int
        Steps.
    noise : float
        Standard deviation of the noise, in percent of the larger sine's height.
    seed : int
        Fixes the noise.
    """
    steps = np.arange(length)
    first, second = (np.sin(2 * np.pi * steps / period) for period in PERIODS)
    disturbance = np.random.default_rng(seed).standard_normal(length)
    series: Reals = first + 0.5 * second + noise / 100 * disturbance
    return series


def load_sines(spec: DataSpec) -> Dataset:
    """Return windows of the series, each with the value that follows.

    Parameters
    ----------
    spec : DataSpec
        Its ``window`` is the length of an example. The beginning of the series, ``training_share``
        of it, is to learn from, the rest for validation.
    """
    series = sines(LENGTH + spec.window, spec.noise, spec.seed)
    inputs = np.lib.stride_tricks.sliding_window_view(series, spec.window)[:LENGTH].copy()
    learned = round(spec.training_share * LENGTH)
    return Dataset(
        key=spec.source, title="Sine waves", task="regression", inputs=inputs,
        labels=np.empty(0, np.int64), values=series[spec.window:, None].copy(), class_names=(),
        feature_names=tuple(f"{ago} steps ago" if ago > 1 else "1 step ago"
                            for ago in range(spec.window, 0, -1)),
        target_names=("next value",), training=np.arange(learned),
        validation=np.arange(learned, LENGTH), is_series=True)


def windows_of(dataset: Dataset) -> Windows:
    """Return what the rows of a series are; without more, of one column and its next value."""
    if dataset.windows is not None:
        return dataset.windows
    n, steps = dataset.inputs.shape
    return Windows(steps, 1, (1,), (0,), np.zeros(n, np.int64), np.arange(n),
                   np.asarray(dataset.inputs[:, -1:]))
