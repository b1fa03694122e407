"""Turns of several runs at the same time: the training thread takes one, and waits for the others.

So whatever else there is to do with a run finds all of them at rest, in one thread, as ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.workbench.rounds import Turn

COMPANION = "trainer beside"
"""Name of a thread that takes a turn at the same time."""


@dataclass
class Stint:
    """What a run did in its turn.

    Attributes
    ----------
    turn : Turn
        Whose turn it was.
    before, done : int
        Completed steps before it, and steps that it did.
    seconds : float
        How long they took.
    error : Exception | None
        What ended it before its time.
    """

    turn: Turn
    before: int = 0
    done: int = 0
    seconds: float = 0.0
    error: Exception | None = None

    def work(self, steps: int) -> None:
        """Train for so many steps at most; what goes wrong is kept."""
        lane, begin = self.turn.lane, time.perf_counter()
        self.before = lane.step
        try:
            self.done = lane.trainer.run(steps, self.turn.budget_s, self.turn.most_threads)
        except Exception as error:  # noqa: BLE001 - it is raised again where the run is answered for
            self.error = error
        self.seconds = time.perf_counter() - begin


def work_abreast(turns: Sequence[Turn], steps: int) -> list[Stint]:
    """Let runs train at the same time, the first of them in this thread, for so many steps each."""
    stints = [Stint(turn) for turn in turns]
    # New ones every time: the system begins them on processors that are idle, and none is left.
    others = [threading.Thread(target=stint.work, args=(steps,), name=COMPANION, daemon=True)
              for stint in stints[1:]]
    for thread in others:
        thread.start()
    stints[0].work(steps)
    for thread in others:
        thread.join()
    return stints
