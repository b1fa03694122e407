"""What a network says about the future of a series."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.plan import Plan
from engine.telemetry.snapshot import Forecast, frozen
from engine.training.observe import predict

LENGTH = 120
"""Most steps of the validation part that are forecast."""


def forecast(plan: Plan, dataset: Dataset, loss: str) -> Forecast | None:
    """Return a series beside what the network says about it; None for other data.

    Parameters
    ----------
    plan : Plan
        The network between two steps; left as it is.
    dataset : Dataset
        The data.
    loss : str
        The loss that the network is trained with.
    """
    rows = dataset.validation[:LENGTH]
    if not dataset.is_series or not len(rows):
        return None
    one_step = predict(plan, dataset.inputs[rows], dataset.task, loss)
    window = dataset.inputs[rows[0]].copy()
    rollout = np.empty((len(rows), 1))
    for step in range(len(rows)):
        rollout[step] = predict(plan, window[None, :], dataset.task, loss)
        window = np.concatenate([window[1:], rollout[step]])
    return Forecast(*(frozen(dataset.in_units(values)[:, 0])
                      for values in (dataset.values[rows], one_step, rollout)))
