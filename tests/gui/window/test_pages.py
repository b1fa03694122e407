"""Lab and microscope: which page is seen, what it costs, and what the keys mean there."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from engine.errors import SpecError
from engine.spec import NetworkSpec
from gui.frames.frame import Frame
from gui.microscope.lens import Lens
from gui.microscope.page import MicroscopePage
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from gui.window.microscope_desk import MicroscopeDesk
from gui.window.pages import LAB, MICROSCOPE
from gui.window.preferences import Settings
from gui.workbench.state import State
from tests.gui.windows import Open, lab_of
from tests.gui.workbench.fake_trainer import FakeEngine

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def desk_of(lab: LabPage) -> MicroscopeDesk:
    assert lab.pages.desk is not None
    return lab.pages.desk


def page_of(lab: LabPage) -> MicroscopePage:
    return desk_of(lab).page


def look(qtbot: QtBot, lab: LabPage) -> Lens:
    """Show the microscope and wait for its step."""
    lab.pages.show(MICROSCOPE)
    lens = desk_of(lab).lens
    qtbot.waitUntil(lambda: not lens.is_empty)
    return lens


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key,
          modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    focus = QApplication.focusWidget() or window
    assert isinstance(focus, QWidget)
    qtbot.keyClick(focus, key, modifier)


def test_it_begins_with_the_lab_and_without_a_microscope(lab: LabPage) -> None:
    assert lab.pages.current == LAB
    assert lab.top_bar.pages.current() == LAB
    assert lab.pages.desk is None


def test_the_microscope_is_loaded_when_it_is_shown() -> None:
    """No start of the program waits for it."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys, gui.window.lab_page, gui.window.actions; "
         "import engine.training.trainer; print("
         "[name for name in sys.modules if name.startswith('gui.microscope') "
         "or name.startswith('engine.microscope')])"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert done.stdout.strip() == "[]"


