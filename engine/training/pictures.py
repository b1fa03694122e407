"""What can be looked at in a network over images: feature maps and filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.kernels.runtime import layout
from engine.layers import kind
from engine.plan import Plan, PlannedLayer
from engine.telemetry.snapshot import LayerReading, frozen
from engine.training.visit import rows_of, run, undisturbed

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

CHANNELS = 64
"""Most channels of a layer that are shown."""

IMAGE = 3
"""Axes of an image: height, width and channels."""


def has_pictures(plan: Plan) -> bool:
    """Say whether any layer has feature maps or filters."""
    return any(len(layer.output.shape) == IMAGE or _filters(plan, layer) is not None
               for layer in plan.layers)


def with_pictures(plan: Plan, readings: Sequence[LayerReading], seen: Integers
                  ) -> tuple[LayerReading, ...]:
    """Return readings with feature maps and filters where a layer has any.

    Parameters
    ----------
    plan : Plan
        The network between two steps.
    readings : Sequence[LayerReading]
        One per layer.
    seen : int64[m]
        Rows of the data set; the feature maps are those of the first.
    """
    maps = _feature_maps(plan, seen) if any(
        len(layer.output.shape) == IMAGE for layer in plan.layers) else [None] * len(readings)
    return tuple(
        replace(reading, feature_maps=found, filters=_filters(plan, layer))
        for reading, found, layer in zip(readings, maps, plan.layers, strict=True))


def _feature_maps(plan: Plan, seen: Integers) -> list[Array | None]:
    with undisturbed(plan):
        plan.shared.control[layout.ORDER] = seen.ctypes.data
        plan.shared.control[layout.POSITION] = 0
        run(plan, 1, layout.GATHER, layout.FORWARD)
        return [
            frozen(rows_of(plan, layer.output, 1).reshape(layer.output.shape)[..., :CHANNELS])
            if len(layer.output.shape) == IMAGE else None for layer in plan.layers]


def _filters(plan: Plan, layer: PlannedLayer) -> Array | None:
    weights = layer.parameters.get("w")
    if weights is None:
        return None
    array = plan.arena[weights.data:weights.data + weights.size].reshape(weights.shape)
    windows = kind(layer.spec.kind).filters(array)
    return None if windows is None else frozen(windows[..., :CHANNELS].astype(np.float64))
