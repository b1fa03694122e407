"""Running parts of a plan between two steps without leaving a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.kernels import row
from engine.kernels.driver import run_section
from engine.plan import Plan


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
    shared.control[row.TRAINING] = 0
    try:
        yield
    finally:
        # Another thread may ask for a stop at any moment, so that one place is left alone.
        shared.control[row.STOP + 1:] = control[row.STOP + 1:]
        shared.results[:] = results
        if kept is not None:
            region[:] = kept


def run(plan: Plan, batch: int, *sections: int) -> None:
    """Run sections of the op table for ``batch`` examples, in the order given."""
    for section in sections:
        run_section(plan.table, plan.sections, section, plan.arena.ctypes.data, batch)
