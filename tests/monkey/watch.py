"""What is watched while the monkey plays: memory, stalls, and whatever should not have happened."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import Qt, QTimer, QtMsgType, qInstallMessageHandler

BEAT_MS = 20
GLANCE_S = 0.05
SLOW_S = 0.25
"""From when on the window is said to stand still, and its thread's stack is kept."""
HUNG_S = 30.0
"""Computed by the window's thread without coming round: then it hangs, and the process is ended."""
STUCK_S = 300.0
"""As long as it may wait, for a lock or for a processor that others use."""
SAMPLE_S = 2.0
HUNG_EXIT = 70
DEPTH = 16
"""Lines of a stack that are kept."""
OUTSIDE = "occurs outside target window"
"""What Qt's own test library says where the mouse is dragged out of a window."""
LIVELY = 30
"""Distinct faults after which no more are kept."""


@dataclass
class Stall:
    """A time in which the window's thread did not come round.

    Attributes
    ----------
    at_s, seconds, busy_s : float
        When it ended, how long it took, and how long of that the thread computed.
    act : int
        Number of the newest act.
    stack : str
        What the thread did.
    """

    at_s: float
    seconds: float
    busy_s: float
    act: int
    stack: str


@dataclass
class Watch:
    """Watches the process. Made in the GUI thread.

    Parameters
    ----------
    folder : Path
        Where what is found is written.

    Attributes
    ----------
    act : int
        Number of the newest act.
    memory : list[tuple[float, int, float]]
        Seconds, act, and resident MiB.
    stalls : list[Stall]
        In their order.
    faults : dict[str, int]
        Text of every fault, and how often it has happened.
    """

    folder: Path
    act: int = 0
    memory: list[tuple[float, int, float]] = field(default_factory=list)
    stalls: list[Stall] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began_s = time.perf_counter()
        self._main = threading.main_thread().ident or 0
        self._beat_s = time.perf_counter()
        self._busy_s = time.thread_time()
        self._stack = ""
        self._over = threading.Event()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_beat)
        self._thread = threading.Thread(target=self._look_on, name="helper watch", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._traces = (self.folder / "traces.txt").open("w+", encoding="utf-8")
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        qInstallMessageHandler(self._on_qt_message)
        handler = logging.Handler(logging.WARNING)
        handler.emit = lambda record: self.fault(  # type: ignore[method-assign]
            f"logged {record.name}: {record.getMessage()}" + (
                "\n" + "".join(traceback.format_exception(*record.exc_info))
                if record.exc_info else ""))
        logging.getLogger().addHandler(handler)
        self._beat_s, self._busy_s = time.perf_counter(), time.thread_time()
        self._timer.start(BEAT_MS)
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._timer.stop()
        self._over.set()
        self._thread.join()
        self._traces.close()

    @property
    def now_s(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.began_s

    def fault(self, text: str) -> None:
        """Keep what should not have happened. Any thread."""
        known = text in self.faults
        self.faults[text] = self.faults.get(text, 0) + 1
        if not known and len(self.faults) <= LIVELY:
            with (self.folder / "faults.txt").open("a", encoding="utf-8") as file:
                file.write(f"act {self.act}, {self.now_s:.1f} s:\n{text.rstrip()}\n\n")

    # GUI thread

    def _on_beat(self) -> None:
        now, busy = time.perf_counter(), time.thread_time()
        late, used = now - self._beat_s, busy - self._busy_s
        if late > SLOW_S:
            self.stalls.append(Stall(now - self.began_s, late, used, self.act, self._stack))
            with (self.folder / "stalls.txt").open("a", encoding="utf-8") as file:
                file.write(f"act {self.act}, {self.now_s:.1f} s: stood still for {late:.2f} s, "
                           f"computed for {used:.2f} s\n{self._stack}\n")
        self._stack = ""
        self._beat_s, self._busy_s = now, busy

    def _on_exception(self, kind: type[BaseException], error: BaseException,
                      trace: TracebackType | None) -> None:
        self.fault("".join(traceback.format_exception(kind, error, trace)))

    def _on_unraisable(self, hint: Any) -> None:
        self.fault(f"ignored in {hint.object!r}: " + "".join(
            traceback.format_exception(hint.exc_type, hint.exc_value, hint.exc_traceback)))

    def _on_thread_exception(self, hint: threading.ExceptHookArgs) -> None:
        if not issubclass(hint.exc_type, SystemExit):
            self.fault("in a thread: " + "".join(traceback.format_exception(
                hint.exc_type, hint.exc_value, hint.exc_traceback)))

    def _on_qt_message(self, kind: QtMsgType, _context: object, message: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and OUTSIDE not in message:
            self.fault(f"Qt: {message}\n" + "".join(traceback.format_stack(limit=6)[:-1]))

    # Its own thread

    def _look_on(self) -> None:
        sampled_s = -SAMPLE_S
        while not self._over.wait(GLANCE_S):
            late = time.perf_counter() - self._beat_s
            if late > SLOW_S:
                self._stack = self._stack_of_window()
                if late > STUCK_S or self._computed_s() > HUNG_S:
                    self._give_up(late)
            if self.now_s - sampled_s >= SAMPLE_S:
                sampled_s = self.now_s
                self.memory.append((sampled_s, self.act, resident_mb()))

    def _computed_s(self) -> float:
        """Return how long the window's thread has computed since it came round."""
        return time.clock_gettime(time.pthread_getcpuclockid(self._main)) - self._busy_s

    def _stack_of_window(self) -> str:
        """Return what the window's thread is doing, the newest call first.

        Not by `sys._current_frames`: what is made of the frames of a thread that runs ends Python
        3.11 with a segmentation fault, some time later.
        """
        self._traces.seek(0)
        self._traces.truncate()
        faulthandler.dump_traceback(self._traces)
        self._traces.seek(0)
        parts = self._traces.read().split("\n\n")
        mine = next((part for part in parts if f"{self._main:x} " in part.split("\n")[0]), "")
        return "\n".join(mine.split("\n")[1:DEPTH])

    def _give_up(self, late: float) -> None:
        self.fault(f"hung for {late:.0f} s:\n{self._stack}")
        os._exit(HUNG_EXIT)


def resident_mb() -> float:
    """Return how much memory the process takes, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
