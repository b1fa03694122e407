"""How long the window keeps a person waiting who changes its theme or its size.

Each scene is a process of its own: ``python -m tests.bench.answers default`` prints its figures.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.bench.process import ROOT
from tests.bench.side_by_side import WAIT_S

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow

EXAMPLES = ROOT / "resources" / "examples"
SIZE = (1366, 768)
SCALES = (0.8, 0.9, 1.1, 1.25, 1.5, 2.0)
LONGEST_S = 0.150
"""What is promised."""
QUIET_S, LATE_S = 0.2, 0.01
"""The window has settled when for so long no tick has been so late."""
MOST_S = 5.0
"""So long it may take to settle on a busy computer."""

SCENES = {
    "default": "the project of the start",
    "layers": "thirty layers",
    "table": "the sample table of the reviews, after some steps",
    "pages": "microscope and experiments have been visited",
}


def measured(scene: str) -> dict[str, tuple[float, float]]:
    """Return longest wait and most work of a turn, in seconds, by change, in a new process."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.answers", scene], check=True,
                          text=True, stdout=subprocess.PIPE, cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    found: dict[str, tuple[float, float]] = json.loads(done.stdout)
    return found


def medians(scene: str, rounds: int) -> dict[str, tuple[float, float]]:
    """Return the medians of some processes."""
    found = [measured(scene) for _ in range(rounds)]
    return {change: (statistics.median(one[change][0] for one in found),
                     statistics.median(one[change][1] for one in found)) for change in found[0]}


class Ticks:
    """Notes how late the window's thread comes to a timer of a millisecond.

    Attributes
    ----------
    longest, used_s : float
        Longest wait in seconds, and the most time of a processor that the thread took in one turn:
        what the wait would be with nothing else running.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.begin()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start(1)

    def begin(self) -> None:
        """Count from now on."""
        self.longest = self.used_s = 0.0
        self._last = self._late_at = time.perf_counter()
        self._used_before_s = time.thread_time()

    def is_quiet(self) -> bool:
        """Say whether nobody has been kept waiting for a while."""
        return self._last - self._late_at > QUIET_S

    def _on_timer_timeout(self) -> None:
        now, used_s = time.perf_counter(), time.thread_time()
        gap, used, self._last, self._used_before_s = (
            now - self._last, used_s - self._used_before_s, now, used_s)
        self.longest, self.used_s = max(self.longest, gap), max(self.used_s, used)
        if gap > LATE_S:
            self._late_at = now


def measure(scene: str) -> dict[str, tuple[float, float]]:
    """Change theme and sizes in a window; return longest wait and most work by change."""
    found = {}
    with opened() as window:
        lab, ticks = window.lab, Ticks()
        assert lab is not None
        PREPARED[scene](window)
        changes: dict[str, Callable[[], None]] = {
            "dark": lambda: lab.set_theme("dark"), "light": lambda: lab.set_theme("light")}
        for scale in SCALES:
            changes[f"{scale:.0%}"] = lambda scale=scale: lab.set_scale(scale)  # type: ignore[misc]
            changes[f"{scale:.0%}, back"] = lambda: lab.set_scale(1.0)
        for change, act in changes.items():
            settle(ticks)
            ticks.begin()
            after_events(act)
            settle(ticks)
            found[change] = (ticks.longest, ticks.used_s)
    return found


@contextmanager
def opened() -> Iterator[MainWindow]:
    """Open the window, without a screen unless there is one, and wait until it is ready."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from gui import theme
    from gui.app import SWITCH_INTERVAL_S
    from gui.window.main_window import MainWindow
    from gui.window.preferences import Settings

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    theme.apply(app, "light")
    window = MainWindow(Settings(None))
    window.resize(*SIZE)
    window.show()
    try:
        wait_until(lambda: window.lab is not None)
        wait_until_ready(window)
        yield window
    finally:
        window.shut_down()
        window.close()


def wait_until_ready(window: MainWindow) -> None:
    """Wait until the first snapshot of a run is there."""
    from gui.workbench.state import State

    assert window.lab is not None
    lab = window.lab
    wait_until(lambda: lab.workbench.state is State.READY)
    wait(0.5)


def open_example(window: MainWindow, name: str) -> None:
    """Open a template and wait until it can be trained."""
    assert window.lab is not None
    window.lab.files.open_template(EXAMPLES / f"{name}.json")
    wait_until_ready(window)


def show_table(window: MainWindow) -> None:
    """Show the table of the sample of the largest texts that come with the program."""
    open_example(window, "25-reviews-n-grams")
    assert window.lab is not None
    lab = window.lab
    lab.workbench.step()
    wait(1.0)
    lab.output.show_view("table")
    assert lab.output.view() == "table"


def visit_pages(window: MainWindow) -> None:
    """Show every page once, a step taken apart on that of the microscope."""
    assert window.lab is not None
    for page in ("experiments", "microscope", "lab"):
        window.lab.pages.show(page)
        wait(1.5)


PREPARED: dict[str, Callable[[MainWindow], None]] = {
    "default": lambda _: None,
    "layers": lambda window: open_example(window, "09-thirty-tanh-layers"),
    "table": show_table,
    "pages": visit_pages,
}


def after_events(act: Callable[[], None]) -> None:
    """Call something from the event loop, as a key does."""
    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, act)
    wait(0.005)


def settle(ticks: Ticks) -> None:
    """Let the window live until it is quiet, or as quiet as it gets beside other programs."""
    ends = time.perf_counter() + MOST_S
    wait_until(lambda: ticks.is_quiet() or time.perf_counter() > ends)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Let the window live until something is so."""
    begin = time.perf_counter()
    while not is_so():
        if time.perf_counter() - begin > WAIT_S:
            raise TimeoutError("the window does not come to rest")
        wait(0.05)


def wait(seconds: float) -> None:
    """Let the window live for a while."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1])))
