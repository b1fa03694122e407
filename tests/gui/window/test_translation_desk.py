"""The translation pane beside the network: opened, followed, lit from both sides, and exported."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.errors import FormatError
from engine.spec import NetworkSpec, ProjectSpec
from engine.telemetry.checkpoint import Checkpoint
from gui.translation.pane import TranslationPane
from gui.window import translation_desk
from gui.window.actions import Actions
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from gui.window.pages import LAB, MICROSCOPE
from gui.window.translation_desk import NOT_YET, Answer
from gui.workbench import drafting
from gui.workbench.drafting import Draft
from gui.workbench.state import State
from tests.gui.translation.scripts import script
from tests.gui.windows import Open, lab_of

LEFT = Qt.MouseButton.LeftButton


class Drafted:
    """A fake engine's drafts: what was asked for, and in which thread."""

    def __init__(self) -> None:
        self.projects: list[ProjectSpec] = []
        self.written: list[str] = []
        self.threads: set[str] = set()
        self.refusals: dict[str, str] = {}
        self.error: FormatError | None = None
        self.step: int | None = None

    def draft(self, project: ProjectSpec, _dataset: Dataset, _found: Checkpoint | None) -> Draft:
        self.threads.add(threading.current_thread().name)
        if self.error is not None:
            raise self.error
        self.projects.append(project)
        graph: Any = project
        return Draft(graph, self.step)

    def write(self, graph: Any, _stem: str, library: str) -> Answer:
        self.threads.add(threading.current_thread().name)
        self.written.append(library)
        if library in self.refusals:
            return Answer(library, None, self.refusals[library])
        return Answer(library, script([layer.id for layer in list(graph.network)[1:]], 30, 60))


@pytest.fixture
def drafted(monkeypatch: pytest.MonkeyPatch) -> Drafted:
    drafted = Drafted()
    monkeypatch.setattr(drafting, "make_draft", drafted.draft)
    monkeypatch.setattr(translation_desk, "written", drafted.write)
    return drafted


@pytest.fixture
def window(drafted: Drafted, open_window: Open) -> MainWindow:
    return open_window()


def action_of(window: MainWindow) -> QAction:
    actions = window.findChild(Actions)
    assert actions is not None
    return next(one for one in actions.menu.actions() if one.text() == "Translation")


def settle(qtbot: QtBot, lab: LabPage) -> TranslationPane:
    qtbot.waitUntil(lambda: not lab.translation.is_busy)
    assert lab.translation.pane is not None
    return lab.translation.pane


def opened(qtbot: QtBot, window: MainWindow) -> TranslationPane:
    action_of(window).trigger()
    return settle(qtbot, lab_of(window))


def first_layer(lab: LabPage) -> str:
    return lab.document.project.network.layers[1].id


def test_it_is_not_there_until_it_is_asked_for(
        qtbot: QtBot, window: MainWindow, drafted: Drafted) -> None:
    lab = lab_of(window)
    assert lab.translation.pane is None
    lab.document.set_training(learning_rate=0.01)
    assert not lab.translation.is_busy
    assert drafted.projects == []
    action = action_of(window)
    assert action.shortcut().toString() == "Ctrl+E"
    assert not action.isChecked()
    pane = opened(qtbot, window)
    assert pane.isVisible()
    assert action.isChecked()
    assert lab.network.isVisible(), "the script stands beside the network"
    assert pane.code.script is not None
    assert "first weights" in pane.foot.text()
    assert threading.current_thread().name not in drafted.threads
    action.trigger()
    assert not pane.isVisible()
    assert not action.isChecked()
    assert lab.loss.isVisible() or lab.output.isVisible()


