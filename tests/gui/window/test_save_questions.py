"""Saving loses nothing without a question: names without endings, other programs, lost runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from engine.bundles import read_bundle, read_either
from engine.spec import default_project, write_project
from gui.document.file_folder import FileFolder
from gui.window.document_files import AS_TEXT, PROJECTS, WITH_WEIGHTS, named
from gui.window.lab_page import LabPage
from gui.workbench.state import State
from tests.gui.windows import Open, lab_of
from tests.gui.workbench.fake_trainer import FakeEngine

Press = Callable[[str], list[str]]


@pytest.fixture
def press(qapp: QApplication) -> Press:
    """Return what presses a button of the next question, and keeps what questions say."""
    def presses(label: str) -> list[str]:
        said: list[str] = []

        def answer() -> None:
            box = qapp.activeModalWidget()
            assert isinstance(box, QMessageBox)
            said.append(box.text())
            next(b for b in box.buttons() if b.text().replace("&", "") == label).click()

        QTimer.singleShot(0, answer)
        return said
    return presses


def typed(monkeypatch: pytest.MonkeyPatch, path: Path, kind: str = PROJECTS) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), kind))


@pytest.mark.parametrize(("name", "kind", "found"), [
    ("lesson", PROJECTS, "lesson.bplab"), ("my net 1.5", PROJECTS, "my net 1.5.bplab"),
    ("my net 1.5", WITH_WEIGHTS, "my net 1.5.bplab"), ("a.bplab", AS_TEXT, "a.bplab"),
    ("a.JSON", PROJECTS, "a.JSON"), ("a.json", WITH_WEIGHTS, "a.json.bplab"),
    ("v1.2", AS_TEXT, "v1.2.json")])
def test_a_name_gets_the_ending_of_what_is_written(name: str, kind: str, found: str) -> None:
    assert named(Path(name), kind) == Path(found)


def test_a_name_without_its_ending_does_not_overwrite_unasked(
    lab: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, press: Press
) -> None:
    (tmp_path / "lesson.bplab").write_bytes(b"work of last week")
    typed(monkeypatch, tmp_path / "lesson")
    said = press("Cancel")
    assert not lab.files.ask_save()
    assert "lesson.bplab" in said[0]
    assert (tmp_path / "lesson.bplab").read_bytes() == b"work of last week"
    press("Replace")
    assert lab.files.ask_save()
    assert read_either(tmp_path / "lesson.bplab")[0] == lab.document.project


def test_weights_are_kept_under_a_name_with_a_dot(
    lab: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, tmp_path / "my net 1.5", WITH_WEIGHTS)
    assert lab.files.ask_save_with_weights()
    assert read_bundle(tmp_path / "my net 1.5.bplab")[1]


def test_what_another_program_has_written_is_not_overwritten_unasked(
    lab: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, press: Press
) -> None:
    path, other = tmp_path / "ours.json", tmp_path / "mine.json"
    assert lab.files.save_to(path)
    # Twice, since one's own writing is no change.
    assert lab.files.save()
    path.write_text(path.read_text() + "\n\n")
    lab.document.set_training(learning_rate=0.5)
    said = press("Cancel")
    assert not lab.files.save()
    assert "ours.json" in said[0]
    assert path.read_text().endswith("\n\n")
    typed(monkeypatch, other, AS_TEXT)
    press("Save to another file…")
    assert lab.files.save()
    assert read_either(other)[0].training.learning_rate == 0.5
    assert path.read_text().endswith("\n\n")
    assert lab.files.open(path)
    path.write_text(path.read_text() + "\n")
    press("Overwrite it")
    assert lab.files.save()
    assert not path.read_text().endswith("\n\n\n")
    # Gone, it is written again without a question.
    path.unlink()
    assert lab.files.save()
    assert path.exists()


def test_a_file_with_weights_can_be_saved_when_there_is_no_run(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path, press: Press,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "trained.bplab", tmp_path / "begun.bplab"
    assert lab.files.save_to(path, with_weights=True)
    lab.document.remove_layer("output")
    assert lab.workbench.state is State.INVALID
    before = path.read_bytes()
    said = press("Cancel")
    assert not lab.files.save()
    assert "no run" in said[0]
    assert path.read_bytes() == before
    typed(monkeypatch, other)
    press("Save to another file…")
    assert lab.files.save()
    assert path.read_bytes() == before
    assert lab.document.path == other
    # Now its file holds no weights, and there is nothing to ask.
    assert lab.files.save()
    assert read_bundle(other) == (lab.document.project, {})


def test_weights_are_given_up_only_when_a_person_says_so(
    lab: LabPage, tmp_path: Path, press: Press
) -> None:
    path = tmp_path / "trained.bplab"
    assert lab.files.save_to(path, with_weights=True)
    lab.document.remove_layer("output")
    press("Save without weights")
    assert lab.files.save()
    assert read_bundle(path) == (lab.document.project, {})


def test_the_file_of_the_command_line_is_saved_without_a_question(
    open_window: Open, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.json"
    write_project(default_project(), path)
    lab = lab_of(open_window(path))
    lab.document.set_training(learning_rate=0.5)
    assert lab.files.save()
    assert read_either(path)[0].training.learning_rate == 0.5


def test_a_name_that_no_disk_takes_is_told_of(lab: LabPage, tmp_path: Path,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, tmp_path / ("n" * 300))
    assert not lab.files.ask_save()
    assert "cannot be written (File name too long)" in lab.message.text()


def test_a_folder_that_no_disk_has_is_passed_over() -> None:
    for last in ("/" + "n" * 5000, "a\0b", "~"):
        assert Path(FileFolder(last).path()).is_dir()
