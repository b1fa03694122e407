"""What recording a run costs, what memory it takes, and how soon an earlier step is seen again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from engine.telemetry.mailbox import Mailbox
from engine.telemetry.parts import Part
from engine.telemetry.recorder import Recorder
from engine.training import Trainer
from gui.workbench import rounds
from gui.workbench.commands import Build, Go, Halt
from gui.workbench.pace import UNLIMITED
from gui.workbench.recording import Tape
from gui.workbench.worker import Bridge, Worker
from tests.bench.cases import Case
from tests.bench.ours import dataset, project, trainer
from tests.bench.side_by_side import WAIT_S, steps_per_second

SEEN = frozenset({Part.READINGS, Part.EVALUATION})
"""What is shown of a run meanwhile, thirty times a second."""

POLL_S = 0.05


class Emptied(Mailbox[Any]):
    """A box that somebody empties at once, as a window does."""

    def put(self, value: Any) -> None:
        """Throw it away."""


class Deaf(Tape):
    """Records nothing."""

    @property
    def steps_left(self) -> int:
        """No checkpoint is due."""
        return UNLIMITED

    def note(self, snapshot: Any = None, *, at_rest: bool = False) -> None:
        """Take none."""


@contextmanager
def running(case: Case, threads: int, tape: type[Tape] = Tape
            ) -> Iterator[tuple[Trainer, Recorder]]:
    """Train a case in the window's training thread."""
    network, recorder = trainer(case, threads), Recorder()
    worker = Worker(Bridge(), lambda *_, **_options: network)
    worker.set_wanted(SEEN)
    with patch.object(rounds, "Tape", tape):
        worker.start()
        worker.submit(Build("A", 1, project(case), dataset(case), Emptied(),
                            recorder=recorder))
        worker.submit(Go(1))
        try:
            yield network, recorder
        finally:
            worker.submit(Halt(2))
            if not worker.shut_down(WAIT_S):
                raise TimeoutError(f"{case.title}: the training thread does not end")


def one_round(case: Case, threads: int, seconds: float) -> tuple[float, float]:
    """Return steps a second with recording, and without."""
    with running(case, threads) as (network, _):
        recorded = steps_per_second([network], seconds)
    with running(case, threads, Deaf) as (network, _):
        return recorded, steps_per_second([network], seconds)


def memory(case: Case, threads: int, steps: int) -> tuple[int, int, int]:
    """Return the most bytes that moments took over so many steps, their limit and their number."""
    most = 0
    with running(case, threads) as (network, recorder):
        while network.step < steps:
            time.sleep(POLL_S)
            most = max(most, recorder.nbytes)
        return most, recorder.limit_bytes, len(recorder)


def redraws(case: Case, count: int) -> list[float]:
    """Return how long the whole lab takes to show each of so many recorded steps, in seconds.

    The lab is drawn without a screen; every view has had its frame, and is painted.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from gui import theme
    from gui.document.document import Document
    from gui.window.lab_page import LabPage
    from gui.window.preferences import Settings
    from gui.workbench.state import State
    from gui.workbench.workbench import Workbench

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    examples = dataset(case)
    document = Document(project(case), load_data=lambda *_: examples)
    lab = LabPage(document, Workbench(document), Settings(None))
    for _ in lab.build():
        pass
    lab.resize(1366, 768)
    lab.show()
    bench = lab.workbench
    try:
        _until(app, lambda: bench.state is State.READY)
        for _ in range(count):
            last = bench.recording("A").last
            bench.runs.advance(7)
            _until(app, lambda last=last: bench.recording("A").last == last + 7
                   and bench.state is State.PAUSED)
        recorder = bench.runs["A"].past.recorder
        kept = [step for step in recorder.steps if _is_seen(recorder, step)][-count:]
        found = []
        for step in kept:
            begin = time.perf_counter()
            bench.look_back(step)
            _until(app, lambda: not lab._stage._waiting)
            app.processEvents()
            found.append(time.perf_counter() - begin)
        return found
    finally:
        lab.shut_down()
        lab.close()


def _is_seen(recorder: Recorder, step: int) -> bool:
    moment = recorder.exactly_at(step)
    return moment is not None and moment.snapshot is not None


def _until(app: Any, is_so: Any) -> None:
    begin = time.perf_counter()
    while not is_so():
        if time.perf_counter() - begin > WAIT_S:
            raise TimeoutError("the lab does not answer")
        app.processEvents()

