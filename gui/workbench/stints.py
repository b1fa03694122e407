"""Turns of several runs at the same time: the training thread takes one, and waits for the others.

So whatever else there is to do with a run finds all of them at rest, in one thread, as ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue
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


class Companion:
    """A thread that takes turns at the same time as the training thread.

    It is woken, not begun, for each: to begin a thread is to wait until it runs, and then for the
    window, which may have Python to itself by then.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[tuple[Stint, int] | None] = SimpleQueue()
        self._done: SimpleQueue[None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name=COMPANION, daemon=True)
        self._thread.start()

    def ask(self, stint: Stint, steps: int) -> None:
        """Let it work; `wait` has to follow."""
        self._asked.put((stint, steps))

    def wait(self) -> None:
        """Wait until it is done."""
        self._done.get()

    def dismiss(self) -> None:
        """End the thread, which has nothing to do."""
        self._asked.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (asked := self._asked.get()) is not None:
            stint, steps = asked
            stint.work(steps)
            # Nothing here may hold on to a run that is to be let go of.
            del asked, stint
            self._done.put(None)


class Crew:
    """The training thread and its companions; they come when they are first needed."""

    def __init__(self) -> None:
        self._companions: list[Companion] = []

    def work(self, turns: Sequence[Turn], steps: int) -> list[Stint]:
        """Let runs train at once, the first of them in this thread, for so many steps each."""
        stints = [Stint(turn) for turn in turns]
        while len(self._companions) < len(stints) - 1:
            self._companions.append(Companion())
        at_work = list(zip(self._companions, stints[1:], strict=False))
        for companion, stint in at_work:
            companion.ask(stint, steps)
        stints[0].work(steps)
        for companion, _ in at_work:
            companion.wait()
        return stints

    def dismiss(self) -> None:
        """End the threads of all companions."""
        for companion in self._companions:
            companion.dismiss()
        self._companions = []
