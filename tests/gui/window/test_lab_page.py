"""The lab as a whole: what a person does in one part shows in all others."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine.diagnosis.case import Words
from engine.diagnosis.verdicts import Verdict
from engine.errors import DivergedError, SpecError
from engine.layers import LOSSES
from engine.messages import say
from engine.spec import DataSpec, default_project, write_project
from gui import theme
from gui.data.table_dialog import TableDialog
from gui.frames.frame import Frame
from gui.plots.canvas import Canvas
from gui.templates import families
from gui.widgets import Card
from gui.window.lab_page import LabPage
from gui.window.left_column import stops
from gui.window.preferences import Settings
from gui.workbench.pace import Speed
from gui.workbench.state import State
from tests.gui.workbench.fake_trainer import FakeEngine

LEFT = Qt.MouseButton.LeftButton


def strip_text(lab: LabPage) -> str:
    return lab.strip.accessibleName()


def empty_texts(lab: LabPage) -> set[str]:
    """Return what plots say that have nothing to draw, and can be seen."""
    return {canvas.empty_text() for canvas in lab.right.findChildren(Canvas) if canvas.isVisible()}


def test_run_and_pause_with_the_large_button(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    qtbot.mouseClick(lab.transport.toggle, LEFT)
    assert lab.workbench.state is State.RUNNING
    assert lab.transport.toggle.text() == "Pause"
    qtbot.waitUntil(lambda: lab.transport.step_readout.remark() != "")
    qtbot.mouseClick(lab.transport.toggle, LEFT)
    assert lab.transport.toggle.text() == "Run"
    qtbot.waitUntil(
        lambda: lab.transport.step_readout.value() == f"{engine.newest.step:,}")
    assert lab.transport.epoch_readout.value() == f"{engine.newest.epoch:07,}"


def test_a_run_whose_first_figures_take_long_is_not_ready_for_run(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    frames: list[Frame] = []
    lab.workbench.frame.connect(frames.append)
    lab.workbench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10 and bool(frames))
    verdict = Verdict("waiting", 0, Words(say("Ready."), say("Press Run.")), ())
    lab._on_workbench_frame(dataclasses.replace(frames[-1], verdict=verdict, snapshot=None))
    assert strip_text(lab).startswith("Running.")


def test_the_tab_key_goes_through_the_window_as_the_eye_does(lab: LabPage) -> None:
    order = [lab.top_bar, lab.left, lab.network, lab.loss, lab.gradients, lab.output, lab.strip]
    first = [next(place for place, stop in enumerate(stops(lab)) if part.isAncestorOf(stop))
             for part in order]
    assert first == sorted(first)


def test_step_epoch_and_reset(qtbot: QtBot, lab: LabPage, engine: FakeEngine) -> None:
    qtbot.mouseClick(lab.transport.step, LEFT)
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == "1")
    qtbot.mouseClick(lab.transport.epoch, LEFT)
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == "25")
    qtbot.mouseClick(lab.transport.reset, LEFT)
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == "0")
    assert len(engine.trainers) == 2


def test_selecting_a_layer_highlights_it_everywhere(
    qtbot: QtBot, lab: LabPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    for view in (lab.gradients, lab.output):
        monkeypatch.setattr(view, "set_selected", told.append)
    lab.document.select("dense-2")
    assert told == ["dense-2", "dense-2"]
    assert lab.left.current() == "data"
    rows = lab.network.rows
    qtbot.mouseClick(rows.viewport(), LEFT,
                     pos=rows.visualRect(rows.model().index(2, 0)).center())
    assert lab.left.current() == "inspector"
    lab.gradients.layer_selected.emit("dense-1")
    assert lab.document.selected == "dense-1"
    lab.strip.layer_selected.emit("output")
    assert lab.document.selected == "output"


def test_a_broken_network_says_so_and_cannot_be_run(qtbot: QtBot, lab: LabPage) -> None:
    lab.document.set_option("output", "units", 7)
    assert "7 numbers for 2 classes" in strip_text(lab)
    assert not lab.transport.toggle.isEnabled()
    assert "7 numbers for 2 classes" in lab.transport.toggle.toolTip()
    lab.document.undo_stack.undo()
    qtbot.waitUntil(lambda: lab.transport.toggle.isEnabled())


def test_a_change_of_the_network_is_announced(qtbot: QtBot, lab: LabPage) -> None:
    lab.document.set_option("dense-1", "units", 5)
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)
    assert strip_text(lab).startswith("Network changed: reset.")


def test_a_project_that_was_opened_is_not_said_to_begin_anew(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path
) -> None:
    write_project(default_project(), tmp_path / "lesson.json")
    assert lab.files.open(tmp_path / "lesson.json")
    qtbot.waitUntil(lambda: len(engine.trainers) == 2
                    and lab.workbench.state is State.READY)
    assert strip_text(lab).startswith("Project opened.")
    assert "anew" not in strip_text(lab)


def test_divergence_is_told_in_the_strip_and_reset_mends_it(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    engine.newest.diverge_at = 30
    qtbot.mouseClick(lab.transport.toggle, LEFT)
    qtbot.waitUntil(lambda: lab.workbench.state is State.FAILED)
    # How it came to that is found out a moment later.
    qtbot.waitUntil(lambda: "Overflow" in strip_text(lab))
    assert "step 30" in strip_text(lab)
    assert not lab.transport.toggle.isEnabled()
    qtbot.mouseClick(lab.transport.reset, LEFT)
    qtbot.waitUntil(lambda: lab.transport.toggle.isEnabled())


def test_what_is_refused_is_said(qtbot: QtBot, lab: LabPage, tmp_path: Path) -> None:
    assert not lab.files.open(tmp_path / "missing.json")
    assert "missing.json" in lab.message.text()
    assert lab.message.isVisible()
    lab.hyper.refused.emit("No.")
    assert lab.message.text() == "No."


def test_saving_and_opening(qtbot: QtBot, lab: LabPage, tmp_path: Path) -> None:
    lab.document.set_option("dense-1", "units", 9)
    project = lab.document.project
    assert lab.files.save_to(tmp_path / "mine.json")
    assert not lab.document.is_modified()
    write_project(default_project(), tmp_path / "other.json")
    lab.open_dropped([tmp_path / "other.json"])
    assert lab.document.project == default_project()
    assert lab.files.open(tmp_path / "mine.json")
    assert lab.document.project == project
    assert lab.document.title == "mine"


def test_open_asks_for_a_project_or_for_data(
    qtbot: QtBot, lab: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.document.set_option("dense-1", "units", 9)
    chosen = [tmp_path / "mine.csv", tmp_path / "mine.txt"]
    chosen[0].write_text("a,b\n1,2\n2,3\n3,4\n", encoding="utf-8")
    write_project(default_project(), chosen[1])
    asked: list[bool] = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(chosen[0]), ""))
    monkeypatch.setattr(lab.files, "may_leave", lambda: bool(asked.append(True) or True))
    lab.files.ask_open()
    dialog = lab.window().findChild(TableDialog)
    assert dialog is not None
    dialog.reject()
    assert not asked, "data take the place of data, which can be undone"
    del chosen[0]
    lab.files.ask_open()
    assert asked
    assert lab.document.project == default_project()


def test_nothing_is_cut_off_on_a_small_screen(qtbot: QtBot, lab: LabPage) -> None:
    assert lab.size().width() == 1366
    assert lab.minimumSizeHint().width() <= 1366
    visible = lab.rect()
    for widget in lab.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, Card | QPushButton | QComboBox):
            continue
        if any(isinstance(p, QScrollArea) and p is not lab.body
               for p in parents(widget)):
            continue
        corner = widget.mapTo(lab, QPoint(0, 0))
        assert visible.contains(widget.rect().translated(corner)), widget
        if isinstance(widget, QPushButton | QComboBox):
            assert widget.width() >= widget.minimumSizeHint().width(), widget


def test_the_name_of_the_loss_is_whole_where_there_is_room(
    qtbot: QtBot, lab: LabPage
) -> None:
    box = lab.hyper.loss.combo
    lab.resize(1420, 768)
    lab.document.set_training(l2=0.0)
    lab.document.set_data(DataSpec(source="plane"))
    for key in ("mean_squared_error", "mean_absolute_error"):
        lab.document.set_training(loss=key)
        qtbot.waitUntil(lambda: box.width() == box.sizeHint().width())
        assert box.width() > box.fontMetrics().horizontalAdvance(LOSSES[key].title)
    lab.resize(1366, 768)
    height = lab.top_bar.height()
    lab.document.set_training(l2=0.1, clip_norm=1.0, label_smoothing=0.0)
    qtbot.waitUntil(lambda: box.width() < box.sizeHint().width())
    assert lab.top_bar.height() == height, "it gives way before the bar takes another row"


def test_siblings_never_overlap_at_any_interface_size(
    qtbot: QtBot, lab: LabPage, qapp: QApplication
) -> None:
    for scale in (0.8, 1.0, 1.5):
        theme.set_scale(qapp, scale)
        for size in ((1366, 768), (1600, 1000), (1040, 700)):
            lab.resize(*size)
            qtbot.wait(1)
            for row in (lab.transport, lab.hyper, lab.top_bar, lab.body, lab.right, lab.left):
                children = [child for child in row.children()
                            if isinstance(child, QWidget) and child.isVisible()
                            and not child.isWindow() and not child.inherits("QSplitterHandle")]
                for i, first in enumerate(children):
                    for second in children[i + 1:]:
                        assert not first.geometry().intersects(second.geometry()), (
                            scale, size, first, second)
    theme.set_scale(qapp, 1.0)


def test_every_control_has_a_name_and_a_tooltip(lab: LabPage) -> None:
    lab.hyper.penalty.combo.activated.emit(1)
    for part in (lab.transport, lab.hyper, lab.top_bar):
        for control in part.findChildren(QWidget):
            if not isinstance(control, QPushButton | QComboBox):
                continue
            name = control.accessibleName() or getattr(control, "text", str)()
            assert name, control
            tip = control.toolTip() or any(parent.toolTip() for parent in parents(control))
            assert tip, control


def test_the_theme_changes_at_once_and_is_remembered(qtbot: QtBot, lab: LabPage) -> None:
    qtbot.mouseClick(lab.top_bar.theme_button, LEFT)
    assert theme.current().is_dark
    qtbot.mouseClick(lab.top_bar.theme_button, LEFT)
    assert not theme.current().is_dark


def test_an_instrument_is_remembered_and_plots_are_frozen_together(
    qtbot: QtBot, lab: LabPage, tmp_path: Path
) -> None:
    assert lab.gradients.view() == "lines"
    lab._settings = Settings(tmp_path / "settings.ini")
    lab.gradients._more.action("sizes").trigger()
    assert lab._settings.instrument == "sizes"
    qtbot.mouseClick(lab.gradients._tabs.button("lines"), LEFT)
    assert lab._settings.instrument == ""
    qtbot.waitUntil(lambda: lab.gradients._still.frame is not None
                    and lab.loss._still.frame is not None)
    lab.gradients._more.freeze.trigger()
    assert lab.loss._still.is_frozen
    qtbot.mouseClick(lab.loss._mark, LEFT)
    assert not lab.gradients.is_frozen()


def test_the_limits_of_a_project_stand_beside_its_updates(lab: LabPage) -> None:
    lab.document.set_limits({"update_small": (1e-5, 1e-7)})
    assert lab.gradients._guide._region.getRegion() == pytest.approx((-5, -2))


def test_preparing_is_mentioned_when_it_takes_long(qtbot: QtBot, lab: LabPage) -> None:
    lab._on_workbench_state_changed(State.PREPARING)
    lab._preparation._on_workbench_preparing("tanh forward", 0.4)
    lab._preparation._tell()
    assert strip_text(lab).startswith("Preparing engine.")
    texts = [label.text() for label in lab.strip.findChildren(QLabel)]
    assert "tanh forward" in texts
    assert not lab.strip.cancel.isHidden()
    lab._preparation._begun_s -= 75
    lab._preparation._tell()
    assert "tanh forward · 75 s so far" in [label.text()
                                            for label in lab.strip.findChildren(QLabel)]
    lab._on_workbench_state_changed(State.READY)
    assert not lab.strip._progress.isVisible()
    assert lab.strip.cancel.isHidden()


def test_run_pressed_while_the_engine_is_prepared_is_kept_and_shown(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    assert empty_texts(lab) == {"Press Run to start"}
    engine.compiling = threading.Event()
    lab.workbench.reset()
    toggle, bench = lab.transport.toggle, lab.workbench
    assert bench.state is State.PREPARING
    qtbot.mouseClick(toggle, LEFT)
    assert toggle.text() == "Waiting…"
    assert empty_texts(lab) == {"Preparing…"}
    qtbot.mouseClick(toggle, LEFT)
    assert toggle.text() == "Run", "it can be taken back"
    qtbot.mouseClick(toggle, LEFT)
    engine.compiling.set()
    qtbot.waitUntil(lambda: bench.state is State.RUNNING)
    assert toggle.text() == "Pause"
    assert empty_texts(lab) <= {""}
    qtbot.waitUntil(lambda: engine.newest.step > 0)


def test_run_taken_back_while_the_engine_is_prepared_does_not_begin(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    engine.compiling = threading.Event()
    lab.workbench.reset()
    for _ in range(2):
        qtbot.mouseClick(lab.transport.toggle, LEFT)
    engine.compiling.set()
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)
    qtbot.wait(50)
    assert lab.workbench.state is State.READY
    assert engine.newest.step == 0
    assert empty_texts(lab) == {"Press Run to start"}


def test_what_was_said_goes_with_what_it_was_about(lab: LabPage, tmp_path: Path) -> None:
    bar = lab.message
    lab.hyper.refused.emit("Learning rate: '-1' is not a number from 0 on.")
    assert bar.isVisible()
    lab.document.set_training(learning_rate=0.5)
    assert not bar.isVisible(), "corrected"
    lab.files.refused.emit("no.json: there is no such file.")
    lab.document.undo_stack.setClean()
    lab.files.new()
    assert not bar.isVisible(), "New begins without what was said before"
    assert lab.files.save_to(tmp_path / "mine.json")
    assert bar.isVisible()
    lab.document.set_training(learning_rate=0.25)
    assert not bar.isVisible(), "what is shown now has not been saved"
    lab.document.undo_stack.setClean()
    lab._on_gallery_chosen(next(template for family in families()
                                for template in family.templates))
    assert bar.topic == "template"
    lab.document.set_training(learning_rate=0.125)
    assert bar.isVisible()
    lab.files.open(tmp_path / "mine.json")
    assert not bar.isVisible()


def test_a_layer_from_the_palette_lands_in_the_network(qtbot: QtBot, lab: LabPage) -> None:
    before = len(lab.document.project.network)
    lab.palette_panel.insert_requested.emit("dense")
    assert len(lab.document.project.network) == before + 1
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)


def test_a_run_goes_on_after_a_change_of_a_rate(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    qtbot.mouseClick(lab.transport.toggle, LEFT)
    lab.hyper.rate.line.setText("0,5")
    qtbot.keyClick(lab.hyper.rate.line, Qt.Key.Key_Return)
    assert lab.document.project.training.learning_rate == 0.5
    qtbot.waitUntil(lambda: bool(engine.newest.applied))
    assert engine.newest.applied[-1].learning_rate == 0.5
    assert lab.workbench.state is State.RUNNING
    assert len(engine.trainers) == 1


def test_a_stopping_rule_is_told(qtbot: QtBot, lab: LabPage, engine: FakeEngine) -> None:
    engine.newest.finish_at = 40
    qtbot.mouseClick(lab.transport.toggle, LEFT)
    qtbot.waitUntil(lambda: lab.workbench.state is State.PAUSED)
    assert strip_text(lab) == "Training has ended. Stopped: enough."
    lab.workbench.clock.tick()
    assert strip_text(lab).startswith("Training has ended.")


def test_an_engine_that_refuses_is_told(qtbot: QtBot, lab: LabPage, engine: FakeEngine) -> None:
    engine.refuse = SpecError("as-given", place="Training", found="too large")
    lab.document.set_data(replace(lab.document.project.data, noise=5.0))
    qtbot.waitUntil(lambda: lab.workbench.state is State.FAILED)
    assert "Training: too large." in strip_text(lab)


def parents(widget: QWidget) -> list[QWidget]:
    found = []
    parent = widget.parentWidget()
    while parent is not None:
        found.append(parent)
        parent = parent.parentWidget()
    return found


def test_the_layer_that_failed_is_marked_until_the_next_run(qtbot: QtBot, lab: LabPage) -> None:
    layer_id = lab.document.project.network.layers[2].id
    lab.workbench.failed.emit("A", DivergedError("as-given", place="Layer 2 (Dense)",
                                                 found="an activation is not finite",
                                            layer_id=layer_id, step=3))
    index = lab.network.rows.model_of_rows.index(2, 0)
    assert "not finite" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    lab.document.set_option(layer_id, "units", 3)
    qtbot.waitUntil(lambda: "not finite" not in index.data(Qt.ItemDataRole.AccessibleTextRole))


def test_the_examples_are_shown_before_the_engine_is_ready(lab: LabPage) -> None:
    lab.document.set_data(replace(lab.document.project.data, source="circle"))
    assert lab.workbench.state is not State.RUNNING
    assert lab.output._dataset is lab.document.dataset


def test_a_broken_b_is_told_of_while_a_runs_on(
    lab: LabPage, engine: FakeEngine, qtbot: QtBot
) -> None:
    document, bench = lab.document, lab.workbench
    lab.desk.duplicate()
    qtbot.waitUntil(lambda: len(bench.runs) == 2 and bench.state in (State.READY, State.PAUSED))
    told: list[str] = []
    lab.strip.show_black_box = lambda *_: told.append("box")  # type: ignore[method-assign]
    lab.strip.show_verdict = lambda *_: told.append("verdict")  # type: ignore[method-assign]
    lab.strip.show_outcome = lambda *_: told.append("outcome")  # type: ignore[method-assign]
    engine.newest.diverge_at = 30
    bench.set_speed(Speed.FULL)
    bench.run()
    qtbot.waitUntil(lambda: bench.runs["B"].past.box is not None)
    qtbot.waitUntil(lambda: "box" in told)
    told.clear()
    bench.clock.tick()
    assert bench.state is State.RUNNING
    assert set(told) <= {"box"}
    document.edit_second(False)
    bench.clock.tick()
    assert set(told) & {"verdict", "outcome"}
    told.clear()
    document.edit_second(True)
    assert set(told) == {"box"}


def test_other_limits_are_felt_at_once_and_no_run_begins_anew(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    lab.workbench.run()
    run, run_id = lab.workbench.runs["A"], lab.workbench.runs["A"].run_id
    qtbot.waitUntil(lambda: run.verdict is not None and run.step > 20)
    lab.workbench.pause()
    qtbot.waitUntil(lambda: lab.workbench.state is State.PAUSED)
    run.catch_up()
    dialog = lab.show_limits()
    assert lab.show_limits() is dialog, "there is one"
    step = run.step
    dialog.rows["learned"].edited.emit(0.0)
    assert lab.document.project.limits == {"learned": 0.0}
    assert run.plan.project.limits == {"learned": 0.0}
    assert (lab.workbench.runs["A"].run_id, run.step) == (run_id, step)
    assert lab.workbench.state is State.PAUSED
    assert lab.strip._limits == {"learned": 0.0}
    dialog.close()
    qtbot.waitUntil(lambda: lab._limits is None)
    lab.document.undo_stack.undo()
    assert run.plan.project.limits == {}
    assert lab.strip._limits == {}
