"""Looking back: all runs are shown as they were at an earlier step, while they go on or rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.telemetry.parts import EVERYTHING, Wanted
from engine.telemetry.recorder import PER_DOUBLING, RECENT
from gui.workbench.playback_commands import Recall, Release, Trace

if TYPE_CHECKING:
    from gui.workbench.run import Run
    from gui.workbench.run_set import RunSet

REPLAY_MS = 500
"""From one of the last steps of a failed run to the next."""

PLAY_MS = 125
"""From one recorded step to the next."""


class LookBack(QObject):
    """Which step is looked at, of one run or of two. GUI thread only.

    Parameters
    ----------
    runs : RunSet
        The runs.

    Attributes
    ----------
    cursor : int | None
        The step that is looked at; None for the newest.
    is_playing : bool
        Whether it goes on from step to step by itself.

    Signals
    -------
    moved(int | None)
        Another step is looked at.
    filled()
        There is more to show of it.
    played(bool)
        Playing has begun, or has ended.
    """

    moved = Signal(object)
    filled = Signal()
    played = Signal(bool)

    def __init__(self, runs: RunSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._wanted: Wanted = EVERYTHING
        self._asked: set[tuple[int, object]] = set()
        self._route: list[int] = []
        self.cursor: int | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)
        runs.recalled.connect(self._on_runs_recalled)

    @property
    def is_playing(self) -> bool:
        """Whether it goes on from step to step by itself."""
        return self._timer.isActive()

    def stand_at(self, step: int | None) -> None:
        """Look at the step nearest to one that can be looked at; None goes back to the newest.

        Of a pair, both are looked at at the same step if there is one near it.
        """
        self.stop()
        self._stand_at(step)

    def set_wanted(self, wanted: Wanted) -> None:
        """Show these parts, also where they were not seen then."""
        self._wanted = wanted
        self._fetch()

    def play(self) -> None:
        """Go on by itself from one recorded step to the next, up to the newest."""
        steps = self._steps()
        left = [step for step in steps if self.cursor is not None and step > self.cursor]
        self._begin(left or steps, PLAY_MS)

    def replay(self, key: str) -> None:
        """Go slowly through the last finite steps of a run that has met other numbers."""
        box = self._runs[key].past.box if key in self._runs else None
        if box is not None:
            self._begin([step.step for step in box.steps], REPLAY_MS)

    def stop(self) -> None:
        """Stay at the step that is looked at."""
        self._route = []
        if self.is_playing:
            self._timer.stop()
            self.played.emit(False)

    def _begin(self, route: list[int], period_ms: int) -> None:
        self.stop()
        if not route:
            return
        self._route = route
        self._timer.start(period_ms)
        self.played.emit(True)
        self._on_timer_timeout()

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self._route:
            self._stand_at(self._route.pop(0))
        if not self._route:
            self.stop()

    def _steps(self) -> list[int]:
        """Return the steps of the first run."""
        return next((list(run.recording().steps) for run in self._runs), [])

    def _stand_at(self, step: int | None) -> None:
        before, self.cursor = self.cursor, None
        self._asked.clear()
        kept = {run: run.recording().steps for run in self._runs}
        if step is not None:
            step = _meeting_point(list(kept.values()), step)
        for run, steps in kept.items():
            stands = None if step is None else _nearest(steps, step)
            run.past.stand_at(stands)
            if self.cursor is None:
                self.cursor = stands
        if self.cursor is None and before is not None:
            self._runs.ask(Release())
        self._fetch()
        if self.cursor != before:
            self.moved.emit(self.cursor)
        self.filled.emit()

    def _fetch(self) -> None:
        """Ask for what can be shown of the step that is looked at and is not there."""
        for run in self._runs:
            if run.past.cursor is None:
                continue
            command = self._needed(run, run.past.cursor)
            asked = run.run_id, command
            if command is not None and asked not in self._asked:
                self._asked.add(asked)
                self._runs.ask(command)

    def _needed(self, run: Run, step: int) -> Recall | Trace | None:
        if run.past.recorder.exactly_at(step) is None:
            recording = run.recording()
            first = max(recording.first, recording.last - RECENT)
            # One of a run that goes on may have made room in between.
            return Trace(run.run_id, first, recording.last, self._wanted) if step >= first else None
        if run.past.lacks(self._wanted) is not None:
            return Recall(run.run_id, step, self._wanted)
        return None

    @Slot(str, bool)
    def _on_runs_recalled(self, key: str, is_box: bool) -> None:
        if self.cursor is not None:
            self._fetch()
            self.filled.emit()


def _nearest(steps: Collection[int], step: int) -> int | None:
    """Return the step nearest to one, the earlier of two; None without any."""
    return min(steps, key=lambda one: (abs(one - step), one), default=None)


def _meeting_point(kept: Sequence[Collection[int]], step: int) -> int:
    """Return a step that all runs have, if there is one near; else the step itself."""
    common = _nearest(set.intersection(*map(set, kept)), step) if kept else None
    return common if common is not None and abs(common - step) <= step // PER_DOUBLING + 1 else step
