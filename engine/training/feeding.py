"""Having the examples at hand that the loop is about to take, where they are read on demand."""

from __future__ import annotations

import ctypes

import numpy as np

from engine.arrays import Integers
from engine.data.late_rows import LateRows
from engine.kernels.runtime import layout
from engine.kernels.runtime.random import shuffle
from engine.plan import Plan

AHEAD = 2048
"""Examples that are read ahead of training, besides those that are measured."""


def feed(plan: Plan, order: Integers, validation: Integers, steps: int) -> int:
    """Return how many of some steps can be done with the examples that are there.

    What is missing of the first step is waited for; what comes behind it is read meanwhile.

    Parameters
    ----------
    plan : Plan
        The network, its counters and its examples.
    order : int64[m]
        Training examples in the order of the running epoch; at its beginning, in that of the epoch
        before.
    validation : int64[...]
        Examples that are measured at the end of an epoch.
    steps : int
        How many are wanted.

    Returns
    -------
    int
        At least 1, unless a stop was asked for.
    """
    rows = plan.stores[0].rows
    if not isinstance(rows, LateRows):
        return steps
    control = plan.shared.control
    if rows.is_whole:
        rows.touch(steps * _batch_size(plan))
        return steps
    coming, size = _coming(plan, order), _batch_size(plan)
    validation = validation[:control[layout.VALIDATION]]
    left = -(-len(coming) // size)
    # The loop puts the next epoch into an order of its own: nobody knows it before.
    steps = min(steps, left)
    rows.read_ahead(np.concatenate([coming[:AHEAD], validation, coming[AHEAD:2 * AHEAD]]))

    def is_stopped() -> bool:
        return bool(control[layout.STOP])

    if not rows.need(coming[:size], is_stopped):
        return 0
    there = rows.ready(coming[:steps * size])
    steps = steps if there == len(coming) else max(1, min(steps, there // size))
    if steps == left and rows.ready(validation) < len(validation):
        if steps == 1 and not rows.need(validation, is_stopped):
            return 0
        steps = max(1, steps - 1)
    rows.touch(steps * size)
    return steps


def _batch_size(plan: Plan) -> int:
    size = int(plan.shared.requested[layout.BATCH_SIZE])
    return min(size if size > 0 else int(plan.shared.control[layout.EXAMPLES]), plan.capacity)


def _coming(plan: Plan, order: Integers) -> Integers:
    """Return the examples that the epoch still takes, in their order."""
    control = plan.shared.control
    position = int(control[layout.POSITION])
    if position == 0 and control[layout.SHUFFLE]:
        order = order.copy()
        shuffle(order, control[layout.SEED], control[layout.EPOCH])
    return order[position:int(control[layout.EXAMPLES])]


def make_sure(plan: Plan, batch: int) -> None:
    """Wait for the examples that gathering a batch is about to read."""
    rows, control = plan.stores[0].rows, plan.shared.control
    if isinstance(rows, LateRows):
        begin = int(control[layout.ORDER]) + 8 * int(control[layout.POSITION])
        order = (ctypes.c_int64 * batch).from_address(begin)
        rows.need(np.ctypeslib.as_array(order).copy())