def test_in_a_small_window_one_scrolls(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    lab = lab_of(window)
    look(qtbot, lab)
    page = page_of(lab)
    scroll = page.findChild(QScrollArea, "columns")
    assert scroll is not None
    for size, is_scrolled in ((QSize(800, 520), True), (QSize(1366, 768), False)):
        window.resize(size)
        qtbot.waitUntil(lambda size=size: window.size() == size)
        QApplication.processEvents()
        bars = scroll.horizontalScrollBar(), scroll.verticalScrollBar()
        assert [bar.maximum() > 0 for bar in bars] == [is_scrolled, is_scrolled]
        # All three registers have room for their names.
        assert page.lines.width() >= 370


def test_the_switch_shows_one_page_or_the_other(qtbot: QtBot, lab: LabPage) -> None:
    qtbot.mouseClick(lab.top_bar.pages.button(MICROSCOPE), LEFT)
    assert page_of(lab).isVisible()
    assert not lab.network.isVisible()
    assert not lab.strip.isVisible()
    assert lab.transport.isVisible()
    qtbot.mouseClick(lab.top_bar.pages.button(LAB), LEFT)
    assert lab.network.isVisible()
    assert not page_of(lab).isVisible()


def test_keys_and_menu_show_pages(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    lab = lab_of(window)
    press(qtbot, window, KEY.Key_2, CONTROL)
    assert lab.pages.current == MICROSCOPE
    assert lab.top_bar.pages.current() == MICROSCOPE
    press(qtbot, window, KEY.Key_1, CONTROL)
    assert lab.pages.current == LAB
    assert window.actions_of_lab is not None
    titles = {action.text(): action for action in window.actions_of_lab.menu.actions()}
    assert titles["Lab"].isChecked()
    titles["Microscope"].trigger()
    assert lab.pages.current == MICROSCOPE
    assert titles["Microscope"].isChecked()


def test_arrows_and_space_walk_on_the_microscope_alone(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    lab = lab_of(window)
    lens = look(qtbot, lab)
    press(qtbot, window, KEY.Key_Right)
    press(qtbot, window, KEY.Key_Right)
    assert lens.place == 2
    press(qtbot, window, KEY.Key_Left)
    assert lens.place == 1
    press(qtbot, window, KEY.Key_Right, SHIFT)
    assert lens.micro_step.group == 1
    press(qtbot, window, KEY.Key_Left, SHIFT)
    assert lens.place == 0
    press(qtbot, window, KEY.Key_Space)
    assert lens.is_playing
    press(qtbot, window, KEY.Key_Space)
    assert not lens.is_playing
    assert lab.workbench.state is State.READY, "the run has not moved"
    lab.pages.show(LAB)
    press(qtbot, window, KEY.Key_Left)
    assert lens.place == 0
    press(qtbot, window, KEY.Key_Right)
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == "1")
    press(qtbot, window, KEY.Key_Space)
    assert lab.workbench.state is State.RUNNING
    press(qtbot, window, KEY.Key_Space)


def test_keys_without_a_step_do_no_harm(
    qtbot: QtBot, open_window: Open
) -> None:
    window = open_window()
    lab = lab_of(window)
    look(qtbot, lab)
    desk_of(lab).lens.look_at(None)
    for key in (KEY.Key_Right, KEY.Key_Left, KEY.Key_Space):
        press(qtbot, window, key)
    assert lab.workbench.state is State.READY


def test_playing_ends_with_the_page(qtbot: QtBot, lab: LabPage) -> None:
    lens = look(qtbot, lab)
    lens.play()
    lab.pages.show(LAB)
    assert not lens.is_playing


def test_views_of_the_lab_rest_while_they_are_not_seen(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(qtbot, lab)
    qtbot.wait(20)
    drawn: list[Frame] = []
    monkeypatch.setattr(lab.network, "show_frame", drawn.append)
    before = engine.newest.snapshots
    lab.workbench.step()
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == "1")
    qtbot.wait(50)
    assert not drawn
    assert engine.newest.snapshots == before, "nobody looks"
    lab.pages.show(LAB)
    qtbot.waitUntil(lambda: any(frame.snapshot is not None and frame.step == 1
                                for frame in drawn))


# Which step


def test_it_follows_a_run_that_rests(qtbot: QtBot, lab: LabPage, engine: FakeEngine) -> None:
    lens = look(qtbot, lab)
    lens.go(5)
    qtbot.mouseClick(lab.transport.step, LEFT)
    qtbot.waitUntil(lambda: lens.dissection is not None and lens.dissection.step == 1)
    assert lens.place == 5, "it stays where it was"
    assert page_of(lab).notice.text() == ""
    qtbot.wait(100)
    assert engine.newest.dissected == [None, None], "asked for once a step"


def test_a_run_that_goes_on_is_looked_at_again_when_asked(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    lens = look(qtbot, lab)
    lab.workbench.run()
    notice = page_of(lab).notice
    qtbot.waitUntil(lambda: "the run has gone on to step" in notice.text())
    assert engine.newest.dissected == [None]
    qtbot.mouseClick(notice.link, LEFT)
    qtbot.waitUntil(lambda: lens.dissection is not None and lens.dissection.step > 0)
    assert lab.workbench.state is State.RUNNING
    lab.workbench.pause()
    qtbot.waitUntil(lambda: lens.dissection is not None
                    and lens.dissection.step == engine.newest.step)
    assert notice.text() == ""


def test_shown_while_the_run_goes_on_it_has_a_step_all_the_same(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    lab.workbench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 5)
    lens = look(qtbot, lab)
    assert lens.dissection is not None
    assert lens.dissection.step > 5
    lab.workbench.pause()


def test_an_edit_makes_it_anew_and_says_so(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    lens = look(qtbot, lab)
    notice = page_of(lab).notice
    first = lens.dissection
    lab.document.set_option("dense-1", "units", 7)
    qtbot.waitUntil(lambda: lens.dissection is not first)
    assert notice.text() == "The network was changed: this is its step now."
    lab.document.set_training(learning_rate=0.5)
    engine.newest.project = lab.document.project
    qtbot.waitUntil(lambda: notice.text() == "The training was changed: this is its step now.")
    lab.workbench.step()
    qtbot.waitUntil(lambda: notice.text() == "")


def test_a_reset_is_no_edit(qtbot: QtBot, lab: LabPage) -> None:
    lens = look(qtbot, lab)
    first = lens.dissection
    lab.workbench.reset()
    qtbot.waitUntil(lambda: lens.dissection is not first)
    assert page_of(lab).notice.text() == ""


def test_one_example_is_taken_apart_alone(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    lens = look(qtbot, lab)
    qtbot.mouseClick(page_of(lab).steps.batch.button("one"), LEFT)
    qtbot.waitUntil(lambda: lens.trace.program.n == 1)
    page_of(lab).steps.number.setValue(3)
    qtbot.waitUntil(lambda: engine.newest.dissected == [None, 0, 2])


def test_a_batch_that_has_no_room_is_said_to_be_cut(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    engine.newest.batch = 1000
    look(qtbot, lab)
    assert page_of(lab).notice.text() == (
        "The run’s batch has 1,000 examples: this is the step of its first 3.")


def test_what_cannot_be_trained_has_no_step(qtbot: QtBot, lab: LabPage) -> None:
    lens = look(qtbot, lab)
    project = lab.document.project
    lab.document.load_project(replace(project, network=NetworkSpec(project.network.layers[:1])))
    qtbot.waitUntil(lambda: lab.workbench.state is State.INVALID)
    assert lens.is_empty
    assert page_of(lab).message().startswith("This cannot be trained yet.")
    assert lab.workbench.sentence in page_of(lab).message()
    lab.document.load_project(project)
    qtbot.waitUntil(lambda: not lens.is_empty)
    assert page_of(lab).message() == ""


def test_why_there_is_no_step_is_said_and_not_asked_again(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    engine.newest.is_dark = SpecError("as-given", place="Microscope", found="too dark",
                                      remedy="Make light")
    lab.pages.show(MICROSCOPE)
    qtbot.waitUntil(lambda: "too dark" in page_of(lab).message())
    qtbot.wait(50)
    assert engine.newest.dissected == [None]
    engine.newest.is_dark = None
    lab.workbench.step()
    qtbot.waitUntil(lambda: page_of(lab).message() == "")


def test_a_step_that_takes_long_is_announced(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    engine.compiling = threading.Event()
    lab.workbench.reset()
    lab.pages.show(MICROSCOPE)
    qtbot.waitUntil(lambda: page_of(lab).message().startswith("Preparing…"))
    engine.compiling.set()
    qtbot.waitUntil(lambda: page_of(lab).message() == "")


def test_of_a_pair_it_is_the_edited_side(qtbot: QtBot, lab: LabPage) -> None:
    lens = look(qtbot, lab)
    lab.document.begin_pair(lab.document.project, "duplicate as B")
    notice = page_of(lab).notice
    qtbot.waitUntil(lambda: notice.text() == "This is a step of B.")
    lab.document.edit_second(False)
    qtbot.waitUntil(lambda: notice.text() == "")
    assert lens.dissection is not None
    assert lens.dissection.run_id == lab.workbench.runs["A"].run_id


def test_an_earlier_step_that_is_looked_at_is_not_the_microscopes(
    qtbot: QtBot, lab: LabPage
) -> None:
    look(qtbot, lab)
    lab.workbench.step()
    lab.workbench.step()
    qtbot.waitUntil(lambda: len(lab.workbench.recording("A").steps) > 1)
    lab.workbench.look_back(0)
    qtbot.waitUntil(lambda: page_of(lab).notice.text().startswith("This is step 3,"))


def test_the_step_of_a_run_that_has_failed_is_said_to_be_one(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    look(qtbot, lab)
    engine.newest.diverge_at = 2
    lab.workbench.run()
    qtbot.waitUntil(lambda: lab.workbench.state is State.FAILED)
    qtbot.waitUntil(lambda: page_of(lab).notice.text() == (
        "The run has failed: this is the step that it would take from the weights that it was left "
        "with."))


def test_the_step_is_handed_out(
    qtbot: QtBot, lab: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(qtbot, lab)
    path = tmp_path / "step.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    table, program = page_of(lab).steps.table.menu().actions()
    table.trigger()
    assert "dW1" in path.read_text(encoding="utf-8")
    assert str(path) in lab.message.text()
    path = tmp_path / "step.py"
    program.trigger()
    assert "import numpy as np" in path.read_text(encoding="utf-8")
    assert str(path) in lab.message.text()
    monkeypatch.setattr(QFileDialog, "getSaveFileName",
                        lambda *_: (str(tmp_path / "no" / "step.csv"), ""))
    table.trigger()
    assert "step.csv" in lab.message.text()
    assert not (tmp_path / "no").exists()


def test_registers_that_a_teacher_hides_stay_hidden(open_window: Open, tmp_path: Path) -> None:
    lab = lab_of(open_window(settings=Settings(tmp_path / "settings.ini")))
    lab.pages.show(MICROSCOPE)
    page_of(lab).lines.hidden_changed.emit(frozenset({"words", "numpy"}))
    again = lab_of(open_window(settings=Settings(tmp_path / "settings.ini")))
    again.pages.show(MICROSCOPE)
    assert page_of(again).lines.hidden == {"words", "numpy"}


def test_tooltips_of_the_run_name_no_key_that_walks_here(qtbot: QtBot, open_window: Open
                                                         ) -> None:
    lab = lab_of(open_window())
    transport = lab.transport
    buttons = (transport.toggle, transport.step, transport.epoch)
    named = [button.toolTip() for button in buttons]
    assert "(Space)" in named[0]
    assert "(→)" in named[1]
    look(qtbot, lab)
    assert not any("(" in button.toolTip() for button in buttons)
    lab.pages.show(LAB)
    assert [button.toolTip() for button in buttons] == named
