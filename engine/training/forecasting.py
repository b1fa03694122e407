"""What a network says about the future of a series."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Forecast, frozen

Array = NDArray[np.float64]

LENGTH = 120
"""Most steps of the validation part that are forecast."""


def forecast(dataset: Dataset, predicted: Callable[[Array], Array]) -> Forecast:
    """Return a series beside what the network says about it.

    Parameters
    ----------
    dataset : Dataset
        A series with validation examples.
    predicted : callable
        Returns the network's output for prepared inputs, and leaves it as it is.
    """
    rows = dataset.validation[:LENGTH]
    one_step = predicted(dataset.inputs[rows])
    window = dataset.inputs[rows[0]].copy()
    rollout = np.empty((len(rows), 1))
    for step in range(len(rows)):
        rollout[step] = predicted(window[None, :])
        window = np.concatenate([window[1:], rollout[step]])
    return Forecast(*(frozen(dataset.in_units(values)[:, 0])
                      for values in (dataset.values[rows], one_step, rollout)))
