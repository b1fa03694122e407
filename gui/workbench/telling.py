"""Lets a verdict and its numbers stand still for as long as it takes to read them."""

from __future__ import annotations

from engine.diagnosis.verdicts import Verdict

READING_S = 0.7
"""How long numbers stand."""

STANDING_S = 3.0
"""How long a verdict stands at least, before another one takes its place."""

FLEETING = frozenset({"waiting", "early"})
"""Codes that anything may take the place of."""

AT_ONCE = frozenset({"nonfinite"})
"""Codes that take the place of anything."""


class Telling:
    """What is told of a run. Sentence, rows and inspector have their numbers from it.

    Attributes
    ----------
    verdict : Verdict | None
        What is told now; None before there is anything.
    """

    def __init__(self) -> None:
        self.verdict: Verdict | None = None
        self._told_s = self._since_s = 0.0

    def take(self, verdict: Verdict | None, now_s: float, *, running: bool) -> Verdict | None:
        """Return what is to be told, of a newer verdict.

        Parameters
        ----------
        verdict : Verdict | None
            The newest.
        now_s : float
            A clock.
        running : bool
            Whether a newer one is on its way; else somebody sees the step that he reads of.
        """
        told = self.verdict
        if verdict is None or verdict is told:
            return told
        if told is not None and running and not self._may_go(told, verdict, now_s):
            return told
        if told is None or told.code != verdict.code:
            self._since_s = now_s
        self.verdict, self._told_s = verdict, now_s
        return verdict

    def _may_go(self, told: Verdict, verdict: Verdict, now_s: float) -> bool:
        if told.code in FLEETING or verdict.code in AT_ONCE:
            return told.code != verdict.code or now_s - self._told_s >= READING_S
        if told.code != verdict.code:
            return now_s - self._since_s >= STANDING_S
        about = told.severity, told.layer_id
        return about != (verdict.severity, verdict.layer_id) or now_s - self._told_s >= READING_S
