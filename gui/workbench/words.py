"""What the workbench has to say about its reasons."""

from __future__ import annotations

from engine.messages import Message, say
from gui.workbench.run_plan import Reason

TITLES = {
    Reason.OPENED: say("run.opened"),
    Reason.LEARNED: say("run.opened-learned"),
    Reason.RESUMED: say("run.opened-resumed"),
    Reason.DATA: say("run.data-changed"),
    Reason.NETWORK: say("run.network-changed"),
    Reason.PRECISION: say("run.precision-changed"),
    Reason.SEED: say("run.seed-changed"),
    Reason.START: say("run.first-weights-changed"),
}
"""Why a run began anew, without a full stop."""

PROSPECTS = {
    Reason.OPENED: say("run.opened-next"),
    Reason.LEARNED: say("run.opened-learned-next"),
}
ANEW = say("run.anew-next")


def headline(reason: Reason) -> Message:
    """Return why a run began anew, in a sentence."""
    return say("run.told", reason=TITLES[reason])


def prospect(reason: Reason, step: int = 0) -> Message:
    """Return what will happen next, in a sentence; ``step`` is where a saved run stands."""
    if reason is Reason.RESUMED:
        return say("run.opened-resumed-next", step=step)
    return PROSPECTS.get(reason, ANEW)
