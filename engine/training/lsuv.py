"""Scaling the first weights by what they make of training data: LSUV."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Integers
from engine.kernels.runtime import layout
from engine.layers import Value
from engine.layers.initialisers import PROBE
from engine.plan import Plan, PlannedLayer
from engine.training.visit import run

ROUNDS = 10
TOLERANCE = 0.01
"""Tries for a layer, and how far from 1 its variance may stay: as in the paper."""


def scale(plan: Plan, layer: PlannedLayer, training: Integers) -> None:
    """Scale the weights of a layer to weighted sums of variance 1.

    Parameters
    ----------
    plan : Plan
        A network whose weights are drawn; the layers before this one are scaled.
    layer : PlannedLayer
        One that has an activation function's argument.
    training : int64[...]
        Training examples; the first `PROBE` are looked at.

    Notes
    -----
    Source: Mishkin and Matas (2016), All you need is a good init, algorithm 1. The variance is that
    of the activation function's argument, over examples, places and units.
    """
    batch = min(PROBE, len(training), plan.capacity)
    plan.shared.control[layout.ORDER] = training.ctypes.data
    plan.shared.control[layout.POSITION] = 0
    run(plan, batch, layout.GATHER)
    for _ in range(ROUNDS):
        run(plan, batch, layout.FORWARD)
        if not _scaled(plan, layer, batch):
            break


def _scaled(plan: Plan, layer: PlannedLayer, batch: int) -> bool:
    """Divide a layer's weights by the deviation of its sums; say whether that was called for."""
    assert layer.argument is not None
    variance = float(np.var(_numbers(plan, layer.argument, batch), dtype=np.float64))
    # Weighted sums that are all the same, or beyond all bounds, no factor mends.
    if not np.isfinite(variance) or variance == 0 or abs(variance - 1) <= TOLERANCE:
        return False
    plan.arena[layer.first:layer.first + layer.weights] /= np.sqrt(variance)
    return True


def _numbers(plan: Plan, value: Value, batch: int) -> NDArray[Any]:
    return plan.arena[value.data:value.data + batch * value.size]
