"""Shows frames view by view, so that the window can answer a person in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QWidget

from gui.frames.frame import Frame
from gui.frames.run_info import FIRST, RunInfo

if TYPE_CHECKING:
    from engine.telemetry.snapshot import Snapshot

GAP_MS = 2
"""Between two views; painting the first is over by then, and what a person did is served."""
QUICK_S = 0.0005
"""A view that has taken no longer has drawn nothing new, and keeps the next one not waiting."""


class View(Protocol):
    """What draws frames."""

    def set_run(self, info: RunInfo, /) -> None:
        """Forget the run before."""

    def show_frame(self, frame: Frame, /) -> None:
        """Draw the newest frame."""


class Stage(QObject):
    """Gives every view the newest frame, one view at a time. GUI thread only.

    Of a pair, a view is given the frame of the run that is edited, with that of the other beside
    it. Where drawing all views takes longer than a frame, a view is given fewer frames, but never
    an old one, and never misses the newest snapshot.

    Parameters
    ----------
    views : Sequence[View]
        In the order in which they are drawn.
    note_time : callable
        Told how many seconds a view has taken.
    apart : Mapping[View, QWidget]
        Views that take long both to draw and to be painted, and what of them does: what a person
        does is served between the two as well. The rest of them, such as tabs, is not painted anew.
    quick_s : float
        So many seconds are as good as none for a view to take.
    """

    def __init__(self, views: Sequence[View], note_time: Callable[[float], None],
                 parent: QObject | None = None, *,
                 apart: Mapping[View, QWidget] | None = None, quick_s: float = QUICK_S) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._note_time = note_time
        self._apart, self._quick_s = dict(apart or {}), quick_s
        self._took: dict[View, float] = {}
        self._unpainted: QWidget | None = None
        self._edited = FIRST
        self._is_shown = True
        self._infos: dict[str, RunInfo] = {}
        self._frames: dict[str, Frame] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._unseen: dict[View, set[str]] = {}
        self._waiting: list[View] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(GAP_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def set_run(self, info: RunInfo) -> None:
        """Begin with another run, in the place of the one with its key."""
        key = info.run
        known = self._snapshots.get(key)
        self._infos[key] = info
        self._frames.pop(key, None)
        if known is not None and known.run_id != info.run_id:
            del self._snapshots[key]
        self._begin()

    def set_edited(self, key: str) -> None:
        """Let another run of a pair be the one that is edited."""
        if key != self._edited:
            self._edited = key
            self._begin()

    def drop(self, key: str) -> None:
        """Let go of a run."""
        if self._infos.pop(key, None) is not None:
            self._frames.pop(key, None)
            self._snapshots.pop(key, None)
            self._begin()

    def show_frame(self, frame: Frame) -> None:
        """Draw a frame from now on; those still waiting get it instead of the one before."""
        info = self._infos.get(frame.run)
        if info is not None and info.run_id != frame.run_id:
            return
        self._frames[frame.run] = frame
        if frame.snapshot is not None:
            self._note(frame.run, frame.snapshot)
        self._draw()

    def frame_of(self, key: str) -> Frame | None:
        """Return the newest frame of a run; None before there is one."""
        return self._frames.get(key)

    def newest(self) -> Frame | None:
        """Return the newest frame of the run that is edited, with its newest snapshot."""
        frame = self._frames.get(self._edited)
        snapshot = self._snapshots.get(self._edited)
        return None if frame is None else replace(frame, snapshot=frame.snapshot or snapshot)

    def set_shown(self, shown: bool) -> None:
        """Draw nothing while no view can be seen; then, what is newest."""
        self._is_shown = shown
        if shown:
            self._draw()
        else:
            self.stop()

    def stop(self) -> None:
        """Draw nothing more."""
        self._timer.stop()
        self._waiting.clear()
        self._let_paint()

    def _begin(self) -> None:
        """Let every view forget what it shows, and begin with the runs that there are now."""
        self.stop()
        main = self._infos.get(self._edited)
        if main is None:
            return
        other = next((info for key, info in self._infos.items() if key != self._edited), None)
        for view in self._views:
            view.set_run(replace(main, beside=other))
        for key, snapshot in self._snapshots.items():
            self._note(key, snapshot)
        self._draw()

    def _note(self, key: str, snapshot: Snapshot) -> None:
        """Take note of a snapshot that no view has seen."""
        self._snapshots[key] = snapshot
        for view in self._views:
            self._unseen.setdefault(view, set()).add(key)

    def _draw(self) -> None:
        if self._edited not in self._frames or not self._is_shown:
            return
        self._waiting += [view for view in self._views if view not in self._waiting]
        if not self._timer.isActive():
            # Not at once: making a frame has taken its time, too, and others wait meanwhile.
            self._timer.start()

    def _frame_for(self, view: View, key: str) -> Frame | None:
        """Return the newest frame of a run, with the snapshot that the view has not seen."""
        frame = self._frames.get(key)
        if frame is None:
            return None
        unseen = self._unseen.get(view, set())
        snapshot = self._snapshots.get(key) if key in unseen else None
        unseen.discard(key)
        return replace(frame, snapshot=snapshot)

    def _let_paint(self) -> None:
        """Have what was drawn last be painted, if that is still to come."""
        if self._unpainted is not None:
            self._unpainted.setUpdatesEnabled(True)
            self._unpainted = None

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self._unpainted is not None:
            self._let_paint()
            return
        if not self._waiting or self._edited not in self._frames:
            self._timer.stop()
            return
        self._note_time(self._show_next())

    def _show_next(self) -> float:
        """Let the next view draw, and those before it that only take note; return the seconds."""
        spent = 0.0
        while self._waiting and spent < self._quick_s:
            spent += self._show(self._waiting.pop(0))
            if self._unpainted is not None:
                break
        return spent

    def _show(self, view: View) -> float:
        """Give a view the newest frames; return the seconds that it has taken."""
        started, picture = time.perf_counter(), self._apart.get(view)
        was_quick = self._took.get(view, self._quick_s) < self._quick_s
        if picture is not None and picture.isVisible() and not was_quick:
            # To let it paint again paints all of it, which is in vain where little has changed.
            picture.setUpdatesEnabled(False)
            self._unpainted = picture
        frame = self._frame_for(view, self._edited)
        other = next((key for key in self._infos if key != self._edited), "")
        if frame is not None:
            view.show_frame(replace(frame, beside=self._frame_for(view, other)))
        took = self._took[view] = time.perf_counter() - started
        return took
