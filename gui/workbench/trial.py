"""What comes of run B: judged by a figure and at a step that are fixed when it begins."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.diagnosis.verdicts import JUDGED
from engine.telemetry.recorder import is_grid_step, next_grid_step
from gui.frames.run_info import FIRST, SECOND
from gui.workbench.playback_commands import Recall, Release, Trace
from gui.workbench.state import State

if TYPE_CHECKING:
    from typing import Literal

    from engine.experiments.outcome import Outcome, Standing
    from engine.experiments.yardstick import Yardstick
    from engine.spec import ProjectSpec
    from engine.telemetry.snapshot import Snapshot
    from gui.workbench.run import Run
    from gui.workbench.run_plan import RunPlan
    from gui.workbench.run_set import RunSet

Plans = tuple["RunPlan", "RunPlan"]

MOST_QUESTIONS = 4
"""So many times a run is asked what it was like: whoever looks back may have it answer others."""


class Trial(QObject):
    """Judges the pair once both of its runs have come far enough. GUI thread only.

    What decides is fixed as soon as there is a pair, and anew only where one of its sides is
    another one.

    Parameters
    ----------
    runs : RunSet
        Where the pair is.

    Attributes
    ----------
    yardstick : Yardstick | None
        Which figure decides, and at which step; None without a pair.
    outcome : Outcome | None
        What has come of it; None as long as that cannot be said.

    Signals
    -------
    decided(Outcome)
        It can be said now.
    """

    decided = Signal(object)

    def __init__(self, runs: RunSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._plans: Plans | None = None
        self._numbers: tuple[int, ...] = ()
        self._cure: ProjectSpec | None = None
        self._asked: Counter[int] = Counter()
        self._waiting: set[int] = set()
        self.yardstick: Yardstick | None = None
        self.outcome: Outcome | None = None
        runs.recalled.connect(self._on_runs_recalled)

    def expect(self, cure: ProjectSpec) -> None:
        """Take note that a project is the edited one with a cure of the doctor."""
        self._cure = cure

    def look(self) -> None:
        """Fix what decides where there is a new pair, and judge it if both are far enough."""
        plans, numbers = self._pair(), tuple(run.run_id for run in self._runs)
        # The same plans begun anew have shown nothing yet.
        if plans != self._plans or numbers != self._numbers:
            self._numbers = numbers
            self._begin(plans)
        if self.yardstick is None or self.outcome is not None:
            return
        a, b = (self._standing(self._runs[key]) for key in (FIRST, SECOND))
        if a is None or b is None:
            return
        from engine.experiments.outcome import outcome

        is_cure = self._plans is not None and self._plans[1].project == self._cure
        found = outcome(self.yardstick, a, b, is_cure=is_cure)
        if found.code != "too-early":
            self.outcome = found
            self._runs.ask(Release())
            self.decided.emit(found)

    def _pair(self) -> Plans | None:
        if FIRST not in self._runs or SECOND not in self._runs:
            return None
        a, b = (self._runs[key].plan for key in (FIRST, SECOND))
        return None if a.issues or b.issues else (a, b)

    def _begin(self, plans: Plans | None) -> None:
        self._plans, self.yardstick, self.outcome = plans, None, None
        self._asked.clear()
        self._waiting.clear()
        if plans is None:
            return
        from engine.experiments.yardstick import deciding_step, yardstick

        a, b = ((plan.project, plan.dataset) for plan in plans)
        step = deciding_step(*a, self._front())
        if self._runs.is_going and not is_grid_step(step):
            # Where runs go on, only steps of the grid are passed by both.
            step = next_grid_step(step)
        self.yardstick = yardstick(a, b, step)

    def _front(self) -> int:
        """Return how far the run has come that B is to be compared with."""
        first = self._runs[FIRST]
        first.catch_up()
        return 0 if first.state is State.FAILED else first.step

    def _standing(self, run: Run) -> Standing | None:
        """Return how a run stands at the step that decides; None if that cannot be said yet."""
        assert self.yardstick is not None
        from engine.experiments.outcome import Standing

        step, end = self.yardstick.step, _end(run)
        if run.step >= step:
            end = "" if end == "broke" else end
            snapshot = self._seen_at(run, step)
        else:
            snapshot = run.past.newest if end else None
        if snapshot is None:
            return None
        return Standing(run.plan.project, run.plan.dataset, snapshot,
                        run.verdict_at(snapshot.step), end)

    def _seen_at(self, run: Run, step: int) -> Snapshot | None:
        """Return what was seen of a run at a step; ask for it where that is not enough."""
        recorder = run.past.recorder
        moment = recorder.exactly_at(step)
        if moment is not None and moment.snapshot is not None and moment.snapshot.parts >= JUDGED:
            return moment.snapshot
        if run.run_id not in self._waiting and self._asked[run.run_id] < MOST_QUESTIONS:
            self._asked[run.run_id] += 1
            self._waiting.add(run.run_id)
            self._runs.ask(Recall(run.run_id, step, JUDGED) if moment is not None else
                           Trace(run.run_id, step, step, JUDGED))
        return None

    @Slot(str, bool)
    def _on_runs_recalled(self, key: str, _is_box: bool) -> None:
        self._waiting.discard(self._runs[key].run_id)
        self.look()


def _end(run: Run) -> Literal["", "stopped", "broke"]:
    """Return why a run goes no further by itself."""
    if run.state is State.FAILED:
        return "broke"
    return "stopped" if run.state is State.PAUSED and run.message is not None else ""
