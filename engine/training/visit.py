"""Running parts of a plan between two steps without leaving a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from engine.arrays import Doubles
from engine.kernels.runtime import layout
from engine.kernels.runtime.driver import run_section
from engine.layers import Value
from engine.plan import Plan
from engine.training.feeding import make_sure


@contextmanager
def undisturbed(plan: Plan, gradients: bool = False) -> Iterator[None]:
    """Put back the loop's counters and results afterwards; evaluate meanwhile.

    Parameters
    ----------
    plan : Plan
        The network.
    gradients : bool
        Put back the parameters' gradients too, for those who run the backward pass.
    """
    shared = plan.shared
    region = plan.arena[plan.parameters:2 * plan.parameters]
    control, results = shared.control.copy(), shared.results.copy()
    kept = region.copy() if gradients else None
    shared.control[layout.TRAINING] = 0
    try:
        yield
    finally:
        # Another thread may ask for a stop at any moment, so that one place is left alone.
        shared.control[layout.STOP + 1:] = control[layout.STOP + 1:]
        shared.results[:] = results
        if kept is not None:
            region[:] = kept
            plan.forget_rows()


def blocks(plan: Plan, count: int) -> Iterator[tuple[int, int]]:
    """Yield begin and length of blocks of examples for which a plan has room."""
    for begin in range(0, count, plan.capacity):
        yield begin, min(plan.capacity, count - begin)


def rows_of(plan: Plan, value: Value, batch: int) -> Doubles:
    """Return a copy of a value's examples, float64[batch, ...]."""
    return plan.arena[value.data:value.data + batch * value.size].reshape(
        batch, *value.shape).astype(np.float64)


def run(plan: Plan, batch: int, *sections: int) -> None:
    """Run sections of the op table for ``batch`` examples, in the order given."""
    if layout.GATHER in sections:
        make_sure(plan, batch)
    for section in sections:
        run_section(plan.table, plan.sections, section, plan.arena.ctypes.data, batch)


def run_between(plan: Plan, batch: int, first: int, end: int | None = None,
                section: int = layout.FORWARD) -> None:
    """Run some lines of the forward pass, or of another section, for ``batch`` examples.

    Parameters
    ----------
    plan : Plan
        The network; what these lines read has to stand in its arena.
    batch : int
        Examples.
    first, end : int
        Lines, counted as `engine.plan.PlannedLayer.forward` counts them; None is all that follow.
    section : int
        Of which section.
    """
    begin, last = plan.sections[section:section + 2]
    lines = np.array([begin + first, last if end is None else begin + end])
    run_section(plan.table, lines, 0, plan.arena.ctypes.data, batch)
