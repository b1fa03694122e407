"""Scaling the first weights by what they make of training data: LSUV."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels.runtime import layout
from engine.layers import INITIALISERS, Value, kind
from engine.plan import Plan, PlannedLayer
from engine.training.visit import run, undisturbed

PROBE = 256
"""Training examples on which variances are measured."""

ROUNDS = 10
TOLERANCE = 0.01
"""Tries for a layer, and how far from 1 its variance may stay: as in the paper."""


def scale(plan: Plan, training: NDArray[np.int64], given: Collection[str] = ()) -> None:
    """Scale the weights of every layer that asks for it to weighted sums of variance 1.

    Parameters
    ----------
    plan : Plan
        A network whose weights are drawn.
    training : int64[...]
        Training examples; the first `PROBE` are looked at.
    given : collection of str
        Ids of layers whose weights were not drawn, and stay.

    Notes
    -----
    Source: Mishkin and Matas (2016), All you need is a good init, algorithm 1. The variance is that
    of the activation function's argument, over examples, places and units.
    """
    layers = [layer for layer in plan.layers
              if layer.spec.id not in given and _asks(layer) and layer.argument is not None]
    if not layers:
        return
    batch = min(PROBE, len(training), plan.capacity)
    with undisturbed(plan):
        plan.shared.control[layout.ORDER] = training.ctypes.data
        plan.shared.control[layout.POSITION] = 0
        run(plan, batch, layout.GATHER)
        for layer in layers:
            for _ in range(ROUNDS):
                run(plan, batch, layout.FORWARD)
                if not _scaled(plan, layer, batch):
                    break


def _asks(layer: PlannedLayer) -> bool:
    layer_kind = kind(layer.spec.kind)
    scheme = INITIALISERS.get(layer_kind.initialiser(layer_kind.options(layer.spec)))
    return scheme is not None and scheme.is_scaled_by_data


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
