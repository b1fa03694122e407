"""The real window on a real or virtual screen, with the real engine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.telemetry.snapshot import Snapshot
from gui import theme
from gui.app import SWITCH_INTERVAL_S
from gui.builder.field_editors import NumberEditor
from gui.frames.frame import Frame
from gui.widgets import LabelledCombo
from gui.window.collector import Collector
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from gui.window.preferences import Settings
from gui.workbench.state import State

LEFT = Qt.MouseButton.LeftButton
START_MS = 90_000
"""How long compiling may take on a slow machine."""


@dataclass
class Person:
    """Drives a window as a person does: with clicks and keys on what is on the screen."""

    qtbot: QtBot
    window: MainWindow
    lab: LabPage
    frames: list[Frame] = field(default_factory=list)
    snapshot: Snapshot | None = None

    def __post_init__(self) -> None:
        self.lab.workbench.frame.connect(self.see)

    def see(self, frame: Frame) -> None:
        self.frames = [*self.frames[-4:], frame]
        self.snapshot = frame.snapshot or self.snapshot

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        assert widget.isVisible(), widget
        assert widget.isEnabled(), widget
        self.qtbot.mouseClick(widget, LEFT, pos=at or widget.rect().center())

    def click_layer(self, position: int) -> None:
        rows = self.lab.network.rows
        index = rows.model().index(position, 0)
        rows.scrollTo(index)
        place = rows.visualRect(index)
        self.click(rows.viewport(), QPoint(place.left() + 40, place.center().y()))

    def type_units(self, units: int) -> None:
        editor = self.lab.inspector.editors["units"]
        assert isinstance(editor, NumberEditor)
        line = editor.spin.lineEdit()
        self.click(line)
        self.qtbot.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClicks(line, str(units))
        self.qtbot.keyClick(line, Qt.Key.Key_Return)

    def choose(self, combo: LabelledCombo, title: str) -> None:
        combo.combo.setFocus()
        self.qtbot.keyClicks(combo.combo, title)
        self.qtbot.waitUntil(lambda: combo.combo.currentText() == title)

    def wait_until_ready(self) -> None:
        bench = self.lab.workbench
        self.qtbot.waitUntil(lambda: bench.state is not State.PREPARING, timeout=START_MS)
        assert bench.state is State.READY, bench.sentence

    def run_until(self, reached: Callable[[Snapshot], bool], seconds: float) -> Snapshot:
        """Press Run, wait until a snapshot satisfies, press Pause, and return the newest."""
        self.click(self.lab.transport.toggle)
        self.qtbot.waitUntil(lambda: self.snapshot is not None and reached(self.snapshot),
                             timeout=round(1000 * seconds))
        self.click(self.lab.transport.toggle)
        assert self.snapshot is not None
        return self.snapshot


def validation_accuracy(snapshot: Snapshot) -> float:
    return snapshot.validation.accuracy if snapshot.validation is not None else 0.0


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication) -> Any:
    theme.apply(qapp, "light")
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    window = MainWindow(Settings(None))
    Collector(window)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    with qtbot.waitSignal(window.furnished, timeout=START_MS):
        window.show()
    assert window.lab is not None
    person = Person(qtbot, window, window.lab)
    person.wait_until_ready()
    yield person
    window.shut_down()
    sys.setswitchinterval(before)
