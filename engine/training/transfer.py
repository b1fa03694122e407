"""Starting with what another network has learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.plan import Plan, PlannedLayer
from engine.telemetry.transfer import LeftLayer, TransferReport
from engine.training.weights import fits, views

Start = Mapping[str, NDArray[Any]]


def transfer(plan: Plan, start: Start) -> TransferReport:
    """Fill the parameters of every layer that matches one of another network.

    A layer matches if the other network has one of the same id, with the same parameters: their
    names and shapes.

    Parameters
    ----------
    plan : Plan
        The network.
    start : Mapping[str, real array]
        The other one's parameters by name, ``layer-id/w``.

    Returns
    -------
    TransferReport
        What matched.
    """
    places = dict(views(plan))
    matched, left = [], []
    for layer in plan.layers:
        if not layer.parameters:
            continue
        reason = _difference(plan, layer, start)
        if reason:
            left.append(LeftLayer(layer.spec.id, reason))
            continue
        matched.append(layer.spec.id)
        for name in layer.parameters:
            key = f"{layer.spec.id}/{name}"
            places[key][...] = start[key]
    return TransferReport(tuple(matched), tuple(left))


def _difference(plan: Plan, layer: PlannedLayer, start: Start) -> str:
    """Say why a layer does not match, or return an empty text."""
    own = layer.spec.id + "/"
    given = {name.removeprefix(own): array for name, array in start.items()
             if name.startswith(own)}
    if not given:
        return "the other project has no layer of this name, or one with nothing to learn"
    return next(_differences(plan, layer, given), "")


def _differences(plan: Plan, layer: PlannedLayer, given: Start) -> Iterator[str]:
    if given.keys() != layer.parameters.keys():
        yield (f"it has {', '.join(layer.parameters)}, and the other project's layer "
               f"{', '.join(sorted(given))}: it is of another kind or has other options")
        return
    for name, value in layer.parameters.items():
        array = np.asarray(given[name])
        if array.shape != value.shape:
            yield f"{name} is {_text(value.shape)} here, and {_text(array.shape)} there"
        elif array.dtype.kind not in "fiu" or not fits(array, plan.arena.dtype):
            yield f"{name} holds something that is not a finite number of {plan.arena.dtype}"


def _text(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a single number"
