"""Which verdict stays on the screen while figures go to and fro."""

from __future__ import annotations

from dataclasses import dataclass

from engine.diagnosis.case import Words
from engine.diagnosis.design import Fix

UNDECIDED = frozenset({"waiting", "early"})
"""Codes that say that nothing can be said; they never take the place of something that was."""

AT_ONCE = frozenset({"nonfinite"})
"""Codes of what ends a run."""

SHARES = (0.1, 0.3, 4.0)
"""For which share of the run so far a verdict must hold to take the place of the first, the second
and any later one: two changes are what a run has time to be read for, and what it does late takes
as long to be seen as what it did early."""


@dataclass(frozen=True)
class Opinion:
    """What could be said of a run.

    Attributes
    ----------
    code, severity : str, int
        As `engine.diagnosis.verdicts.Verdict` has them.
    words : Words
        What is said.
    fix : Fix | None
        What mends it with one click.
    """

    code: str
    severity: int
    words: Words
    fix: Fix | None = None


class Steady:
    """Holds an opinion until another one has lasted.

    Parameters
    ----------
    patience : int
        Steps for which another opinion must hold at least.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._said: Opinion | None = None
        self._changes = 0
        self._rival = ""
        self._since = 0

    @property
    def code(self) -> str:
        """What is being said; empty before the first opinion."""
        return self._said.code if self._said is not None else ""

    def pardon(self) -> None:
        """Take the next opinion as readily as the first: somebody has changed the run."""
        self._changes = 0

    def settle(self, step: int, opinion: Opinion) -> Opinion:
        """Return what is to be said at a step of which there is a new opinion.

        Parameters
        ----------
        step : int
            Later than all before.
        opinion : Opinion
            What its figures say by themselves.
        """
        said = self._said
        if said is None or said.code in UNDECIDED or opinion.code in {said.code, *AT_ONCE}:
            return self._say(opinion)
        if opinion.code in UNDECIDED:
            self._rival = ""
            return said
        if opinion.code != self._rival:
            self._rival, self._since = opinion.code, step
        share = SHARES[min(self._changes, len(SHARES) - 1)]
        if step - self._since < max(self._patience, share * self._since):
            return said
        self._changes += 1
        return self._say(opinion)

    def _say(self, opinion: Opinion) -> Opinion:
        self._said, self._rival = opinion, ""
        return opinion
