"""A pair and its files: a bundle holds both, a text file one, and a copy of the work both."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from engine.bundles import Beside, read_saved, write_bundle
from engine.spec import ProjectSpec, default_project, read_project
from gui.document.document import Document
from gui.document.recovery import Recovery
from gui.window.lab_page import LabPage
from gui.workbench.state import State
from tests.engine.bundles import whole
from tests.gui.workbench.fake_trainer import FakeEngine

RATE = 0.77


def second_of(project: ProjectSpec) -> ProjectSpec:
    return replace(project, training=replace(project.training, learning_rate=RATE))


@pytest.fixture
def pair(qtbot: QtBot, lab: LabPage, engine: FakeEngine) -> LabPage:
    """A lab with a pair at step 30; B is edited."""
    lab.document.begin_pair(second_of(lab.document.project), "try")
    qtbot.waitUntil(lambda: len(engine.trainers) == 2 and lab.workbench.state is State.READY)
    lab.workbench.runs.advance(30)
    qtbot.waitUntil(lambda: {trainer.step for trainer in engine.trainers} == {30})
    qtbot.waitUntil(lambda: lab.workbench.state is State.PAUSED)
    return lab


def test_a_bundle_holds_both(qtbot: QtBot, pair: LabPage, tmp_path: Path) -> None:
    path, document = tmp_path / "both.bplab", pair.document
    projects = document.sides.first.project, document.project
    assert pair.files.save_to(path)
    assert not document.is_modified()
    saved = read_saved(path)
    assert saved.beside is not None
    assert (saved.project, saved.beside.project) == projects
    assert saved.beside.checkpoint is None
    pair.files.open(path)
    assert document.sides.second is not None
    assert (document.sides.first.project, document.sides.second.project) == projects
    assert not document.sides.edits_second
    qtbot.waitUntil(lambda: pair.workbench.state is State.READY)
    assert [run.key for run in pair.workbench.runs] == ["A", "B"]


def test_both_runs_go_on_where_they_were(
    qtbot: QtBot, pair: LabPage, engine: FakeEngine, tmp_path: Path
) -> None:
    path = tmp_path / "both.bplab"
    assert pair.files.save_to(path, with_weights=True)
    saved = read_saved(path)
    assert saved.checkpoint is not None
    assert saved.beside is not None
    assert saved.beside.checkpoint is not None
    assert saved.beside.checkpoint.step == 30
    made = len(engine.trainers)
    pair.files.open(path)
    qtbot.waitUntil(lambda: len(engine.trainers) == made + 2)
    assert [trainer.restored for trainer in engine.trainers[made:]] == [[30], [30]]
    assert engine.newest.project.training.learning_rate == RATE


def test_b_that_cannot_be_trained_is_saved_all_the_same(
    pair: LabPage, tmp_path: Path
) -> None:
    pair.document.set_option("output", "units", 7)
    path = tmp_path / "both.bplab"
    assert pair.files.save_to(path, with_weights=True)
    saved = read_saved(path)
    assert saved.checkpoint is not None
    assert saved.beside is not None
    assert saved.beside.checkpoint is None


def test_a_text_file_gets_a_and_the_document_stays_modified(pair: LabPage, tmp_path: Path) -> None:
    path, document = tmp_path / "one.json", pair.document
    assert pair.files.save_to(path)
    assert read_project(path) == document.sides.first.project
    assert document.is_modified()
    assert "save as .bplab to keep B" in pair.message.text()
    # Once there is no pair any more, it holds everything.
    document.drop_second()
    assert pair.files.save()
    assert not document.is_modified()


def test_who_leaves_and_saves_to_a_text_file_does_not_lose_b(
    pair: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair.files.save_to(tmp_path / "one.json")
    answers = [QMessageBox.StandardButton.Save, QMessageBox.StandardButton.Discard]
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: answers.pop(0))
    assert not pair.files.may_leave()
    assert pair.document.sides.is_pair
    assert pair.files.may_leave()


def test_a_broken_b_is_told_and_a_is_opened(pair: LabPage, tmp_path: Path) -> None:
    path = tmp_path / "both.bplab"
    assert pair.files.save_to(path)
    files = whole.members(path.read_bytes())
    path.write_bytes(whole.zipped({**files, "beside.zip": b"nothing"}))
    assert pair.files.open(path)
    assert "Run B is left out" in pair.message.text()
    assert not pair.document.sides.is_pair


def test_files_that_b_names_move_with_it(tmp_path: Path) -> None:
    second = replace(default_project(), start_from=str(tmp_path / "other.bplab"))
    document = Document()
    document.begin_pair(second, "try")
    document.save(tmp_path / "both.bplab")
    found = read_saved(tmp_path / "both.bplab").beside
    assert found is not None
    assert found.project.start_from == "other.bplab"
    document.open(tmp_path / "both.bplab")
    assert document.sides.second is not None
    assert document.sides.second.project == second
    document.undo_stack.clear()


def test_without_a_pair_a_bundle_is_as_before(tmp_path: Path) -> None:
    one, two = tmp_path / "one.bplab", tmp_path / "two.bplab"
    write_bundle(default_project(), {}, one)
    write_bundle(default_project(), {}, two, beside=Beside(second_of(default_project())))
    assert whole.members(one.read_bytes()).keys() == {"project.json", "weights.npz"}
    assert whole.members(two.read_bytes()).keys() == {"project.json", "weights.npz",
                                                        "beside.zip"}


def test_a_copy_of_the_work_holds_both(pair: LabPage, tmp_path: Path) -> None:
    document = pair.document
    work = document.sides.first.project, document.project
    recovery = Recovery(document, tmp_path)
    recovery.keep()
    recovery.stop()
    for lock in tmp_path.glob("*.lock"):
        lock.unlink()
    other = Recovery(Document(), tmp_path)
    other.stop()
    (found,) = other.leftovers()
    assert (found.project, found.second) == work
    pair.document.undo_stack.setClean()
    assert pair.files.restore(found.project, found.second)
    assert document.is_modified()
    assert document.sides.second is not None
    assert (document.sides.first.project, document.sides.second.project) == work
    found.discard()
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".lock"]


def test_a_copy_without_b_has_none(pair: LabPage, tmp_path: Path) -> None:
    recovery = Recovery(pair.document, tmp_path)
    recovery.keep()
    assert len(list(tmp_path.glob("*.beside"))) == 1
    pair.document.drop_second()
    recovery.keep()
    recovery.stop()
    assert not list(tmp_path.glob("*.beside"))
    assert len(list(tmp_path.glob("*.json"))) == 1
    recovery.forget()
