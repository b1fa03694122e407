"""The window asks for what is seen, and for nothing else."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.telemetry.parts import NOTHING, Part, Wanted
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST
from gui.window.lab_page import LabPage
from gui.window.wishes import Wishes
from gui.workbench.state import State
from tests.gui.windows import Open, lab_of
from tests.gui.workbench.fake_trainer import FakeEngine

ALWAYS = {Part.READINGS, Part.EVALUATION}
"""What rows, scores and the doctor show."""


class View(QWidget):
    """Wants what it is told to."""

    wanted_changed = Signal()

    def __init__(self, parent: QWidget, *parts: Part) -> None:
        super().__init__(parent)
        self.parts: Wanted = frozenset(parts)

    def wanted(self) -> Wanted:
        return self.parts


def test_those_that_are_seen_are_asked(qtbot: QtBot, qapp: QApplication) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    first, second = View(window, Part.SURFACE, Part.READINGS), View(window, Part.READINGS)
    wishes = Wishes((first, second), window)
    told: list[Wanted] = []
    wishes.changed.connect(told.append)
    window.show()
    qtbot.waitUntil(lambda: told == [{Part.SURFACE, Part.READINGS}])
    first.hide()
    qtbot.waitUntil(lambda: told[1:] == [{Part.READINGS}])
    second.parts = frozenset({Part.LATENT})
    second.wanted_changed.emit()
    qtbot.waitUntil(lambda: told[2:] == [{Part.LATENT}])
    second.wanted_changed.emit()
    window.hide()
    qtbot.waitUntil(lambda: told[3:] == [NOTHING])


def test_the_lab_asks_for_what_its_tabs_show(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    trainer = engine.newest
    lab.output.show_view("boundary")
    qtbot.waitUntil(lambda: lab.workbench._wanted == {*ALWAYS, Part.SURFACE})
    lab.workbench.step()
    qtbot.waitUntil(lambda: trainer.step == 1 and trainer.asked[-1] == {*ALWAYS, Part.SURFACE})
    frames: list[Frame] = []
    lab.workbench.frame.connect(frames.append)
    lab.output.show_view("confusion")
    qtbot.waitUntil(lambda: any(frame.snapshot is not None and Part.CONFUSION in
                                frame.snapshot.parts for frame in frames))
    assert lab.workbench.state is State.PAUSED
    # Where the step came to rest may be shown once more before; then it is the tab's part alone.
    assert trainer.asked[-1] == {*ALWAYS, Part.CONFUSION}
    assert frames[-1].step == trainer.step == 1


def test_hidden_views_are_not_asked(qtbot: QtBot, lab: LabPage, engine: FakeEngine) -> None:
    lab.output.show_view("confusion")
    lab.output.hide()
    qtbot.waitUntil(lambda: lab.workbench._wanted == ALWAYS)
    lab.workbench.step()
    qtbot.waitUntil(lambda: engine.newest.asked[-1] == ALWAYS)
    lab.strip.hide()
    lab.network.hide()
    lab.inspector.hide()
    qtbot.waitUntil(lambda: lab.workbench._wanted == NOTHING)


def test_a_window_that_is_put_away_takes_no_snapshots(
    qtbot: QtBot, open_window: Open
) -> None:
    window = open_window()
    bench = lab_of(window).workbench
    window.setWindowState(Qt.WindowState.WindowMinimized)
    qtbot.waitUntil(lambda: not bench.runs._worker._wanted)
    trainer = bench.runs[FIRST]._trainer
    count = trainer.snapshots  # type: ignore[union-attr]
    bench.run()
    qtbot.waitUntil(lambda: trainer.step > 5000)  # type: ignore[union-attr]
    bench.pause()
    assert trainer.snapshots == count  # type: ignore[union-attr]
    with qtbot.waitSignal(bench.frame) as shown:
        window.setWindowState(Qt.WindowState.WindowNoState)
    frame = shown.args[0] if shown.args else None
    while frame.snapshot is None:
        with qtbot.waitSignal(bench.frame) as shown:
            pass
        frame = shown.args[0] if shown.args else None
    assert frame.snapshot.step == trainer.step  # type: ignore[union-attr]
