"""What the doctor says of a run that nobody watches."""

from __future__ import annotations

import time

from engine.data.dataset import Dataset
from engine.diagnosis.verdicts import JUDGED, RunJudge, Verdict
from engine.spec import ProjectSpec
from gui.workbench.engine_port import TrainerLike

SPACING, SHARE = 20, 20
"""The next look is so many steps later, or this part of all steps so far, whichever is more: a rule
asks how long something has lasted."""
LEAST_S, COST = 1.0, 0.1
"""All looks together may take so many seconds, and then this part of the time of training."""


class Doctor:
    """Looks at a run at some of its steps, and says in the end what there is to say.

    Which steps these are depends on their numbers alone, unless looking takes long; no byte of the
    run depends on it.

    Parameters
    ----------
    project, dataset : ProjectSpec, Dataset
        What is trained, on what.
    """

    def __init__(self, project: ProjectSpec, dataset: Dataset) -> None:
        self._judge = RunJudge.of(project, dataset)
        self._verdict: Verdict | None = None
        self._begin_s = time.perf_counter()
        self._looked_s = 0.0
        self._next = 0

    def steps_left(self, step: int) -> int:
        """Return how many steps there are before the next look."""
        return max(self._next - step, 1)

    def visit(self, trainer: TrainerLike) -> None:
        """Look at the run, if it has come to where that is due."""
        if trainer.step < self._next:
            return
        self._next = trainer.step + max(SPACING, trainer.step // SHARE)
        begin = time.perf_counter()
        if self._looked_s <= LEAST_S + COST * (begin - self._begin_s):
            self._look(trainer)
            self._looked_s += time.perf_counter() - begin

    def conclude(self, trainer: TrainerLike) -> None:
        """Look at a run that has come to its end."""
        self._look(trainer)
        self._verdict = self._judge.rest() or self._verdict

    def lines(self) -> list[str]:
        """Return the last word as readable lines; none where there is nothing to say."""
        verdict = self._verdict
        if verdict is None or verdict.code == "waiting":
            return []
        return [f"Doctor: {verdict.title} {verdict.sentence}", *filter(None, (verdict.evidence,))]

    def _look(self, trainer: TrainerLike) -> None:
        self._verdict = self._judge.judge(trainer.snapshot(JUDGED),
                                          time.perf_counter() - self._begin_s)
