"""The frame clock: shows what the runs have told since the last frame, 30 times a second."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

if TYPE_CHECKING:
    from gui.workbench.run import Run

PERIOD_MS = 33
SLOW_PERIOD_MS = 100
BUSY_SHARE = 0.5
"""A frame that takes more of its period than this leaves too little to the rest of the window."""


class FrameClock(QObject):
    """Makes frames of runs, one of each at every tick. GUI thread only.

    Parameters
    ----------
    runs : Iterable[Run]
        Those that there are at a tick.

    Signals
    -------
    frame(Frame)
        There is something new to show of a run.
    """

    frame = Signal(object)

    def __init__(self, runs: Iterable[Run], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
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

    def start(self) -> None:
        """Make frames regularly from now on."""
        if not self._timer.isActive():
            for run in self._runs:
                run.restart_clock()
            self._timer.start()

    def stop(self) -> None:
        """Make no more frames until `start` or `tick`."""
        self._timer.stop()

    def note_painted(self, seconds: float) -> None:
        """Count time that the window has spent on drawing or painting the last frame."""
        self._spent_s += seconds

    def tick(self) -> None:
        """Make a frame of every run now."""
        for run in tuple(self._runs):
            frame = run.frame(running=self._timer.isActive())
            if frame is not None:
                self.frame.emit(frame)

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
