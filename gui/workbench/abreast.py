"""Whether runs train at the same time, each on processors of its own, or in turn on all of them.

In turn, each loses what threads lose that share a step: they wait for one another, and fetch what
the other has written. At the same time none shares, but whoever is done first waits for the others.
Which of both is sooner done depends on the networks and on what else the machine does, so both are
measured now and then. No byte of a run depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.training.pace import Pace

AT_ONCE, IN_TURN = 1, 2
"""The ways, as numbers of threads are to a pace: the first is kept unless the second is clearly
faster, as it is where a step of one run costs much more than one of the other."""

LEAST_S = 0.002
"""A round in which all runs do steps for less than this costs more to begin than it could win."""


class Abreast:
    """Chooses how runs share the processors, by what each way was measured to do.

    Training thread only.

    Parameters
    ----------
    processors : int | None
        As many as training may have; None for what the machine can spare.
    """

    def __init__(self, processors: int | None = None) -> None:
        self._processors = processors
        self._pace: Pace | None = None

    def forget(self) -> None:
        """Measure anew, since there are other runs."""
        self._pace = None

    def threads(self, runs: int, seconds: float) -> int:
        """Return how many threads each of some runs has that train at once; 0: they take turns.

        Parameters
        ----------
        runs : int
            At least 2.
        seconds : float
            For how long the slowest of them is to train.
        """
        # Not at the top: the window's thread imports this, and never loads the compiler.
        from engine.training.pace import Pace, spare_processors

        if self._processors is None:
            self._processors = spare_processors()
        if self._processors < runs or seconds < LEAST_S:
            return 0
        if self._pace is None:
            self._pace = Pace(IN_TURN)
        return self._processors // runs if self._pace.threads == AT_ONCE else 0

    def note(self, steps: int, seconds: float, *, at_once: bool) -> None:
        """Take note of how long a round took in which every run did so many steps."""
        if self._pace is None or not steps or seconds < LEAST_S:
            return
        if at_once == (self._pace.threads == AT_ONCE):
            self._pace.record(steps, seconds)
