"""Where the window keeps a person waiting: ``python -m tests.bench checks waits``.

A window is driven through its templates, views, pages, dialogs and edits. A thread beside it looks
at what the window's thread does whenever that has not come to its timer for too long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from tests.bench.answers import after_events, opened, wait
from tests.bench.process import ROOT

if TYPE_CHECKING:
    from gui.window.lab_page import LabPage
    from gui.window.main_window import MainWindow

EXAMPLES, DATA = ROOT / "resources" / "examples", ROOT / "resources" / "datasets"
TICK_S, GLANCE_S = 0.005, 0.01
LONGEST_S = 0.200
"""What is promised of every turn of the event loop."""
LARGE = ("07-digits", "16-character-rnn", "09-thirty-tanh-layers", "25-reviews-n-grams")
"""Templates whose views are all shown: the largest data and the deepest network."""


@dataclass
class Stall:
    """A turn of the event loop that took too long.

    Attributes
    ----------
    doing : str
        What a person had done before.
    seconds : float
        How long nobody was answered.
    used_s : float
        How much of a processor's time the window's thread took meanwhile.
    places : Counter
        Where the thread was seen: ``module:line function`` of the project's innermost frame.
    """

    doing: str
    seconds: float
    used_s: float
    places: Counter[str] = field(default_factory=Counter)


class Watchdog:
    """Looks at this thread from another while its event loop does not come round."""

    def __init__(self, patience_s: float) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.doing = "start"
        self.stalls: list[Stall] = []
        self._patience_s, self._seen = patience_s, Counter[str]()
        self._last, self._used_s = time.perf_counter(), time.thread_time()
        self._ends = threading.Event()
        self._watched = threading.get_ident()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._last, self._used_s = time.perf_counter(), time.thread_time()
        self._timer.start(round(1000 * TICK_S))
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._timer.stop()
        self._ends.set()
        self._thread.join()

    def _on_timer_timeout(self) -> None:
        now, used_s = time.perf_counter(), time.thread_time()
        seconds, used, seen = now - self._last, used_s - self._used_s, self._seen
        self._last, self._used_s, self._seen = now, used_s, Counter()
        if seconds > self._patience_s:
            self.stalls.append(Stall(self.doing, seconds, used, seen))

    def _look(self) -> None:
        while not self._ends.wait(GLANCE_S):
            if time.perf_counter() - self._last > 4 * TICK_S:
                self._seen[_place(sys._current_frames().get(self._watched))] += 1


def _place(frame: FrameType | None) -> str:
    """Return where the project's innermost function is, and who has called it."""
    found: list[str] = []
    while frame is not None and len(found) < 3:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in ("gui", "engine"):
            found.append(f"{path.relative_to(ROOT)}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(found) or "Qt"


Act = tuple[str, Callable[[], object], float]
"""What is done, how, and how many seconds of the window's life follow."""


def templates(window: MainWindow) -> Iterator[Act]:
    """Open every template, and train each for a while."""
    lab = _lab(window)
    for path in sorted(EXAMPLES.glob("[0-9]*.json")):
        yield f"open {path.stem}", lambda path=path: lab.files.open_template(path), 2.0
        yield f"run {path.stem}", lab.workbench.toggle, 1.0
        yield f"pause {path.stem}", lab.workbench.toggle, 0.3
        yield from _tabs(lab, path.stem)


def _tabs(lab: LabPage, name: str) -> Iterator[Act]:
    for key in [offer.key for offer in _offers(lab)]:
        yield f"output {key}, {name}", lambda key=key: lab.output.show_view(key), 0.3


def _offers(lab: LabPage) -> tuple[object, ...]:
    from gui.output.offers import offers_for

    frame = lab._stage.newest()
    return offers_for(lab.document.dataset, None if frame is None else frame.snapshot)


def views(window: MainWindow) -> Iterator[Act]:
    """Go through instruments, edits, pages, themes and sizes with the largest that is shipped."""
    lab = _lab(window)
    for name in LARGE:
        yield f"open {name}", lambda name=name: lab.files.open_template(
            EXAMPLES / f"{name}.json"), 2.0
        yield f"step {name}", lab.workbench.step, 0.5
        yield f"step an epoch, {name}", lab.workbench.step_epoch, 1.5
        for view in ("lines", "depth", "waterfall", "update", "activations", "magnitudes",
                     "sizes", "shares", "noise"):
            yield f"gradients {view}, {name}", lambda view=view: lab.gradients.show_view(view), 0.3
        yield from _edits(lab, name)
        yield from _pages(lab, name)
        yield from _tabs(lab, name)
        yield from _looks(lab, name)


def _edits(lab: LabPage, name: str) -> Iterator[Act]:
    document = lab.document
    yield f"select a layer, {name}", lambda: document.select(
        document.project.network.layers[-2].id), 0.4
    yield f"add a layer, {name}", lambda: lab.network.layer_actions.add("dense"), 1.0
    yield f"undo, {name}", document.undo_stack.undo, 1.0
    yield f"redo, {name}", document.undo_stack.redo, 1.0
    yield f"undo again, {name}", document.undo_stack.undo, 1.0
    yield f"reset, {name}", lab.workbench.reset, 1.0
    yield f"compare, {name}", lambda: lab.desk.set_compares(True), 2.0
    yield f"step the pair, {name}", lab.workbench.step, 0.5
    yield f"compare no more, {name}", lambda: lab.desk.set_compares(False), 1.0
    yield f"recorder, {name}", lambda: lab.desk.show_recorder(True), 0.5
    yield f"no recorder, {name}", lambda: lab.desk.show_recorder(False), 0.5
    yield f"initialiser lab, {name}", lab.initialisers.open, 1.5
    yield f"close initialiser lab, {name}", lab.initialisers.open, 0.5


def _pages(lab: LabPage, name: str) -> Iterator[Act]:
    for page in ("microscope", "experiments", "lab"):
        yield f"page {page}, {name}", lambda page=page: lab.pages.show(page), 2.0
    yield f"contents of the pages, {name}", lab.explain.open_contents, 1.0
    yield f"close the pages, {name}", lab.explain.close, 0.5
    yield f"training sheet, {name}", lambda: lab.sheet.show_over(lab.network), 0.7
    yield f"close the training sheet, {name}", lab.sheet.hide, 0.3


def _looks(lab: LabPage, name: str) -> Iterator[Act]:
    for scheme in ("dark", "light"):
        yield f"theme {scheme}, {name}", lambda scheme=scheme: lab.set_theme(scheme), 0.7
    for scale in (1.5, 1.0):
        yield f"size {scale:.0%}, {name}", lambda scale=scale: lab.set_scale(scale), 0.7


def dialogs(window: MainWindow) -> Iterator[Act]:
    """Open and close every dialog, with the largest shipped table where one is asked for."""
    lab = _lab(window)
    yield "gallery", lab.choose_template, 1.0
    yield "close gallery", _close_dialogs, 0.3
    yield "limits", lab.show_limits, 1.0
    yield "close limits", _close_dialogs, 0.3
    yield "bring data", lab.bring_data, 1.0
    yield "close bring data", _close_dialogs, 0.3
    yield "about", lambda: _about(window), 1.0
    yield "close about", _close_dialogs, 0.3
    yield "dialog for a table", lab.import_table, 1.0
    yield "close dialog for a table", _close_dialogs, 0.3
    for name in ("breast_cancer.csv", "digits.csv.gz", "wine.csv"):
        yield f"import {name}", lambda name=name: lab.open_dropped([DATA / name]), 2.5
        yield f"theme dark, import {name}", lambda: lab.set_theme("dark"), 0.7
        yield f"theme light, import {name}", lambda: lab.set_theme("light"), 0.7
        yield f"close import {name}", _close_dialogs, 0.5
    yield "experiments", lambda: lab.pages.show("experiments"), 1.0
    yield from _experiments(lab)
    yield "menu", lambda: window.actions_of_lab.menu.aboutToShow.emit(), 0.5  # type: ignore[union-attr]


def _experiments(lab: LabPage) -> Iterator[Act]:
    desk = lab.pages.experiments
    assert desk is not None
    for one in tuple(desk.library):
        yield f"experiment {one.key}", lambda key=one.key: desk.choose(key), 1.0
    yield "new sweep", desk.ask_new, 1.0
    yield "close new sweep", _close_dialogs, 0.3


def _about(window: MainWindow) -> None:
    from gui.window.about import About

    About(window).open()


def _close_dialogs() -> None:
    from PySide6.QtWidgets import QApplication, QDialog

    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.reject()


def _lab(window: MainWindow) -> LabPage:
    assert window.lab is not None
    return window.lab


TOURS: dict[str, Callable[[MainWindow], Iterator[Act]]] = {
    "templates": templates, "views": views, "dialogs": dialogs}


def stalls(tour: str, patience_s: float = LONGEST_S) -> list[Stall]:
    """Return the stalls of a tour, in a new process."""
    done = subprocess.run([sys.executable, "-m", "tests.bench.waits", tour, str(patience_s)],
                          check=True, text=True, stdout=subprocess.PIPE, cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    return [Stall(doing, seconds, used_s, Counter(places))
            for doing, seconds, used_s, places in json.loads(done.stdout)]


def go(tour: str, patience_s: float) -> list[Stall]:
    """Go on a tour in this process."""
    with opened() as window, Watchdog(patience_s) as dog:
        for doing, act, seconds in TOURS[tour](window):
            dog.doing = doing
            after_events(act)
            wait(seconds)
        return dog.stalls


if __name__ == "__main__":
    found = go(sys.argv[1], float(sys.argv[2]))
    sys.stdout.write(json.dumps([
        (one.doing, one.seconds, one.used_s, dict(one.places.most_common(6))) for one in found]))
