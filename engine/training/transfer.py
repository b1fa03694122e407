"""Starting with what another network has learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.bundles.weights import fits
from engine.messages import Message, say
from engine.plan import Plan, PlannedLayer
from engine.telemetry.transfer import LeftLayer, TransferReport
from engine.training.weights import views

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
        difference = _difference(plan, layer, start)
        if difference is not None:
            left.append(LeftLayer(layer.spec.id, difference))
            continue
        matched.append(layer.spec.id)
        for name in layer.parameters:
            key = f"{layer.spec.id}/{name}"
            places[key][...] = start[key]
    return TransferReport(tuple(matched), tuple(left))


def _difference(plan: Plan, layer: PlannedLayer, start: Start) -> Message | None:
    """Say why a layer does not match, or return None."""
    own = layer.spec.id + "/"
    given = {name.removeprefix(own): array for name, array in start.items()
             if name.startswith(own)}
    if not given:
        return say("transfer.no-layer")
    return next(_differences(plan, layer, given), None)


def _differences(plan: Plan, layer: PlannedLayer, given: Start) -> Iterator[Message]:
    if given.keys() != layer.parameters.keys():
        yield say("transfer.parameters", own=tuple(layer.parameters), given=tuple(sorted(given)))
        return
    for name, value in layer.parameters.items():
        array = np.asarray(given[name])
        if array.shape != value.shape:
            yield say("transfer.shape", name=name, here=value.shape, there=array.shape)
        elif array.dtype.kind not in "fiu" or not fits(array, plan.arena.dtype):
            yield say("transfer.not-finite", name=name, dtype=str(plan.arena.dtype))
