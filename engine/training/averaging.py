"""The average of the weights: where it is measured, and how it takes their place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.arrays import Reals
from engine.kernels.runtime import layout
from engine.plan import Plan
from engine.training.kept import parameters
from engine.training.visit import run


def average(plan: Plan) -> Reals | None:
    """Return a view of the averages of all parameters; None where no step is in them yet."""
    if plan.average < 0 or not plan.shared.results[layout.AVERAGED]:
        return None
    return plan.arena[plan.average:plan.average + plan.parameters]


def measured(plan: Plan) -> Reals:
    """Return a view of the parameters that are measured: the averages, where there are any."""
    found = average(plan)
    return parameters(plan) if found is None else found


@contextmanager
def averaged(plan: Plan) -> Iterator[None]:
    """Let the averages stand in for the parameters meanwhile, where there are any."""
    if average(plan) is None:
        yield
        return
    run(plan, 1, layout.EXCHANGE)
    try:
        yield
    finally:
        run(plan, 1, layout.EXCHANGE)


def carry_over(plan: Plan, before: Plan) -> None:
    """Take over the averages of a plan that this one replaces, or begin anew without them."""
    if plan.average < 0 or before.average < 0:
        plan.shared.results[layout.AVERAGED] = 0
        return
    size = plan.parameters
    plan.arena[plan.average:plan.average + size] = before.arena[
        before.average:before.average + size]
