"""What a person does with a pair, from its bar to the runs and back."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.bundles import read_bundle, read_saved
from engine.diagnosis import cures as cures_module
from engine.diagnosis.case import Words
from engine.diagnosis.cures import Cure
from engine.diagnosis.verdicts import Verdict
from engine.messages import say
from engine.spec import ProjectSpec
from gui.window import earlier_desk, save_questions
from gui.window.lab_page import LabPage
from gui.window.pair_desk import PairDesk
from gui.workbench.state import State
from tests.gui.workbench.fake_trainer import FakeEngine


@pytest.fixture
def desk(lab: LabPage) -> PairDesk:
    return lab.desk


def with_rate(project: ProjectSpec, rate: float) -> ProjectSpec:
    return replace(project, training=replace(project.training, learning_rate=rate))


def told(signal: Any) -> list[Any]:
    found: list[Any] = []
    signal.connect(lambda value: found.append(value))
    return found


def offered(monkeypatch: pytest.MonkeyPatch, cured: ProjectSpec) -> list[Verdict]:
    """Have every verdict be cured by one project; return which of them that was asked of."""
    asked: list[Verdict] = []

    def found(verdict: Verdict, *_rest: object) -> tuple[Cure, ...]:
        asked.append(verdict)
        return (Cure("rate", say("difference.name", name="Lower it"), cured),)

    monkeypatch.setattr(cures_module, "cures_for", found)
    return asked


def rest(qtbot: QtBot, lab: LabPage) -> None:
    qtbot.waitUntil(lambda: lab.workbench.state in (State.READY, State.PAUSED))


def advance(qtbot: QtBot, lab: LabPage, engine: FakeEngine, steps: int) -> None:
    goal = lab.workbench.runs["A"].step + steps
    lab.workbench.runs.advance(steps)
    ids = {run.run_id for run in lab.workbench.runs}
    qtbot.waitUntil(lambda: {trainer.step for trainer in engine.trainers
                             if trainer.run_id in ids} == {goal})
    rest(qtbot, lab)
    lab.workbench.clock.tick()


def test_the_bar_is_there_as_long_as_the_pair(qtbot: QtBot, lab: LabPage, desk: PairDesk) -> None:
    bar = lab.pair_bar
    assert not bar.isVisible()
    desk.duplicate_action.trigger()
    assert bar.isVisible()
    assert lab.document.undo_stack.undoText() == "duplicate as B"
    assert lab.document.sides.edits_second
    lab.document.set_training(learning_rate=0.5)
    rest(qtbot, lab)
    title = bar.title_label.text()
    assert title.startswith("B: ")
    assert "0.5" in title
    lab.document.undo_stack.undo()
    lab.document.undo_stack.undo()
    assert not bar.isVisible()


def test_the_bar_says_what_is_equal_and_what_was_changed_on_the_way(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine
) -> None:
    desk.duplicate()
    rest(qtbot, lab)
    bar = lab.pair_bar
    qtbot.waitUntil(lambda: bar._equal.text() == "same start, same batches")
    advance(qtbot, lab, engine, 40)
    lab.document.set_training(learning_rate=0.5)
    qtbot.waitUntil(lambda: "B changed at step 40; Reset begins both anew" in bar._equal.text())
    lab.workbench.reset()
    rest(qtbot, lab)
    qtbot.waitUntil(lambda: bar._equal.text() == "same start, same batches")


def test_sides_are_chosen_swapped_kept_and_dropped_in_the_bar(
    qtbot: QtBot, lab: LabPage, desk: PairDesk
) -> None:
    sentences, document, bar = told(desk.told), lab.document, lab.pair_bar
    first = document.project
    document.begin_pair(with_rate(first, 0.5), "try")
    second = document.project
    bar.side_requested.emit(False)
    assert document.project == first
    bar.swap_requested.emit()
    assert document.sides.first.project == second
    bar.drop_requested.emit()
    assert document.project == second
    document.undo_stack.undo()
    bar.keep_requested.emit()
    assert document.project == first
    assert not document.sides.is_pair
    assert [text.split(".")[0] for text in sentences] == [
        "A and B have changed places, and so have their runs", "B is dropped", "B goes on as A"]
    rest(qtbot, lab)


def test_compare_begins_a_pair_with_the_next_change(lab: LabPage, desk: PairDesk) -> None:
    desk.compare_action.trigger()
    assert lab.document.compares
    lab.document.set_training(learning_rate=0.5)
    assert lab.document.sides.is_pair
    assert desk.compare_action.isChecked()
    desk.set_compares(False)
    assert not desk.compare_action.isChecked()


def test_a_cure_is_tried_as_b_and_undone_as_one_step(
    qtbot: QtBot, lab: LabPage, desk: PairDesk
) -> None:
    cured = with_rate(lab.document.project, 0.001)
    lab.strip.cure_requested.emit(Cure("rate", say("difference.name", name="Lower it"), cured))
    assert lab.document.sides.second is not None
    assert lab.document.sides.second.project == cured
    assert lab.document.sides.second.branch_step is None
    assert lab.document.undo_stack.undoText() == "try lower it"
    rest(qtbot, lab)
    lab.document.undo_stack.undo()
    assert not lab.document.sides.is_pair


def test_the_run_goes_on_as_b_from_the_step_that_is_looked_at(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine
) -> None:
    advance(qtbot, lab, engine, 40)
    desk.show_recorder(True)
    assert lab.timeline.isVisible()
    lab.timeline.step_requested.emit(16)
    assert lab.workbench.cursor == 16
    lab.timeline.branch_requested.emit()
    assert lab.workbench.cursor is None
    qtbot.waitUntil(lambda: len(engine.trainers) == 2)
    assert engine.newest.restored[0] == 16
    rest(qtbot, lab)
    qtbot.waitUntil(lambda: engine.newest.step == 40)
    qtbot.waitUntil(lambda: lab.pair_bar._equal.text() == "B left A at step 16")
    desk.show_recorder(False)
    assert not lab.timeline.isVisible()


def test_a_cure_can_begin_where_one_looks(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine
) -> None:
    advance(qtbot, lab, engine, 40)
    lab.workbench.look_back(8)
    cured = with_rate(lab.document.project, 0.001)
    anew = Cure("rate", say("difference.name", name="Anew"), cured, begins_anew=True)
    desk.try_cure(anew)
    assert lab.document.sides.second is not None
    assert lab.document.sides.second.branch_step is None
    lab.document.undo_stack.undo()
    rest(qtbot, lab)
    lab.workbench.look_back(8)
    desk.try_cure(Cure("rate", say("difference.name", name="There"), cured))
    assert lab.document.sides.second is not None
    assert lab.document.sides.second.branch_step == 8
    rest(qtbot, lab)


def test_repeats_are_asked_for_shown_and_told(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine
) -> None:
    bands, sentences = told(desk.bands_changed), told(desk.told)
    desk.duplicate()
    rest(qtbot, lab)
    advance(qtbot, lab, engine, 30)
    lab.pair_bar.repeat_requested.emit()
    qtbot.waitUntil(lambda: bool(bands) and bands[-1] is not None)
    assert lab.workbench.pairing.spread is bands[-1]
    assert lab.pair_bar._verdict.toolTip() == f"{bands[-1].judgement.message.text}."
    assert not sentences
    lab.document.set_training(learning_rate=0.5)
    assert bands[-1] is None
    lab.document.set_option("output", "units", 7)
    lab.pair_bar.repeat_requested.emit()
    assert sentences[-1].startswith("Both runs have to be ready")


def test_earlier_runs_are_listed_restored_and_exported(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = told(desk.told)
    advance(qtbot, lab, engine, 30)
    lab.document.set_option("dense-1", "units", 3)
    rest(qtbot, lab)
    desk.earlier_action.trigger()
    dialog = desk.earlier.dialog
    assert dialog is not None
    assert dialog.list.topLevelItemCount() == 1
    (run,) = lab.workbench.sides.earlier
    path = tmp_path / "out.bplab"
    monkeypatch.setattr(QFileDialog, "getSaveFileName",
                        staticmethod(lambda *_arguments: (str(path), "")))
    dialog.export_requested.emit(run.number)
    saved = read_saved(path)
    assert saved.project == run.project
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 31)]
    assert float(rows[-1]["loss"]) == pytest.approx(1 / 30)
    assert rows[-1]["validation_loss"] == ""
    assert float(rows[0]["dense-1/gradient_rms"]) == pytest.approx(0.1)
    dialog.rename_requested.emit(run.number, "first")
    assert next(iter(lab.workbench.sides.earlier)).name == "first"
    dialog.restore_requested.emit(run.number)
    assert lab.document.project == run.project
    assert sentences[-1] == "The run goes on from step 30. Undo brings the other back."
    rest(qtbot, lab)
    dialog.close()


def test_the_export_of_a_run_keeps_its_name_and_overwrites_nothing_unasked(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    advance(qtbot, lab, engine, 30)
    lab.document.set_option("dense-1", "units", 3)
    rest(qtbot, lab)
    (run,) = lab.workbench.sides.earlier
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "run 1.5"), ""))
    asked: list[str] = []
    for desks in (save_questions, earlier_desk):
        monkeypatch.setattr(desks, "may_replace", lambda _, path: asked.append(path.name))
    (tmp_path / "run 1.bplab").write_bytes(b"another run")
    (tmp_path / "run 1.5.csv").write_bytes(b"a table")
    assert not desk.earlier.ask_export(run.number)
    (tmp_path / "run 1.5.bplab").write_bytes(b"a third one")
    assert not desk.earlier.ask_export(run.number)
    assert asked == ["run 1.5.csv", "run 1.5.bplab"]
    assert (tmp_path / "run 1.5.csv").read_bytes() == b"a table"
    for name in ("run 1.5.csv", "run 1.5.bplab"):
        (tmp_path / name).unlink()
    assert desk.earlier.ask_export(run.number)
    assert (tmp_path / "run 1.bplab").read_bytes() == b"another run"
    assert read_bundle(tmp_path / "run 1.5.bplab")[0] == run.project


def test_a_file_that_cannot_be_written_is_told(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine, tmp_path: Path
) -> None:
    sentences = told(desk.told)
    advance(qtbot, lab, engine, 30)
    lab.document.set_option("dense-1", "units", 3)
    rest(qtbot, lab)
    (run,) = lab.workbench.sides.earlier
    assert not desk.earlier.export(run.number, tmp_path / "missing" / "out.bplab")
    assert "out.bplab" in sentences[-1]


def test_whether_earlier_runs_are_saved_is_chosen(lab: LabPage, desk: PairDesk) -> None:
    desk.keep_action.trigger()
    assert lab.document.keeps_earlier
    lab.document.load_project(lab.document.project)
    assert not desk.keep_action.isChecked()


def test_earlier_runs_are_saved_only_where_a_file_has_room_for_them(
    lab: LabPage, desk: PairDesk, tmp_path: Path
) -> None:
    assert desk.keep_action.isEnabled()
    lab.document.save(tmp_path / "lesson.json")
    assert not desk.keep_action.isEnabled()
    assert "save as .bplab" in desk.keep_action.toolTip()
    lab.document.save(tmp_path / "lesson.bplab")
    assert desk.keep_action.isEnabled()
    assert "save as" not in desk.keep_action.toolTip()


def test_the_bar_says_what_decides_before_anything_has_come_of_it(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine
) -> None:
    bar = lab.pair_bar
    desk.duplicate()
    rest(qtbot, lab)
    assert lab.workbench.trial.outcome is None
    assert (bar._verdict.text(), bar._medians.text()) == (
        "Validation loss", "decides at step 2,000")
    assert bar._medians.isVisible()
    assert bar._medians.toolTip().startswith("Decides: validation loss at step 2,000. Fixed when")
    lab.document.set_training(steps=300)
    assert bar._medians.text() == "decides at step 2,000", "A has no such end"
    lab.document.edit_second(False)
    lab.document.set_training(steps=300)
    assert bar._medians.text() == "decides at step 300"


def test_a_cure_names_the_step_that_would_decide_now(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = offered(monkeypatch, with_rate(lab.document.project, 0.5))
    verdict = Verdict("vanishing", 2, Words(say("Ready."), say("Press Run.")), ())
    advance(qtbot, lab, engine, 30)
    assert desk.offers(verdict)[1] == "Decides: validation loss at step 2,000."
    advance(qtbot, lab, engine, 2471)
    asked.clear()
    for _ in range(5):
        cures, decides = desk.offers(verdict)
    assert decides == "Decides: validation loss at step 2,501."
    assert asked == [verdict], "what cures it is found once, and not at every frame"
    # Another run, another project: found anew.
    lab.document.set_training(learning_rate=0.25)
    asked.clear()
    desk.offers(verdict)
    assert asked == [verdict]
    lab.document.undo_stack.undo()
    desk.try_cure(cures[0])
    assert lab.workbench.trial.yardstick is not None
    assert lab.workbench.trial.yardstick.sentence.text == decides
    rest(qtbot, lab)


def test_the_recorder_comes_and_goes_with_a_black_box(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine
) -> None:
    engine.newest.diverge_at = 30
    lab.workbench.run()
    qtbot.waitUntil(lambda: lab.timeline.isVisible())
    assert desk.recorder_action.isChecked()
    assert lab.strip.replay.isVisible()
    lab.workbench.reset()
    rest(qtbot, lab)
    assert not lab.timeline.isVisible()
    assert not lab.switches.recorder.isChecked()


def test_a_recorder_that_a_person_wants_stays(
    qtbot: QtBot, lab: LabPage, desk: PairDesk, engine: FakeEngine
) -> None:
    desk.show_recorder(True)
    engine.newest.diverge_at = 30
    lab.workbench.run()
    qtbot.waitUntil(lambda: lab.strip.replay.isVisible())
    lab.workbench.reset()
    rest(qtbot, lab)
    assert lab.timeline.isVisible()
