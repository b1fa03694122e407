"""The largest numbers of a step: what a run shows that is about to leave their range."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from engine.arrays import Reals
from engine.kernels.runtime import layout
from engine.layers import place
from engine.plan import Plan
from engine.telemetry.black_box import BoxStep, Peak


def largest_activation(plan: Plan) -> Peak:
    """Return the largest output of any layer for the batch that stands in the arena."""
    batch = int(plan.shared.control[layout.BATCH])
    return _largest(plan, ((i, plan.arena[layer.output.data:][:layer.output.size * batch])
                           for i, layer in enumerate(plan.layers)))


def box_step(plan: Plan, activation: Peak) -> BoxStep:
    """Return the largest numbers of the step that a plan has just done."""
    results = plan.shared.results
    weights = ((i, plan.arena[value.data:value.data + value.size])
               for i, layer in enumerate(plan.layers) for value in layer.parameters.values())
    return BoxStep(int(plan.shared.control[layout.STEP]), float(results[layout.LOSS]),
                   _largest(plan, weights), activation, _largest(plan, _updates(plan)))


def _updates(plan: Plan) -> Iterator[tuple[int, Reals]]:
    """Yield the ratio of update to weights of every layer that learns."""
    for position, layer in enumerate(plan.layers):
        if layer.statistic >= 0:
            begin = layout.FIRST_STATISTIC + layer.statistic * layout.STATISTICS
            logarithm = plan.shared.results[begin + layout.UPDATE_RATIO]
            if not math.isnan(logarithm):
                with np.errstate(over="ignore"):
                    yield position, np.power(10.0, [logarithm])


def _largest(plan: Plan, arrays: Iterable[tuple[int, Reals]]) -> Peak:
    """Return the largest magnitude in arrays of layers; the first layer that has it is named."""
    value, where = math.nan, 0
    for position, array in arrays:
        if not array.size:
            continue
        with np.errstate(invalid="ignore"):
            largest = float(np.max(np.abs(array)))
        # What is not a number is out of range, too.
        largest = largest if math.isfinite(largest) else math.inf
        if not largest <= value:
            value, where = largest, position
    return Peak(value, plan.layers[where].spec.id, place(where, plan.layers[where].spec))
