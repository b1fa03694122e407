"""Which verdict stays on the screen while figures go to and fro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.diagnosis.case import Words
from engine.diagnosis.design import Fix
from engine.messages import say

UNDECIDED = frozenset({"waiting", "early"})
"""Codes that say that nothing can be said; they never take the place of something that was."""

AT_ONCE = frozenset({"nonfinite"})
"""Codes of what ends a run."""

OVERSHOT = frozenset({"far_off", "update_large", "exploding"})
"""Codes of what a learning rate that is too high does, and"""

LEFT_BEHIND = frozenset({"vanishing", "saturated", "dead", "silent", "flat", "chance"})
"""of what it leaves behind, which says less of the cause."""

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
        self._said_at = self._step = self._begun = 0
        self._rival = ""
        self._since = self._held = self._unseen = 0

    @property
    def code(self) -> str:
        """What is being said; empty before the first opinion."""
        return self._said.code if self._said is not None else ""

    def pardon(self) -> None:
        """Take the next opinion as readily as the first: somebody has changed the run."""
        self._changes = 0

    def set_patience(self, patience: int) -> None:
        """Let another opinion hold for so many steps from now on."""
        self._patience = patience

    def forget(self) -> None:
        """Take back what is said: it was so by other limits."""
        self._said = None

    def withdraw(self) -> bool:
        """Take back, at rest, what the figures do not bear out; return whether that was so.

        That is what says nothing, what the last step alone has said, and what another opinion has
        outlasted once it counts from the last step on that did not show it: of a run that was
        over in no time there is no step between.
        """
        said = self._said
        if said is None:
            return False
        if said.code not in UNDECIDED and self._begun != self._step:
            held, since = self._held + self._unseen, self._since - self._unseen
            if not self._rival or held < self._needed(self._rival, said, since):
                return False
            self._changes += 1
        self._said = None
        return True

    def settle(self, step: int, opinions: Sequence[Opinion]) -> Opinion:
        """Return what is to be said at a step of which there are new opinions.

        What is held though the figures no longer say it names the step of its own figures.

        Parameters
        ----------
        step : int
            Later than all before, or the last once more.
        opinions : sequence of Opinion
            What its figures say by themselves, the best first; at least one.
        """
        opinion = opinions[0]
        said, passed = self._said, step - self._step
        self._step = step
        if said is None or said.code in UNDECIDED or opinion.code in AT_ONCE:
            return self._say(opinion)
        if self._has_won(step, passed, opinion, said):
            self._changes += 1
            return self._say(opinion)
        for again in opinions:
            if again.code == said.code:
                self._said, self._said_at = again, step
                return again
        is_old = step - self._said_at > max(self._patience, self._said_at)
        if is_old and self._changes < 2 and opinion.code not in UNDECIDED:
            # Of figures so long gone nobody wants to read.
            self._changes += 1
            return self._say(opinion)
        words = replace(said.words, sentence=say("held.told", step=self._said_at,
                                                 sentence=said.words.sentence))
        return replace(said, words=words)

    def _has_won(self, step: int, passed: int, opinion: Opinion, said: Opinion) -> bool:
        """Say whether another opinion than what is said has held for long enough."""
        if opinion.code == self._rival:
            self._held += passed
            return self._held >= self._needed(opinion.code, said, self._since)
        # A loss that goes to and fro says the one thing, then the other: the one that it says for
        # longer wins.
        self._held -= passed
        if self._held <= 0:
            is_news = opinion.code != said.code and opinion.code not in UNDECIDED
            self._rival, self._since, self._held = opinion.code if is_news else "", step, 0
            self._unseen = passed
        return False

    def _needed(self, rival: str, said: Opinion, since: int) -> float:
        """Return for how many steps a rival must hold that was first seen at a step."""
        share = SHARES[min(self._changes, len(SHARES) - 1)]
        if said.code == "learned":
            share = max(share, SHARES[1])
        elif said.code in OVERSHOT and rival in LEFT_BEHIND:
            share = max(share, 1.0)
        return max(self._patience, share * since)

    def _say(self, opinion: Opinion) -> Opinion:
        if self.code != opinion.code:
            self._begun = self._step
        self._said, self._said_at, self._rival, self._held = opinion, self._step, "", 0
        return opinion
