"""What the workbench says in words: the only place where its reasons become sentences."""

from __future__ import annotations

from gui.workbench.run_plan import Reason

TITLES = {
    Reason.OPENED: "Project opened",
    Reason.LEARNED: "Project opened with what it had learned",
    Reason.DATA: "Data changed: reset",
    Reason.NETWORK: "Network changed: reset",
    Reason.PRECISION: "Precision changed: reset",
    Reason.SEED: "Seed changed: reset",
    Reason.START: "First weights changed: reset",
}
"""Why a run began anew, without a full stop."""

PROSPECTS = {
    Reason.OPENED: "Run (Space) trains it from step 0.",
    Reason.LEARNED: "Run (Space) goes on from there; its steps are counted from 0 again.",
}
ANEW = "The run begins anew at step 0."


def prospect(reason: Reason) -> str:
    """Return what will happen next, in a sentence."""
    return PROSPECTS.get(reason, ANEW)
