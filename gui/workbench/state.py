"""What a run, or all of them together, is doing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class State(Enum):
    """What a run, or the whole lab, is doing."""

    PREPARING = "preparing"
    """The engine is being compiled or the network built."""
    READY = "ready"
    """Built and at step 0."""
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    """The run ended with an error; a reset starts a new one."""
    INVALID = "invalid"
    """What is to run has issues; the first of them says what to mend."""


IDLE = (State.READY, State.PAUSED)

PRECEDENCE = (State.RUNNING, State.PREPARING, State.PAUSED, State.READY, State.FAILED,
              State.INVALID)
"""What several runs are doing together is the first of these that one of them does."""


def foremost(states: Iterable[State]) -> State:
    """Return what runs in these states do together; without any there is nothing to run."""
    return min(states, key=PRECEDENCE.index, default=State.INVALID)
