"""The end of an epoch: the stopping rules are asked, and the best weights kept or brought back."""

from __future__ import annotations

from engine.arrays import Reals
from engine.kernels.runtime import layout
from engine.messages import Message
from engine.plan import Plan
from engine.spec import StoppingSpec
from engine.training.averaging import measured
from engine.training.kept import go_back
from engine.training.stopping import EpochReport, Stopping


class Ending:
    """Says after every epoch whether training ends.

    Parameters
    ----------
    plan : Plan
        The network; its loop is told whether to return after every epoch.
    spec : StoppingSpec
        The rules.

    Attributes
    ----------
    rules : Stopping
        The rules with their memory.
    best : real[n] | None
        Parameters at the smallest loss so far, those that were measured, read-only; None before
        there is one, or where no rule would bring them back.
    """

    def __init__(self, plan: Plan, spec: StoppingSpec) -> None:
        self.watch(plan, spec)

    def watch(self, plan: Plan, spec: StoppingSpec) -> None:
        """Begin to look for the reasons to stop."""
        self._keeps = spec.patience > 0
        self.rules = Stopping(spec)
        self.best: Reals | None = None
        plan.shared.control[layout.WATCHED] = self.rules.is_active

    def finish_epoch(self, plan: Plan, trained_s: float) -> Message | None:
        """Ask the rules; keep the best weights, or bring them back where they say so.

        Parameters
        ----------
        plan : Plan
            The network at the end of an epoch.
        trained_s : float
            Seconds of training so far.
        """
        results = plan.shared.results
        reason = self.rules.reason(EpochReport(
            int(plan.shared.control[layout.EPOCH]), trained_s,
            *(float(results[place]) for place in (
                layout.EPOCH_LOSS, layout.VALIDATION_LOSS, layout.VALIDATION_SCORE))))
        if self.rules.improved and self._keeps:
            # Another array every time: who has taken the one before may keep it.
            self.best = measured(plan).copy()
            self.best.flags.writeable = False
        elif self.rules.out_of_patience and self.best is not None:
            go_back(plan, self.best)
        return reason
