"""Parameters that a run can go back to."""

from __future__ import annotations

import time

import numpy as np

from engine.arrays import Reals
from engine.kernels.runtime import layout
from engine.plan import Plan

CHEAP_S = 1e-4
"""Seconds that keeping may always take."""

NEVER = -1.0
"""Seconds of training at which nothing was kept."""

SHARE = 0.02
"""Where it takes longer: its share of the time spent training."""


def parameters(plan: Plan) -> Reals:
    """Return a view of all parameters of a plan."""
    return plan.arena[:plan.parameters]


def go_back(plan: Plan, kept: Reals) -> None:
    """Put parameters in place that were kept, with an empty memory of the optimizer."""
    np.copyto(parameters(plan), kept)
    plan.arena[2 * plan.parameters:4 * plan.parameters] = 0
    plan.shared.control[layout.OPTIMIZER_STEP] = 0
    # An average of what was left behind is none of what follows.
    plan.shared.results[layout.AVERAGED] = 0


class LastFinite:
    """The last parameters known to be finite; an update can overflow all by itself.

    Parameters
    ----------
    plan : Plan
        The network, its parameters drawn.
    """

    def __init__(self, plan: Plan) -> None:
        self._kept = parameters(plan).copy()
        self._cost_s = 0.0
        self._kept_at_s = 0.0

    def begin(self, plan: Plan, trained_s: float) -> None:
        """Keep the parameters of a run that has been put back, or has gone on elsewhere."""
        self._cost_s, self._kept_at_s = 0.0, NEVER
        self.keep(plan, trained_s)

    def keep(self, plan: Plan, trained_s: float) -> None:
        """Keep the parameters if they are finite, unless it was done a moment or no step ago.

        Parameters
        ----------
        plan : Plan
            The network.
        trained_s : float
            Seconds of training until now.
        """
        if trained_s == self._kept_at_s:
            return
        is_cheap = self._cost_s < CHEAP_S
        if not is_cheap and trained_s - self._kept_at_s < self._cost_s / SHARE:
            return
        begin = time.perf_counter()
        with np.errstate(all="ignore"):
            span = np.ptp(parameters(plan))
        if np.isfinite(span):
            np.copyto(self._kept, parameters(plan))
        self._cost_s = time.perf_counter() - begin
        self._kept_at_s = trained_s

    def recover(self, plan: Plan) -> None:
        """Bring back finite parameters, with an empty memory of the optimizer."""
        if not np.isfinite(parameters(plan)).all():
            go_back(plan, self._kept)
