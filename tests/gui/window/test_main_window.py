"""The window around the lab: first paint, keys, files, work that was left, the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QObject,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    QTimer,
    QUrl,
)
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from engine.bundles import write_bundle
from engine.spec import default_project, project_to_json, write_project
from gui import theme
from gui.app import Unattended
from gui.data.bring_dialog import BringDialog
from gui.data.table_dialog import TableDialog
from gui.program import WindowOptions
from gui.templates import Gallery, templates
from gui.widgets import Button, ReadingBox
from gui.window import main_window
from gui.window.keys import ALL, keys_of
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from gui.window.preferences import Settings
from gui.workbench.pace import Speed
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.windows import Open, lab_of, leave_at_once
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

OpenWith = Callable[..., MainWindow]
KEY = Qt.Key


@pytest.fixture
def open_with(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> OpenWith:
    """Open windows, not furnished yet, with a given engine; do something with their workbench."""
    begin = Workbench.__init__
    theme.apply(qapp, "light")

    def make(engine: FakeEngine, then: Callable[[Workbench], None] | None = None,
             project: Path | None = None) -> MainWindow:
        def begin_with(self: Workbench, document: Any, parent: Any = None) -> None:
            begin(self, document, engine, parent)

        monkeypatch.setattr(Workbench, "__init__", begin_with)
        window = MainWindow(Settings(None), project)
        qtbot.addWidget(window, before_close_func=leave_at_once)
        if then is not None:
            window.workbench_made.connect(then)
        with qtbot.waitSignal(window.workbench_made):
            window.show()
        return window

    return make


def test_it_paints_itself_before_it_is_furnished(qtbot: QtBot, open_window: Open) -> None:
    window = MainWindow(Settings(None))
    qtbot.addWidget(window, before_close_func=leave_at_once)
    told: list[str] = []
    window.painted.connect(lambda: told.append("painted" if window.lab is None else "late"))
    window.furnished.connect(lambda: told.append("furnished"))
    with qtbot.waitSignal(window.furnished):
        window.show()
    assert told == ["painted", "furnished"]


class FirstPaint(QObject):
    """Notes where the parts of the lab stand when its top bar is painted for the first time."""

    def __init__(self, lab: LabPage) -> None:
        super().__init__(lab)
        self.lab = lab
        self.found: list[tuple[bool, QRect]] = []
        lab.top_bar.installEventFilter(self)

    def places(self) -> list[tuple[bool, QRect]]:
        lab = self.lab
        return [(part.isVisible(), part.geometry()) for part in (
            lab.hyper, lab.left, lab.network, lab.loss, lab.output, lab.strip)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self.found:
            self.found.extend(self.places())
        return False


def test_the_lab_does_not_jump_when_it_is_seen(qtbot: QtBot, open_with: OpenWith) -> None:
    window = open_with(FakeEngine())
    watching: list[FirstPaint] = []
    window.furnished.connect(lambda: watching.append(FirstPaint(lab_of(window))))
    qtbot.waitUntil(lambda: bool(watching) and bool(watching[0].found))
    qtbot.wait(100)
    assert watching[0].found == watching[0].places()


def test_it_answers_while_it_is_furnished(qtbot: QtBot, open_window: Open) -> None:
    window = MainWindow(Settings(None))
    qtbot.addWidget(window, before_close_func=leave_at_once)
    answered: list[bool] = []
    timer = QTimer(window)
    timer.timeout.connect(lambda: answered.append(window.lab is None))
    timer.start(0)
    with qtbot.waitSignal(window.furnished):
        window.show()
    timer.stop()
    assert answered.count(True) > 10


def test_the_training_thread_has_a_head_start(qtbot: QtBot, open_with: OpenWith,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    monkeypatch.setattr(main_window, "HEAD_START_S", 60.0)
    monkeypatch.setattr(main_window, "import_module", imported.append)
    compiling = threading.Event()
    window = open_with(FakeEngine(compiling=compiling))
    qtbot.wait(100)
    assert not imported
    compiling.set()
    qtbot.waitUntil(lambda: window.lab is not None)
    assert "gui.plots" in imported


def test_a_run_that_was_asked_for_steps_before_the_window_is_furnished(
    qtbot: QtBot, open_with: OpenWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = FakeTrainer.run
    engine = FakeEngine()
    steps: list[int] = []

    def run_late(self: FakeTrainer, *arguments: Any) -> int:
        time.sleep(0.1)
        return run(self, *arguments)

    monkeypatch.setattr(FakeTrainer, "run", run_late)
    monkeypatch.setattr(main_window, "HEAD_START_S", 60.0)
    monkeypatch.setattr(main_window, "import_module",
                        lambda name: steps.append(engine.newest.step))
    window = open_with(engine, Workbench.run)
    qtbot.waitUntil(lambda: window.lab is not None)
    assert steps[0] > 0


def test_what_takes_longer_is_shown(qtbot: QtBot, open_with: OpenWith,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_window, "HEAD_START_S", 0.05)
    compiling = threading.Event()
    window = open_with(FakeEngine(compiling=compiling))
    qtbot.waitUntil(lambda: window.lab is not None)
    assert lab_of(window).workbench.state is State.PREPARING
    compiling.set()
    qtbot.waitUntil(lambda: lab_of(window).workbench.state is State.READY)


def test_it_can_be_closed_while_it_is_furnished(qtbot: QtBot, open_window: Open) -> None:
    window = MainWindow(Settings(None))
    qtbot.addWidget(window, before_close_func=leave_at_once)
    with qtbot.waitSignal(window.workbench_made):
        window.show()
    window.close()
    qtbot.wait(50)
    assert window.lab is None


def test_keys_drive_the_lab(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    lab = lab_of(window)
    qtbot.keyClick(window, KEY.Key_Right)
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == "1")
    qtbot.keyClick(window, KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == "25")
    # The epoch's last step is shown before the run has come to rest: until then, Space pauses it.
    qtbot.waitUntil(lambda: lab.workbench.state is State.PAUSED)
    qtbot.keyClick(window, KEY.Key_Space)
    assert lab.workbench.state is State.RUNNING
    qtbot.keyClick(window, KEY.Key_Space)
    assert lab.workbench.state is State.PAUSED
    seed = lab.document.project.training.seed
    qtbot.keyClick(window, KEY.Key_R)
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == "0")
    assert lab.document.project.training.seed == seed
    qtbot.keyClick(window, KEY.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert lab.document.project.training.seed != seed
    qtbot.keyClick(window, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lab.document.project.training.seed == seed
    qtbot.keyClick(window, KEY.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert lab.document.project.training.seed != seed
    log = lab.loss.is_log()
    qtbot.keyClick(window, KEY.Key_L)
    assert lab.loss.is_log() is not log


def test_what_has_the_keyboard_keeps_the_keys_it_needs(
    qtbot: QtBot, open_window: Open
) -> None:
    window = open_window()
    lab = lab_of(window)
    assert window.actions_of_lab is not None
    window.activateWindow()
    lab.hyper.rate.line.setFocus()
    qtbot.waitUntil(lambda: lab.hyper.rate.line.hasFocus())
    for key in (KEY.Key_R, KEY.Key_L, KEY.Key_Space, KEY.Key_Right):
        qtbot.keyClick(lab.hyper.rate.line, key)
    assert lab.workbench.state is State.READY
    assert lab.transport.step_readout.value() == "0"
    lab.network.rows.setFocus()
    qtbot.waitUntil(lambda: lab.network.rows.hasFocus())
    qtbot.keyClick(lab.network.rows, KEY.Key_Space)
    assert lab.workbench.state is State.RUNNING
    qtbot.keyClick(lab.network.rows, KEY.Key_Space)


def test_a_rate_is_typed_with_the_mouse_and_no_letter_drives_the_run(
    qtbot: QtBot, open_window: Open
) -> None:
    window = open_window()
    lab = lab_of(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: lab.network.rows.hasFocus())
    log = lab.loss.is_log()
    qtbot.mouseClick(lab.hyper.rate.line, Qt.MouseButton.LeftButton)
    box = QApplication.focusWidget()
    assert box is lab.hyper.rate.combo
    for key in (KEY.Key_R, KEY.Key_L, KEY.Key_Space, KEY.Key_Right):
        qtbot.keyClick(box, key)
    qtbot.keyClick(box, KEY.Key_Escape)
    assert lab.hyper.rate.line.text() == "0.003"
    assert lab.workbench.state is State.READY
    assert lab.loss.is_log() is log
    assert lab.transport.step_readout.value() == "0"
    qtbot.keyClicks(box, "0.25")
    qtbot.keyClick(box, KEY.Key_Return)
    assert lab.document.project.training.learning_rate == 0.25
    qtbot.keyClick(QApplication.focusWidget() or window, KEY.Key_Space)
    assert lab.workbench.state is State.RUNNING
    lab.workbench.pause()


def test_every_box_to_type_into_takes_the_keyboard_on_a_click_and_keeps_its_keys(
    qtbot: QtBot, open_window: Open
) -> None:
    window = open_window()
    lab = lab_of(window)
    lab.sheet.show_over(lab.network)
    boxes = [line for line in window.findChildren(QLineEdit) if not line.isReadOnly()]
    assert len(boxes) > 5
    for line in boxes:
        holder = line.focusProxy() or line
        assert holder.focusPolicy() & Qt.FocusPolicy.ClickFocus, (
            line.accessibleName() or line.parent().accessibleName())
        assert keys_of(holder) == ALL, line.accessibleName()


def test_keys_that_controls_need(qtbot: QtBot) -> None:
    button = Button("Go")
    qtbot.addWidget(button)
    assert keys_of(button) == {"Space"}
    assert keys_of(None) == frozenset()
    text = ReadingBox("Text")
    qtbot.addWidget(text)
    assert "Space" not in keys_of(text), "text to read leaves Space to Run"
    plain = QWidget()
    qtbot.addWidget(plain)
    assert keys_of(plain) == frozenset()


def test_no_two_actions_share_a_key(open_window: Open) -> None:
    window = open_window()
    keys = [key.toString() for action in window.actions() for key in action.shortcuts()
            if not key.isEmpty()]
    assert len(keys) == len(set(keys)), sorted(keys)
    assert {"Ctrl+N", "Ctrl+O", "Ctrl+S", "Ctrl+Z", "Ctrl+Y", "F1", "Ctrl++", "Ctrl+-"} <= {
        QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText) for key in keys}


def test_the_title_tells_the_project_and_whether_it_is_saved(
    open_window: Open, tmp_path: Path
) -> None:
    window = open_window()
    lab = lab_of(window)
    assert window.windowTitle().startswith("Spiral")
    assert not window.isWindowModified()
    lab.document.set_training(learning_rate=0.1)
    assert window.isWindowModified()
    assert lab.files.save_to(tmp_path / "mine.json")
    assert window.windowTitle().startswith("mine")
    assert not window.isWindowModified()


def test_it_opens_the_project_of_the_command_line(open_window: Open, tmp_path: Path) -> None:
    write_project(default_project(), tmp_path / "lesson.json")
    window = open_window(tmp_path / "lesson.json")
    assert window.windowTitle().startswith("lesson")


def test_it_builds_the_project_of_the_command_line_and_no_other(
    qtbot: QtBot, open_with: OpenWith, tmp_path: Path
) -> None:
    project, engine = templates()[3].project(), FakeEngine()
    write_bundle(project, {"dense-1/w": np.zeros((2, 4))}, tmp_path / "lesson.bplab")
    window = open_with(engine, project=tmp_path / "lesson.bplab")
    qtbot.waitUntil(lambda: window.lab is not None
                    and window.lab.workbench.state is State.READY)
    (trainer,) = engine.trainers
    assert trainer.project == project
    assert trainer.given_weights is not None
    lab = lab_of(window)
    assert lab.document.path == tmp_path / "lesson.bplab"
    assert not lab.document.is_modified()
    told = lab.strip.accessibleName()
    assert told.startswith("Project opened with what it had learned.")
    assert "anew" not in told


def test_a_project_that_the_desktop_hands_over_before_there_is_a_lab_is_opened(
    qtbot: QtBot, open_with: OpenWith, tmp_path: Path
) -> None:
    write_project(default_project(), tmp_path / "lesson.json")
    window = open_with(FakeEngine())
    assert window.open_if_untouched(tmp_path / "lesson.json")
    qtbot.waitUntil(lambda: window.windowTitle().startswith("lesson"))


@pytest.mark.parametrize("name", ["mine.csv", "photos"])
def test_data_of_the_command_line_open_in_the_dialog_for_them(
    qtbot: QtBot, open_with: OpenWith, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if path.suffix:
        path.write_text("a,b\n1,2\n2,3\n3,4\n", encoding="utf-8")
    else:
        path.mkdir()
    window = open_with(FakeEngine(), project=path)
    kind = TableDialog if path.suffix else BringDialog
    qtbot.waitUntil(lambda: window.findChild(kind) is not None)
    lab = lab_of(window)
    assert lab.document.path is None
    assert not lab.message.isVisible()
    dialog = window.findChild(kind)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


@pytest.mark.parametrize("number", [4, 12])
def test_a_project_of_the_command_line_looks_like_one_that_was_opened_later(
    qtbot: QtBot, open_window: Open, tmp_path: Path, number: int
) -> None:
    write_project(templates()[number].project(), tmp_path / "lesson.json")
    early = lab_of(open_window(tmp_path / "lesson.json"))
    late = lab_of(open_window())
    assert late.files.open(tmp_path / "lesson.json")
    qtbot.waitUntil(lambda: late.workbench.state is early.workbench.state)
    qtbot.waitUntil(lambda: not late.theory.is_waiting and not early.theory.is_waiting)
    qtbot.wait(50)
    for name in ("data_panel", "hyper", "network", "inspector"):
        views = [getattr(lab, name) for lab in (early, late)]
        views[1].resize(views[0].size())
        pictures = [view.grab().toImage() for view in views]
        assert pictures[0] == pictures[1], name


def test_a_broken_project_is_told_and_the_lab_opens_all_the_same(
    open_window: Open, tmp_path: Path
) -> None:
    (tmp_path / "broken.json").write_text("{")
    lab = lab_of(open_window(tmp_path / "broken.json"))
    assert "broken.json" in lab.message.text()
    assert lab.workbench.state is State.READY


def test_every_template_opens_and_can_be_trained(open_window: Open) -> None:
    lab = lab_of(open_window())
    for template in templates():
        assert lab.files.open_template(template.path)
        assert lab.document.project == template.project()
        assert lab.document.issues == ()
        assert lab.document.path is None


def test_the_menu_opens_the_gallery_and_a_tile_its_template(
    qtbot: QtBot, open_window: Open
) -> None:
    window = open_window()
    lab = lab_of(window)
    assert window.actions_of_lab is not None
    action = next(action for action in window.actions_of_lab.menu.actions()
                  if action.text() == "Templates…")
    action.trigger()
    gallery = window.findChild(Gallery)
    assert gallery is not None
    tile = next(tile for tile in gallery.tiles if tile.template.file == "10-residual.json")
    tile.click()
    assert not gallery.isVisible()
    assert lab.document.project.name == tile.text()
    assert tile.template.watch in lab.message.text()
    lab.document.set_training(learning_rate=0.5)
    assert lab.message.isVisible()
    # Of another network or other data it may be untrue.
    lab.data_panel.tiles["circle"].click()
    assert not lab.message.isVisible()


def test_a_template_does_not_take_the_place_of_unsaved_work_unasked(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = lab_of(open_window())
    lab.document.set_training(learning_rate=0.5)
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: QMessageBox.StandardButton.Cancel)
    assert not lab.files.open_template(templates()[1].path)
    assert lab.document.project.training.learning_rate == 0.5


@pytest.mark.parametrize(("answer", "saved", "closed"), [
    (QMessageBox.StandardButton.Save, True, True),
    (QMessageBox.StandardButton.Discard, False, True),
    (QMessageBox.StandardButton.Cancel, False, False),
], ids=["save", "discard", "cancel"])
def test_closing_asks_about_unsaved_work(
    open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    answer: QMessageBox.StandardButton, saved: bool, closed: bool,
) -> None:
    path = tmp_path / "mine.json"
    write_project(default_project(), path)
    window = open_window(path, tmp_path / "recovery")
    lab_of(window).document.set_training(learning_rate=0.7)
    window.keep_work()
    monkeypatch.setattr(QMessageBox, "exec", lambda _self: answer)
    assert window.close() is closed
    assert ('"learning_rate": 0.7' in path.read_text()) is saved
    kept = list((tmp_path / "recovery").glob("*.json"))
    assert bool(kept) is not closed


def test_a_project_can_be_dropped_onto_the_window(open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    path = tmp_path / "dropped.json"
    path.write_text(project_to_json(default_project()))
    picture, page = QUrl.fromLocalFile(str(tmp_path / "picture.png")), QUrl("http://x.y/a.json")
    own = QUrl.fromLocalFile(str(path))
    for urls, accepted in (([own], True), ([picture], True), ([picture, picture], True),
                           ([own, picture], False), ([page], False), ([], False)):
        data = QMimeData()
        data.setUrls(urls)
        enter = QDragEnterEvent(QPoint(400, 300), Qt.DropAction.CopyAction, data,
                                Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        enter.ignore()
        window.dragEnterEvent(enter)
        assert enter.isAccepted() is accepted
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data,
                                Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    assert window.windowTitle().startswith("dropped")


def test_closing_asks_where_no_copies_can_be_kept(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(asks=True)
    lab_of(window).document.set_training(learning_rate=0.7)
    monkeypatch.setattr(QMessageBox, "exec", lambda _self: QMessageBox.StandardButton.Cancel)
    assert not window.close()


@pytest.mark.alone
def test_closing_while_training_is_quick(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    lab_of(window).workbench.run()
    qtbot.wait(50)
    started = time.perf_counter()
    assert window.close()
    assert time.perf_counter() - started < 0.5


def test_a_window_nobody_sees_makes_no_frames(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    bench = lab_of(window).workbench
    bench.run()
    qtbot.waitSignal(bench.frame).wait()
    bench.set_watched(False)
    with qtbot.assertNotEmitted(bench.frame, wait=150):
        pass
    assert bench.state is State.RUNNING
    bench.set_watched(True)
    with qtbot.waitSignal(bench.frame):
        pass
    bench.pause()


def test_the_first_window_fills_a_screen_that_it_does_not_fit(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def opened(settings: Settings) -> MainWindow:
        window = MainWindow(settings)
        qtbot.addWidget(window, before_close_func=leave_at_once)
        window.fill_small_screen()
        window.show()
        # Parts that are not in the window yet would be windows when it closes.
        qtbot.waitUntil(lambda: window.lab is not None)
        return window

    room = qapp.primaryScreen().availableGeometry()
    small = opened(Settings(None))
    assert small.isMaximized()
    qtbot.waitUntil(lambda: room.contains(small.geometry()))
    assert small.normalGeometry().height() < room.height(), "there is room for its frame"
    settings = Settings(tmp_path / "settings.ini")
    small.setWindowState(Qt.WindowState.WindowNoState)
    settings.geometry = small.saveGeometry()
    assert not opened(settings).isMaximized(), "a place that was chosen is kept"
    monkeypatch.setattr(main_window, "USUAL_SIZE", QSize(700, 500))
    assert not opened(Settings(None)).isMaximized()


def test_choices_are_found_again(open_window: Open, tmp_path: Path, qapp: QApplication) -> None:
    settings = Settings(tmp_path / "settings.ini")
    lab = lab_of(open_window(settings=settings))
    lab.set_theme("dark")
    lab.set_scale(1.25)
    assert (settings.speed, lab.workbench.speed) == (Speed.VISIBLE, Speed.VISIBLE)
    choose_speed(lab, Speed.TEN)
    again = Settings(tmp_path / "settings.ini")
    assert (again.theme, again.scale, again.speed) == ("dark", 1.25, Speed.TEN)
    second = lab_of(open_window(settings=again))
    assert second.workbench.speed is second.transport.speed.speed() is Speed.TEN
    (tmp_path / "settings.ini").write_text("[General]\nspeed=warp\n", encoding="utf-8")
    assert Settings(tmp_path / "settings.ini").speed is Speed.VISIBLE
    theme.set_scale(qapp, 1.0)
    theme.apply(qapp, "light")


def test_registers_that_a_teacher_has_hidden_stay_hidden(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    assert settings.hidden_registers == frozenset()
    settings.hidden_registers = frozenset({"words", "numpy"})
    assert Settings(tmp_path / "settings.ini").hidden_registers == {"words", "numpy"}
    settings.hidden_registers = frozenset()
    assert Settings(tmp_path / "settings.ini").hidden_registers == frozenset()


def choose_speed(lab: LabPage, speed: Speed) -> None:
    """Choose a speed in its box, with the keyboard."""
    box = lab.transport.speed
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(list(Speed).index(speed)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.speed() is speed


def test_a_speed_that_is_chosen_holds_at_once(qtbot: QtBot, open_window: Open) -> None:
    lab = lab_of(open_window())
    lab.workbench.run()
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() != "0")
    choose_speed(lab, Speed.FULL)
    assert lab.workbench.speed is Speed.FULL
    qtbot.waitUntil(lambda: int(lab.transport.step_readout.value().replace(",", "")) > 3000)
    assert "as this computer can" in lab.transport.speed.toolTip()
    lab.workbench.pause()


def test_only_who_watches_waits_for_the_first_steps(open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    bench = lab_of(window).workbench
    Unattended(window, WindowOptions(run=True), 0.0)._on_window_workbench_made(bench)
    assert bench.speed is Speed.VISIBLE
    options = WindowOptions(screenshot=tmp_path / "window.png", run=True)
    Unattended(window, options, 0.0)._on_window_workbench_made(bench)
    assert bench.speed is Speed.FULL
    bench.pause()


def test_a_picture_of_what_cannot_be_trained_is_not_waited_for(
    qtbot: QtBot, open_window: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, picture = tmp_path / "project.json", tmp_path / "window.png"
    path.write_text(project_to_json(default_project()).replace('"dense"', '"attention"', 1))
    window = open_window(path)
    Unattended(window, WindowOptions(screenshot=picture, after_s=0.0), 0.0)._on_window_furnished()
    qtbot.waitUntil(picture.exists)
    assert "a layer of kind 'attention'" in capsys.readouterr().err
    profile = Unattended(window, WindowOptions(profile_start=True), 0.0)
    profile._on_window_furnished()
    assert profile.status == 2
