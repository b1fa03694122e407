"""What comes of run B: judged by a figure and at a step that are fixed when it begins."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from weakref import ReferenceType, ref

from PySide6.QtCore import QObject, Signal, Slot

from engine.diagnosis.verdicts import JUDGED
from engine.telemetry.recorder import is_grid_step, next_grid_step
from gui.frames.run_info import FIRST, SECOND
from gui.workbench.playback_commands import Recall, Release, Trace
from gui.workbench.state import State

if TYPE_CHECKING:
    from typing import Literal

    from engine.data.dataset import Dataset
    from engine.experiments.outcome import Outcome, Standing
    from engine.experiments.spread import Spread
    from engine.experiments.yardstick import Yardstick
    from engine.spec import ProjectSpec
    from engine.telemetry.snapshot import Snapshot
    from gui.workbench.pairing import Pairing
    from gui.workbench.run import Run
    from gui.workbench.run_plan import RunPlan
    from gui.workbench.run_set import RunSet

MOST_QUESTIONS = 4
"""So many times a run is asked what it was like: whoever looks back may have it answer others."""

PAIRS = 8
"""Pairs whose yardstick is known still: undoing may bring them back."""

Numbered = tuple[int, "RunPlan"]
"""The number of a run, and what it trains."""

Trained = tuple["ProjectSpec", "ReferenceType[Dataset]"]
"""What a plan trains, without keeping its data."""


class Terms(NamedTuple):
    """What a pair is judged by, whichever of its runs is A.

    Attributes
    ----------
    trained : dict[int, Trained]
        What its runs train, by their numbers.
    step : int
        The step that decides.
    since : int
        The step since which its runs are what they are: where one has left the other, or was last
        told to train in another way.
    """

    trained: dict[int, Trained]
    step: int
    since: int


class Trial(QObject):
    """Judges the pair once both of its runs have come far enough. GUI thread only.

    What decides is fixed as soon as there is a pair, and stays as long as both runs do: exchanged,
    or dropped and brought back, they are judged at the same step. Another run, or one that is
    trained in another way, makes another pair.

    Parameters
    ----------
    runs : RunSet
        Where the pair is.
    pairing : Pairing
        Who knows what other seeds have come to.

    Attributes
    ----------
    yardstick : Yardstick | None
        Which figure decides, and at which step; None without a pair.
    outcome : Outcome | None
        What has come of it; None as long as that cannot be said.

    Signals
    -------
    fixed(Yardstick | None)
        Another pair is judged, or none.
    decided(Outcome | None)
        It can be said now, or no longer.
    """

    fixed = Signal(object)
    decided = Signal(object)

    def __init__(self, runs: RunSet, pairing: Pairing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs, self._pairing = runs, pairing
        self._now: tuple[Numbered, Numbered] | None = None
        self._terms: dict[frozenset[int], Terms] = {}
        self._since = 0
        self._cure: tuple[ProjectSpec, ProjectSpec] | None = None
        self._asked: Counter[int] = Counter()
        self._waiting: set[int] = set()
        self._found: Outcome | None = None
        self._weighed: Spread | None = None
        self.yardstick: Yardstick | None = None
        self.outcome: Outcome | None = None
        runs.recalled.connect(self._on_runs_recalled)

    def expect(self, project: ProjectSpec, cure: ProjectSpec) -> None:
        """Take note that a project is another one with a cure of the doctor."""
        self._cure = project, cure

    @Slot()
    def look(self) -> None:
        """Fix what decides where there is a new pair, and judge it if both are far enough."""
        pair = self._pair()
        if pair != self._now:
            self._begin(pair)
        if self.yardstick is None:
            return
        if self._found is None:
            self._found = self._judged(self.yardstick)
        spread = self._comparable_spread()
        if self._found is not None and (self.outcome is None or spread is not self._weighed):
            self._weighed = spread
            self.outcome = self._beside(spread, self._found, self.yardstick)
            self.decided.emit(self.outcome)

    def _pair(self) -> tuple[Numbered, Numbered] | None:
        if FIRST not in self._runs or SECOND not in self._runs:
            return None
        a, b = self._runs[FIRST], self._runs[SECOND]
        if a.plan.issues or b.plan.issues:
            return None
        return (a.run_id, a.plan), (b.run_id, b.plan)

    def _begin(self, pair: tuple[Numbered, Numbered] | None) -> None:
        self._now, self._found, self._weighed, self.yardstick = pair, None, None, None
        self._asked.clear()
        self._waiting.clear()
        if pair is not None:
            from engine.experiments.yardstick import yardstick

            terms = self._terms_of({number: _trained(plan) for number, plan in pair})
            self._since = terms.since
            a, b = ((plan.project, plan.dataset) for _, plan in pair)
            self.yardstick = yardstick(a, b, terms.step)
        self.fixed.emit(self.yardstick)
        if self.outcome is not None:
            self.outcome = None
            self.decided.emit(None)

    def _terms_of(self, trained: dict[int, Trained]) -> Terms:
        """Return what was fixed for two runs; fix it if they are another pair than before."""
        key = frozenset(trained)
        known = self._terms.pop(key, None)
        if known is None or known.trained != trained:
            known = self._fixed(trained, {} if known is None else known.trained)
        self._terms[key] = known
        for pair in tuple(self._terms)[:-PAIRS]:
            del self._terms[pair]
        return known

    def _fixed(self, trained: dict[int, Trained], before: dict[int, Trained]) -> Terms:
        since = front = 0
        for run in (self._runs[FIRST], self._runs[SECOND]):
            run.catch_up()
            is_retrained = before and before[run.run_id] != trained[run.run_id]
            since = max(since, run.branched_at or 0, run.step if is_retrained else 0)
            # Beside one that has failed, the other has to come further.
            front = max(front, run.step + (run.state is State.FAILED))
        plan = self._runs[FIRST].plan
        step = step_that_decides(plan.project, plan.dataset, front, since,
                                 goes=self._runs.is_going)
        return Terms(trained, step, since)

    def _judged(self, decides: Yardstick) -> Outcome | None:
        """Return what has come of B with this seed; None if that cannot be said yet."""
        a, b = (self._standing(self._runs[key], decides.step) for key in (FIRST, SECOND))
        if a is None or b is None:
            return None
        from engine.experiments.outcome import outcome

        found = outcome(decides, a, b, is_cure=(a.project, b.project) == self._cure)
        if self._asked and all(run.past.cursor is None for run in self._runs):
            self._runs.ask(Release())
        return found

    def _comparable_spread(self) -> Spread | None:
        """Return what other seeds say of this pair: they train it from step 0, as it is now."""
        if any(run.branched_at is not None or run.changed_at is not None for run in self._runs):
            return None
        return self._pairing.spread

    def _beside(self, spread: Spread | None, found: Outcome, decides: Yardstick) -> Outcome:
        from engine.experiments.outcome import beside_repeats

        repeated = self._pairing.yardstick
        if spread is None or repeated is None:
            return found
        return beside_repeats(found, decides, spread.judgement, repeated.step)

    def _standing(self, run: Run, step: int) -> Standing | None:
        """Return how a run stands at the step that decides; None if that cannot be said yet."""
        from engine.experiments.outcome import Standing

        box = run.past.box
        last = run.step if box is None else box.last_finite
        end = self._end(run)
        if last >= step:
            last, end = step, "" if end == "broke" else end
        elif not end:
            return None
        snapshot = self._seen_at(run, last)
        if snapshot is None:
            return None
        return Standing(run.plan.project, run.plan.dataset, snapshot, run.verdict_at(last), end)

    def _end(self, run: Run) -> Literal["", "stopped", "broke"]:
        """Return why a run goes no further by itself."""
        if run.state is State.FAILED:
            # Without its last finite step there is nothing true to say of how it ended.
            return "" if run.past.box is None else "broke"
        is_over = run.state is State.PAUSED and run.message is not None
        # What ended it before it was changed does not say how it goes on from there.
        return "stopped" if is_over and run.step > self._since else ""

    def _seen_at(self, run: Run, step: int) -> Snapshot | None:
        """Return what was seen of a run at a step; ask for it where that is not enough."""
        moment = run.past.recorder.exactly_at(step)
        kept = None if moment is None else moment.snapshot
        for seen in (kept, run.past.newest):
            if seen is not None and seen.step == step and seen.parts >= JUDGED:
                return seen
        # Whoever looks back asks, too, and the thread answers the last question of a run.
        if run.past.cursor is None and run.run_id not in self._waiting \
                and self._asked[run.run_id] < MOST_QUESTIONS:
            self._asked[run.run_id] += 1
            self._waiting.add(run.run_id)
            has_bytes = moment is not None and moment.checkpoint is not None
            self._runs.ask(Recall(run.run_id, step, JUDGED) if has_bytes else
                           Trace(run.run_id, step, step, JUDGED))
        return None

    @Slot(str, bool)
    def _on_runs_recalled(self, key: str, _is_box: bool) -> None:
        self._waiting.discard(self._runs[key].run_id)
        self.look()


def _trained(plan: RunPlan) -> Trained:
    return plan.project, ref(plan.dataset)


def step_that_decides(project: ProjectSpec, dataset: Dataset, front: int, since: int = 0, *,
                      goes: bool) -> int:
    """Return the step at which a pair is judged that begins now.

    Parameters
    ----------
    project, dataset : ProjectSpec, Dataset
        Those of A.
    front : int
        How far the runs have come.
    since : int
        The step since which they are trained differently, if that is not their first.
    goes : bool
        Whether they go on meanwhile; then only steps of the grid are kept of both.
    """
    from engine.experiments.yardstick import deciding_step

    step = deciding_step(project, dataset, front, since)
    return next_grid_step(step) if goes and not is_grid_step(step) else step
