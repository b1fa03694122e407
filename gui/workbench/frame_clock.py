"""The frame clock: shows what the run has told since the last frame, 30 times a second."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from engine.diagnosis.verdicts import JUDGED
from engine.telemetry.history import History
from engine.telemetry.mailbox import Mailbox
from gui.workbench.state import Frame, RunInfo

if TYPE_CHECKING:
    from engine.diagnosis.verdicts import RunJudge, Verdict
    from engine.telemetry.snapshot import Snapshot
    from gui.workbench.engine_port import TrainerLike

PERIOD_MS = 33
SLOW_PERIOD_MS = 100
BUSY_SHARE = 0.5
"""A frame that takes more of its period than this leaves too little to the rest of the window."""
SPEED_WINDOW_S = 0.5


class FrameClock(QObject):
    """Makes frames of a run. GUI thread only.

    Parameters
    ----------
    mailbox : Mailbox[Snapshot]
        Where the run leaves its snapshots.

    Signals
    -------
    frame(Frame)
        There is something new to show.
    """

    frame = Signal(object)

    def __init__(self, mailbox: Mailbox[Snapshot], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = mailbox
        self._judge: RunJudge | None = None
        self._info: RunInfo | None = None
        self._trainer: TrainerLike | None = None
        self._history = History(())
        self._cursor = 0
        self._step = 0
        self._verdict: Verdict | None = None
        self._speed = Speedometer()
        self._cost_s = 0.0
        self._spent_s = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def period_ms(self) -> int:
        """Time from one frame to the next while running."""
        return self._timer.interval()

    def set_run(self, info: RunInfo, trainer: TrainerLike, judge: RunJudge) -> None:
        """Show another run from its beginning.

        Parameters
        ----------
        info, trainer : RunInfo, TrainerLike
            The run; of the trainer, only figures that any thread may read are used.
        judge : RunJudge
            Says what the run's snapshots mean.
        """
        self._info, self._trainer, self._judge = info, trainer, judge
        self._history = History(info.columns)
        self._cursor = self._step = 0
        self._verdict = None
        self._speed = Speedometer()

    def set_judge(self, judge: RunJudge) -> None:
        """Judge snapshots differently from now on."""
        self._judge = judge

    def forget_run(self) -> None:
        """Let go of the run, so that its memory can be used for the next one."""
        self.stop()
        self._info = self._trainer = None

    def start(self) -> None:
        """Make frames regularly from now on."""
        if not self._timer.isActive():
            self._speed.restart(self._step, time.perf_counter())
            self._timer.start()

    def stop(self) -> None:
        """Make no more frames until `start` or `tick`."""
        self._timer.stop()

    def note_painted(self, seconds: float) -> None:
        """Count time that the window has spent on drawing or painting the last frame."""
        self._spent_s += seconds

    def tick(self) -> None:
        """Make a frame now."""
        info, trainer = self._info, self._trainer
        judge = self._judge
        if info is None or trainer is None or judge is None:
            return
        steps, rows, self._cursor = trainer.ring.read(self._cursor)
        self._history.extend(steps, rows)
        if len(steps):
            self._step = int(steps[-1])
        snapshot = self._mailbox.take()
        if snapshot is not None and snapshot.run_id != info.run_id:
            snapshot = None
        if snapshot is not None and snapshot.parts >= JUDGED:
            self._verdict = judge.judge(snapshot)
        if snapshot is not None:
            self._step = max(self._step, snapshot.step)
        if self._timer.isActive():
            self._speed.note(self._step, time.perf_counter())
        self.frame.emit(Frame(
            info.run_id, self._step, trainer.epoch, self._history.last("loss"), self._speed.value,
            self._timer.isActive(), self._history, snapshot, self._verdict))

    @Slot()
    def _on_timer_timeout(self) -> None:
        started = time.perf_counter()
        self._adapt()
        self.tick()
        self._spent_s += time.perf_counter() - started

    def _adapt(self) -> None:
        """Make frames rarer when the last ones, painting included, took too long."""
        self._cost_s += 0.3 * (self._spent_s - self._cost_s)
        self._spent_s = 0.0
        wanted = round(1000 * self._cost_s / BUSY_SHARE)
        wanted = min(max(wanted, PERIOD_MS), SLOW_PERIOD_MS)
        # Every new interval starts the timer anew, so small differences are let be.
        if abs(wanted - self.period_ms) > 0.15 * self.period_ms:
            self._timer.setInterval(wanted)


class Speedometer:
    """Steps per second over the last half second of running."""

    def __init__(self) -> None:
        self.value = 0.0
        self._seen: deque[tuple[int, float]] = deque()

    def restart(self, step: int, now_s: float) -> None:
        """Begin anew after a rest; the value stays until there is a new one."""
        self._seen.clear()
        self._seen.append((step, now_s))

    def note(self, step: int, now_s: float) -> None:
        """Take note of the step reached at a time."""
        self._seen.append((step, now_s))
        while len(self._seen) > 2 and now_s - self._seen[1][1] >= SPEED_WINDOW_S:
            self._seen.popleft()
        first_step, first_s = self._seen[0]
        if now_s > first_s and step > first_step:
            self.value = (step - first_step) / (now_s - first_s)