def test_no_start_waits_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, gui.window.lab_page, gui.window.actions; print([m for "
         "m in sys.modules if m.startswith('gui.translation') or m.startswith('engine.export.') "
         "and m != 'engine.export.names'])"],
        capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_follows_edits_and_asks_for_nothing_while_it_is_closed(
        qtbot: QtBot, window: MainWindow, drafted: Drafted) -> None:
    lab = lab_of(window)
    pane = opened(qtbot, window)
    for rate in (0.011, 0.012, 0.013):
        lab.document.set_training(learning_rate=rate)
    assert lab.translation.is_busy
    settle(qtbot, lab)
    # A slider makes many edits, of which the last counts.
    assert [one.training.learning_rate for one in drafted.projects][1:] == [0.013]
    lab.document.set_layer(first_layer(lab), frozen=True)
    settle(qtbot, lab)
    assert drafted.projects[-1] == lab.document.project
    count = len(drafted.projects)
    lab.translation.close()
    lab.document.set_training(learning_rate=0.004)
    assert not lab.translation.is_busy
    lab.translation.open()
    settle(qtbot, lab)
    assert len(drafted.projects) == count + 1
    assert pane.isVisible()


def test_rows_and_lines_light_one_another(qtbot: QtBot, window: MainWindow) -> None:
    lab = lab_of(window)
    pane = opened(qtbot, window)
    rows = lab.network.rows
    layers = [layer.id for layer in lab.document.project.network]
    script_ = pane.code.script
    assert script_ is not None
    # Selected anywhere, lit here.
    lab.document.select(layers[-1])
    (span,) = script_.lines[layers[-1]]
    assert pane.code.lit() == list(range(span[0], span[1] + 1))
    # A row that is pointed at lights its lines beside those.
    QTest.mouseMove(rows.viewport(), rows.visualRect(rows.model_of_rows.index(1)).center())
    (other,) = script_.lines[layers[1]]
    qtbot.waitUntil(lambda: pane.code.lit() == [*range(other[0], other[1] + 1),
                                                *range(span[0], span[1] + 1)])
    # A line that is pointed at lights its row; one that is clicked selects it.
    rows.layer_hovered.emit("")
    places = {block.blockNumber() + 1: rect for block, rect in pane.code._seen()}
    at = QPoint(40, places[other[0]].center().y())
    QTest.mouseMove(pane.code.viewport(), at)
    qtbot.waitUntil(lambda: rows.hovered == 1)
    qtbot.mouseClick(pane.code.viewport(), LEFT, pos=at)
    assert lab.document.selected == layers[1]
    assert rows.currentIndex().row() == 1
    lab.translation.close()
    assert rows.hovered == -1


def test_another_library_is_written_once(
        qtbot: QtBot, window: MainWindow, drafted: Drafted) -> None:
    lab = lab_of(window)
    pane = opened(qtbot, window)
    for library in ("pytorch", "keras", "numpy", "pytorch"):
        qtbot.mouseClick(pane.switch.button(library), LEFT)
        settle(qtbot, lab)
    assert drafted.written == ["numpy", "pytorch", "keras"]
    assert len(drafted.projects) == 1


def test_what_a_library_cannot_say_stands_in_its_place(
        qtbot: QtBot, window: MainWindow, drafted: Drafted) -> None:
    lab = lab_of(window)
    drafted.refusals["keras"] = "Layer 1 (Dense 4): Keras has none."
    pane = opened(qtbot, window)
    qtbot.mouseClick(pane.switch.button("keras"), LEFT)
    settle(qtbot, lab)
    assert pane.refusal == "Layer 1 (Dense 4): Keras has none."
    qtbot.mouseClick(pane.switch.button("numpy"), LEFT)
    settle(qtbot, lab)
    assert pane.refusal == ""
    drafted.error = FormatError("export.overflow")
    lab.document.set_training(learning_rate=0.5)
    settle(qtbot, lab)
    assert pane.refusal == FormatError("export.overflow").sentence


def test_a_network_that_cannot_be_trained_says_why_and_comes_back(
        qtbot: QtBot, window: MainWindow, drafted: Drafted) -> None:
    lab = lab_of(window)
    pane = opened(qtbot, window)
    whole = lab.document.project.network
    lab.document.set_network(NetworkSpec(whole.layers[:1]), "empty it")
    settle(qtbot, lab)
    assert pane.refusal == lab.document.issues[0].text
    assert NOT_YET in pane._refusal.accessibleName()
    lab.document.undo_stack.undo()
    settle(qtbot, lab)
    assert pane.refusal == ""
    assert pane.code.script is not None
    assert drafted.projects[-1].network == whole


def test_the_edited_side_of_a_pair_is_translated(
        qtbot: QtBot, window: MainWindow, drafted: Drafted) -> None:
    lab = lab_of(window)
    opened(qtbot, window)
    document = lab.document
    other = replace(document.project, training=replace(document.project.training,
                                                       learning_rate=0.25))
    document.begin_pair(other, "begin a pair")
    settle(qtbot, lab)
    assert drafted.projects[-1] == document.project
    document.edit_second(not document.sides.edits_second)
    settle(qtbot, lab)
    assert drafted.projects[-1] == document.project
    rates = {one.training.learning_rate for one in drafted.projects}
    assert 0.25 in rates
    assert len(rates) == 2


def test_it_belongs_to_the_lab_and_waits_behind_an_explanation(
        qtbot: QtBot, window: MainWindow, drafted: Drafted) -> None:
    lab = lab_of(window)
    lab.pages.show(MICROSCOPE)
    pane = opened(qtbot, window)
    assert lab.pages.current == LAB
    assert pane.isVisible()
    lab.explain.open("controls/window")
    assert not pane.isVisible()
    assert lab.explain.is_open
    lab.document.set_training(learning_rate=0.125)
    assert not lab.translation.is_busy, "nobody sees it"
    lab.explain.close()
    assert pane.isVisible()
    settle(qtbot, lab)
    assert drafted.projects[-1].training.learning_rate == 0.125
    lab.pages.show(MICROSCOPE)
    lab.document.set_training(learning_rate=0.25)
    assert not lab.translation.is_busy
    lab.pages.show(LAB)
    settle(qtbot, lab)
    assert drafted.projects[-1].training.learning_rate == 0.25


def test_export_writes_the_library_that_is_seen(
        qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(_window: object, title: str, *_more: object) -> None:
        asked.append(title)

    monkeypatch.setattr("gui.window.export_desk.file_to_write", ask)
    pane = opened(qtbot, window)
    qtbot.mouseClick(pane.switch.button("keras"), LEFT)
    settle(qtbot, lab_of(window))
    qtbot.mouseClick(pane.export_button, LEFT)
    assert asked == ["Export as Keras script"]


def test_it_says_whose_weights_it_has(
        qtbot: QtBot, window: MainWindow, drafted: Drafted) -> None:
    drafted.step = 1240
    pane = opened(qtbot, window)
    assert "the weights of step 1,240" in pane.foot.text()
    assert lab_of(window).workbench.state is not State.RUNNING


@pytest.mark.parametrize("size", [(1366, 768), (1600, 1000)])
def test_nothing_of_it_is_cut_off(
        qtbot: QtBot, window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    pane = opened(qtbot, window)
    qtbot.waitUntil(lambda: pane.width() >= pane.minimumSizeHint().width())
    inside = window.rect()
    for part in (pane.switch, pane.copy_button, pane.export_button, pane.close_button, pane.code,
                 pane.foot):
        assert part.isVisible()
        assert part.width() >= part.minimumSizeHint().width()
        corner = part.mapTo(window, part.rect().bottomRight())
        assert inside.contains(corner), part
        assert pane.rect().contains(part.mapTo(pane, part.rect().bottomRight()))

