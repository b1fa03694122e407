"""Shows a frame view by view, so that the window can answer a person in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from gui.frames.frame import Frame
from gui.frames.run_info import RunInfo

if TYPE_CHECKING:
    from engine.telemetry.snapshot import Snapshot

GAP_MS = 4
"""Between two views; painting the first is over by then, and what a person did is served."""


class View(Protocol):
    """What draws frames."""

    def set_run(self, info: RunInfo, /) -> None:
        """Forget the run before."""

    def show_frame(self, frame: Frame, /) -> None:
        """Draw the newest frame."""


class Stage(QObject):
    """Gives every view the newest frame, one view at a time. GUI thread only.

    Where drawing all views takes longer than a frame, a view is given fewer frames, but never an
    old one, and never misses the newest snapshot.

    Parameters
    ----------
    views : Sequence[View]
        In the order in which they are drawn.
    note_time : callable
        Told how many seconds a view has taken.
    """

    def __init__(self, views: Sequence[View], note_time: Callable[[float], None],
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._note_time = note_time
        self._frame: Frame | None = None
        self._snapshot: Snapshot | None = None
        self._unseen: set[View] = set()
        self._waiting: list[View] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(GAP_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def set_run(self, info: RunInfo) -> None:
        """Begin with another run."""
        self.stop()
        self._frame = self._snapshot = None
        self._unseen.clear()
        for view in self._views:
            view.set_run(info)

    def show_frame(self, frame: Frame) -> None:
        """Draw a frame from now on; those still waiting get it instead of the one before."""
        self._frame = frame
        if frame.snapshot is not None:
            self._snapshot = frame.snapshot
            self._unseen = set(self._views)
        self._waiting += [view for view in self._views if view not in self._waiting]
        if not self._timer.isActive():
            # Not at once: making a frame has taken its time, too, and others wait meanwhile.
            self._timer.start()

    def stop(self) -> None:
        """Draw nothing more."""
        self._timer.stop()
        self._waiting.clear()

    @Slot()
    def _on_timer_timeout(self) -> None:
        if not self._waiting or self._frame is None:
            self._timer.stop()
            return
        started = time.perf_counter()
        view = self._waiting.pop(0)
        snapshot = self._snapshot if view in self._unseen else None
        self._unseen.discard(view)
        view.show_frame(replace(self._frame, snapshot=snapshot))
        self._note_time(time.perf_counter() - started)
