"""One run as the window's thread knows it."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.diagnosis.verdicts import JUDGED, RunJudge
from engine.telemetry.history import History
from engine.telemetry.mailbox import Mailbox
from gui.frames.epochs import EpochScale
from gui.frames.frame import Frame
from gui.frames.ghost import LEAST_STEPS, Ghost
from gui.frames.record import BEGINNING, Record, kept_columns
from gui.frames.run_info import RunInfo
from gui.workbench.state import State
from gui.workbench.telling import Telling

if TYPE_CHECKING:
    from engine.diagnosis.verdicts import Verdict
    from engine.messages import Message
    from engine.telemetry.snapshot import Snapshot
    from gui.workbench.engine_port import TrainerLike
    from gui.workbench.run_plan import Reason, RunPlan

SPEED_WINDOW_S = 0.5
SPEED_STEPS = 10
"""A speed is the mean of so many steps at least: a frame may see a step 33 ms late."""


class Run:
    """Gathers what one run tells, and says what it amounts to. GUI thread only.

    A reset makes another one. What an older one still tells goes into its own mailbox, where nobody
    looks any more: so nothing of one run can turn up in another.

    Parameters
    ----------
    key : str
        Which of the runs side by side it is: ``A``, ``B``.
    run_id : int
        Its number, which no other run has.
    plan : RunPlan
        What it trains, on what.
    reason : Reason | None
        Why it begins anew, if there is something to say.
    ghost : Ghost | None
        What stays of the run whose place it takes.

    Attributes
    ----------
    state : State
        What it is doing.
    message : Message | None
        Why; None if there is nothing to say.
    mailbox : Mailbox[Snapshot]
        Where its snapshots come.
    info : RunInfo | None
        What stays the same; None until it is prepared.
    """

    def __init__(self, key: str, run_id: int, plan: RunPlan, reason: Reason | None = None,
                 ghost: Ghost | None = None) -> None:
        self.key, self.run_id, self.plan, self.reason = key, run_id, plan, reason
        self._ghost = ghost
        self.state = State.PREPARING
        self.message: Message | None = None
        self.mailbox: Mailbox[Snapshot] = Mailbox()
        self.info: RunInfo | None = None
        self._trainer: TrainerLike | None = None
        self._history = History(())
        self._record = Record(History(()), self._history)
        self._early: list[int] = []
        self._epochs = EpochScale()
        self._judge: RunJudge | None = None
        self._verdict: Verdict | None = None
        self._telling = Telling()
        self._cursor = self._step = 0
        self._speed = Speedometer()

    def rename(self, key: str) -> None:
        """Take another key; all that it has told and tells goes on."""
        self.key = key
        if self.info is not None:
            self.info = replace(self.info, run=key)

    def show(self, state: State, message: Message | None = None) -> None:
        """Take over a state, and the engine's words for it; a reason lasts until the run moves."""
        if state not in (State.PREPARING, State.READY):
            self.reason = None
        self.state, self.message = state, message

    def begin(self, trainer: TrainerLike) -> RunInfo:
        """Show a trainer's figures from its beginning; only those that any thread may read."""
        project, data = self.plan.project, self.plan.dataset
        self._trainer = trainer
        self.info = RunInfo(self.key, self.run_id, project.network, tuple(trainer.weight_layers),
                            data, tuple(trainer.ring.columns), trainer.transfer)
        columns = self.info.columns
        early = kept_columns(columns)
        self._early = [columns.index(name) for name in early]
        self._history = History(columns)
        # With room to spare, so that no two of them are ever merged.
        self._record = Record(History(early, BEGINNING + 2), self._history)
        self._judge = RunJudge.of(project, data)
        return self.info

    def follow(self, plan: RunPlan) -> None:
        """Go on with other hyper-parameters, which the judge learns of."""
        self.plan = plan
        if self._judge is not None:
            self._judge.follow(plan.project, plan.dataset)

    def restart_clock(self) -> None:
        """Measure its speed anew after a rest."""
        self._speed.restart(self._step, time.perf_counter())

    def frame(self, *, running: bool) -> Frame | None:
        """Return all that there is to show now; None before it is prepared.

        Parameters
        ----------
        running : bool
            Whether more frames are on their way.
        """
        trainer, judge = self._trainer, self._judge
        if trainer is None or judge is None:
            return None
        self._read(trainer)
        snapshot = self.mailbox.take()
        if snapshot is not None and snapshot.parts >= JUDGED:
            self._verdict = judge.judge(snapshot, self._speed.running_s)
        if snapshot is not None:
            self._step = max(self._step, snapshot.step)
        if running:
            self._speed.note(self._step, time.perf_counter())
        told = self._telling.take(self._verdict, time.perf_counter(), running=running)
        readings = self._verdict.readings if self._verdict is not None else ()
        return Frame(self.key, self.run_id, self._step, trainer.epoch, self._history.last("loss"),
                     self._speed.value, running, self._history, snapshot, told, self._record,
                     readings, self._epochs, self._comparable())

    def left_behind(self) -> Ghost | None:
        """Return what stays of it when another takes its place; of a short one, nothing new."""
        if self._trainer is None:
            return self._ghost
        self._read(self._trainer)
        if self._step < LEAST_STEPS:
            return self._ghost
        record, names = self._record, self._record.beginning.columns
        steps = record.steps()
        return Ghost(
            steps, self._epochs.at(steps),
            {name: record.mean(name) for name in names if "/" not in name},
            {name: record.log_mean(name) for name in names if "/" in name}, self._objective())

    def _read(self, trainer: TrainerLike) -> None:
        """Take over what has been told since the last time."""
        self._epochs = self._epochs.bent(self._step, trainer.steps_per_epoch)
        steps, rows, self._cursor = trainer.ring.read(self._cursor)
        self._history.extend(steps, rows)
        beginning = self._record.beginning
        room = BEGINNING - beginning.length
        if room > 0:
            beginning.extend(steps[:room], rows[:room, self._early])
        if len(steps):
            self._step = int(steps[-1])

    def _objective(self) -> tuple[str, str]:
        return self.plan.dataset.task, self.plan.project.training.loss

    def _comparable(self) -> Ghost | None:
        """Return the ghost, unless its numbers are those of another task or loss."""
        ghost = self._ghost
        return ghost if ghost is not None and ghost.objective == self._objective() else None


