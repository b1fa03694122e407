"""What looking at a deep network while it trains costs: frames, waits, speed, by instrument."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tests.bench.cases import CASES
from tests.bench.ours import dataset, project
from tests.bench.side_by_side import WAIT_S

if TYPE_CHECKING:
    from gui.window.lab_page import LabPage

CASE = CASES["hundred"]
VIEWS = ("lines", "depth", "waterfall", "update", "activations", "magnitudes", "sizes", "shares",
         "noise")
SIZE = (1366, 768)
LEAST_FRAMES, LATEST_S, LEAST_SHARE = 25.0, 0.025, 0.7
"""What is promised: frames a second, the 99th percentile of a 5 ms timer, and the speed of training
beside that with the window hidden."""
SETTLE_S = 0.7


@dataclass(frozen=True)
class Found:
    """What was measured with one instrument shown.

    Attributes
    ----------
    frames, late_s, steps : float
        Frames a second that the instrument drew, 99th percentile of the timer's intervals, steps a
        second.
    share : float
        Of the steps a second with the window hidden just before.
    """

    frames: float
    late_s: float
    steps: float
    share: float

    @property
    def is_kept(self) -> bool:
        """Whether all is as promised."""
        return (self.frames >= LEAST_FRAMES and self.late_s < LATEST_S
                and self.share >= LEAST_SHARE)


def measured(rounds: int, seconds: float) -> dict[str, Found]:
    """Return what was found by view: medians of the rounds, in which all take turns."""
    found: dict[str, list[Found]] = {view: [] for view in VIEWS}
    with _training() as lab:
        for _ in range(rounds):
            for view in VIEWS:
                found[view].append(_one(lab, view, seconds))
    return {view: Found(*(statistics.median(getattr(one, name) for one in many)
                          for name in ("frames", "late_s", "steps", "share")))
            for view, many in found.items()}


def _one(lab: LabPage, view: str, seconds: float) -> Found:
    from PySide6.QtCore import Qt, QTimer

    lab.hide()
    _wait(SETTLE_S)
    hidden = _steps_a_second(lab, seconds)
    lab.gradients.show_view(view)
    lab.show()
    _wait(SETTLE_S)
    drawn, ticks = [], []
    draw = lab.gradients.draw
    lab.gradients.draw = lambda: (drawn.append(time.perf_counter()), draw())  # type: ignore[method-assign,assignment,return-value,func-returns-value]
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start(5)
    steps = _steps_a_second(lab, seconds)
    timer.stop()
    del lab.gradients.draw
    return Found(len(drawn) / seconds, float(np.quantile(np.diff(ticks), 0.99)), steps,
                 steps / hidden)


def _steps_a_second(lab: LabPage, seconds: float) -> float:
    trainer = lab.workbench.runs["A"]._trainer
    assert trainer is not None
    before, begin = trainer.step, time.perf_counter()
    _wait(seconds)
    return (trainer.step - before) / (time.perf_counter() - begin)


@contextmanager
def _training() -> Iterator[LabPage]:
    """Train the case in a lab that is drawn without a screen, unless there is one."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from gui import theme
    from gui.app import SWITCH_INTERVAL_S
    from gui.document.document import Document
    from gui.window.lab_page import LabPage
    from gui.window.preferences import Settings
    from gui.workbench.pace import Speed
    from gui.workbench.state import State
    from gui.workbench.workbench import Workbench

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    theme.apply(app, "light")
    examples = dataset(CASE)
    document = Document(project(CASE), load_data=lambda *_: examples)
    lab = LabPage(document, Workbench(document), Settings(None))
    for _ in lab.build():
        pass
    lab.resize(*SIZE)
    lab.show()
    bench = lab.workbench
    try:
        begin = time.perf_counter()
        while bench.state is not State.READY:
            if time.perf_counter() - begin > WAIT_S:
                raise TimeoutError("the lab does not get ready")
            _wait(0.05)
        bench.set_speed(Speed.FULL)
        bench.run()
        yield lab
    finally:
        lab.shut_down()
        lab.close()


def _wait(seconds: float) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
