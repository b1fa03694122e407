"""One run as the window's thread knows it."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.diagnosis.verdicts import JUDGED, RunJudge
from engine.telemetry.history import History
from engine.telemetry.looks import Looks
from engine.telemetry.mailbox import Mailbox
from gui.frames.epochs import EpochScale
from gui.frames.frame import Frame
from gui.frames.ghost import LEAST_STEPS, Ghost
from gui.frames.record import BEGINNING, Record, kept_columns
from gui.frames.run_info import RunInfo
from gui.workbench.past import Past
from gui.workbench.state import IDLE, State
from gui.workbench.telling import Telling

if TYPE_CHECKING:
    from engine.diagnosis.verdicts import Verdict
    from engine.messages import Message
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.snapshot import Snapshot
    from gui.frames.recording import Recording
    from gui.workbench.engine_port import TrainerLike
    from gui.workbench.parcels import Parcel
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
    changed_at : int | None
        The first step that it has taken with other hyper-parameters than those it began with; None
        as long as there is none.
    branched_at : int | None
        The step at which it has left another run; None where it has begun at step 0.
    side : int
        Number of the document's side that it belongs to; 0 for none.
    parcel : Parcel | None
        What it goes on from; None for a run that begins at step 0.
    past : Past
        What is kept of its steps, and which of them is looked at.
    """

    def __init__(self, key: str, run_id: int, plan: RunPlan, reason: Reason | None = None,
                 ghost: Ghost | None = None, parcel: Parcel | None = None) -> None:
        self.key, self.run_id, self.plan, self.reason = key, run_id, plan, reason
        self.past = Past()
        self._ghost = ghost
        self.state = State.PREPARING
        self.message: Message | None = None
        self.mailbox: Mailbox[Snapshot] = Mailbox()
        self.info: RunInfo | None = None
        self.changed_at: int | None = None
        self.branched_at: int | None = None
        self.side = 0
        self.parcel = parcel
        self._trainer: TrainerLike | None = None
        self._looks = Looks(())
        self._history = History(())
        self._record = Record(History(()), self._history)
        self._early: list[int] = []
        self._epochs = EpochScale()
        self._judge: RunJudge | None = None
        self._verdict: Verdict | None = None
        self._judged: Snapshot | None = None
        self._telling = Telling()
        self._cursor = 0
        self._step = 0 if self.start is None else self.start.step
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

    @property
    def step(self) -> int:
        """Completed steps, as far as they have been told."""
        return self._step

    @property
    def history_nbytes(self) -> int:
        """Bytes that its curves take."""
        return self._history.nbytes + self._record.beginning.nbytes

    @property
    def objective(self) -> tuple[str, str]:
        """Task and loss; figures of others cannot be compared."""
        return self.plan.dataset.task, self.plan.project.training.loss

    @property
    def start(self) -> Checkpoint | None:
        """What it has gone on from; None where it has begun at step 0, or nobody knows yet."""
        return None if self.parcel is None else self.parcel.checkpoint

    def kept_at(self, step: int) -> Checkpoint | None:
        """Return all that decided its further bytes at a step, kept for good; None if it is not."""
        self.past.recorder.pin(step)
        moment = self.past.recorder.exactly_at(step)
        return None if moment is None else moment.checkpoint

    @property
    def verdict(self) -> Verdict | None:
        """The newest verdict; None before there is one."""
        return self._verdict

    def note_change(self, step: int) -> None:
        """Take note that it goes on with other hyper-parameters after a step."""
        if step > 0 and self.changed_at is None:
            self.changed_at = step

    def let_go(self) -> None:
        """Read what its trainer has told last, and keep it no longer."""
        if self._trainer is not None:
            self._read(self._trainer)
            self._trainer = None

    def catch_up(self) -> None:
        """Read what its trainer has told since the last frame."""
        if self._trainer is not None:
            self._read(self._trainer)

    def begin(self, trainer: TrainerLike) -> RunInfo:
        """Show a trainer's figures from its beginning; only those that any thread may read.

        A run that was let go of, and has been brought back to where it stood, goes on.
        """
        start, self._cursor = self.start, 0
        step = 0 if start is None else start.step
        if self.info is not None and step == self._step:
            self._trainer = trainer
            return self.info
        self._step, self._telling = step, Telling()
        self._verdict = self._judged = None
        if self.branched_at is not None:
            # The other may have gone further meanwhile, or there was nothing to leave.
            self.branched_at = None if start is None else step
        project, data = self.plan.project, self.plan.dataset
        self._trainer = trainer
        self.info = RunInfo(self.key, self.run_id, project.network, tuple(trainer.weight_layers),
                            data, tuple(trainer.ring.columns), trainer.transfer)
        columns = self.info.columns
        early = kept_columns(columns)
        self._early = [columns.index(name) for name in early]
        self._looks = Looks([layer.id for layer in project.network.layers])
        self._history = History(columns)
        # With room to spare, so that no two of them are ever merged.
        self._record = Record(History(early, BEGINNING + 2), self._history)
        self._judge = RunJudge.of(project, data)
        if self.start is not None:
            self._epochs = EpochScale(trainer.steps_per_epoch, (0.0, float(self.start.step)),
                                      (0.0, self.start.epochs))
        return self.info

    def follow(self, plan: RunPlan) -> None:
        """Go on with other hyper-parameters or limits, which the judge learns of."""
        before, self.plan = self.plan, plan
        judge, last = self._judge, self._judged
        if judge is None:
            return
        judge.follow(plan.project, plan.dataset)
        if before.project.limits == plan.project.limits or last is None:
            return
        verdict = judge.verdict_at(last.step)
        if verdict is not None:
            self._verdict = verdict
            self.past.note(last, verdict)

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
            self.past.note(snapshot, self._verdict)
            self._judged = snapshot
        if snapshot is not None:
            self._looks.note(snapshot)
            self._step = max(self._step, snapshot.step)
        if running:
            self._speed.note(self._step, time.perf_counter())
        else:
            self._rest(judge)
        told = self._telling.take(self._verdict, time.perf_counter(), running=running)
        shown = self.past.shown(snapshot, judge)
        verdict = self._verdict
        if shown.step is not None:
            told = verdict = shown.verdict
        readings = verdict.readings if verdict is not None else ()
        return Frame(self.key, self.run_id, self._step, trainer.epoch, self._history.last("loss"),
                     self._speed.value, running, self._history, shown.snapshot, told, self._record,
                     readings, self._epochs, self._comparable(), cursor=shown.step,
                     looks=self._looks)

    def _rest(self, judge: RunJudge) -> None:
        """Say of a run at rest what would else wait for a snapshot that never comes."""
        last = self._judged
        # It may have been told to rest, and where it does is yet to be seen.
        if self.state not in IDLE or last is None or last.step < self._step:
            return
        verdict = judge.rest()
        if verdict is not None:
            self._verdict = verdict
            self.past.note(last, verdict)

    def verdict_at(self, step: int) -> Verdict | None:
        """Return what was said of it at a step."""
        return None if self._judge is None else self.past.said_at(step, self._judge)

    def recording(self) -> Recording:
        """Return which of its steps can be looked at."""
        return self.past.recording(0 if self.start is None else self.start.step, self._step,
                                   rests=self.state in IDLE)

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
            {name: record.log_mean(name) for name in names if "/" in name}, self.objective)

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

    def _comparable(self) -> Ghost | None:
        """Return the ghost, unless its numbers are those of another task or loss."""
        ghost = self._ghost
        return ghost if ghost is not None and ghost.objective == self.objective else None


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