class Speedometer:
    """Steps per second over the last half second of running, and over some steps at least.

    Attributes
    ----------
    value : float
        The speed.
    running_s : float
        Seconds of running so far.
    """

    def __init__(self) -> None:
        self.value = self.running_s = 0.0
        self._noted_s = math.inf
        self._seen: deque[tuple[int, float]] = deque()
        self._has_rested = False

    def restart(self, step: int, now_s: float) -> None:
        """Begin anew after a rest; the value stays until there is a new one."""
        self._seen.clear()
        self._seen.append((step, now_s))
        self._noted_s = now_s
        self._has_rested = True

    def note(self, step: int, now_s: float) -> None:
        """Take note of the step reached at a time."""
        self.running_s += max(0.0, now_s - self._noted_s)
        self._noted_s = now_s
        # Where steps are rare, the time since the last one says nothing of the next.
        if self._seen and step == self._seen[-1][0]:
            return
        if self._has_rested and step == self._seen[0][0] + 1:
            # The first step comes at once, however slow the run is to be.
            self._seen.clear()
        self._has_rested = False
        self._seen.append((step, now_s))
        while len(self._seen) > 2 and self._has_enough_without_first():
            self._seen.popleft()
        first_step, first_s = self._seen[0]
        if now_s > first_s and step > first_step:
            self.value = (step - first_step) / (now_s - first_s)

    def _has_enough_without_first(self) -> bool:
        (step, seen_s), (last_step, last_s) = self._seen[1], self._seen[-1]
        return last_s - seen_s >= SPEED_WINDOW_S and last_step - step >= SPEED_STEPS
