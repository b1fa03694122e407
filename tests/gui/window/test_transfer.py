"""Weights in files, and what another project has learned, in the window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from engine.bundles import read_bundle, read_either, write_bundle
from engine.errors import SpecError
from engine.messages import say
from engine.spec import default_project
from engine.telemetry.transfer import LeftLayer, TransferReport
from gui.document.file_folder import FileFolder
from gui.window.document_files import AS_TEXT, PROJECTS, WITH_WEIGHTS
from gui.window.lab_page import LabPage
from gui.window.transfer_report import TransferDialog
from gui.workbench.state import State
from tests.gui.workbench.fake_trainer import FakeEngine

WEIGHTS = {"dense-1/w": np.full((2, 4), 0.5), "dense-1/b": np.zeros(4)}


@dataclass(frozen=True)
class Left:
    layer_id: str
    reason: str


def ready(lab: LabPage) -> bool:
    return lab.workbench.state is State.READY


def test_weights_are_saved_while_the_network_trains(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path
) -> None:
    lab.workbench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10)
    assert lab.files.save_to(tmp_path / "trained.bplab", with_weights=True)
    project, weights = read_bundle(tmp_path / "trained.bplab")
    assert project == lab.document.project
    assert weights["dense-1/w"].shape == (2, 4)
    assert weights["dense-1/w"].min() > 10
    assert not lab.document.is_modified()
    assert lab.workbench.state is State.RUNNING
    step = engine.newest.step
    qtbot.waitUntil(lambda: engine.newest.step > step)


def test_an_opened_file_goes_on_from_its_weights_and_a_reset_begins_anew(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path
) -> None:
    path = tmp_path / "trained.bplab"
    write_bundle(default_project(), WEIGHTS, path)
    assert lab.files.open(path)
    qtbot.waitUntil(lambda: len(engine.trainers) == 2 and ready(lab))
    given = engine.newest.given_weights
    assert given is not None
    assert given["dense-1/w"].tolist() == WEIGHTS["dense-1/w"].tolist()
    assert lab.document.path == path
    lab.workbench.reset()
    qtbot.waitUntil(lambda: len(engine.trainers) == 3 and ready(lab))
    assert engine.newest.given_weights is None


def test_saving_again_keeps_the_weights_in_the_file(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path
) -> None:
    path = tmp_path / "trained.bplab"
    assert lab.files.save_to(path, with_weights=True)
    lab.document.set_training(learning_rate=0.5)
    assert lab.files.save()
    project, weights = read_bundle(path)
    assert project.training.learning_rate == 0.5
    assert set(weights) == set(WEIGHTS)


def test_a_project_is_saved_without_weights_unless_they_are_wanted(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([("lesson", PROJECTS), ("notes", AS_TEXT), ("trained", WITH_WEIGHTS)])
    asked = []

    def ask(_parent: object, title: str, suggestion: str, kinds: str) -> tuple[str, str]:
        asked.append((Path(suggestion).suffix, kinds.split(";;")[0]))
        name, kind = next(answers)
        return str(tmp_path / name), kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    assert all([lab.files.ask_save(), lab.files.ask_save(), lab.files.ask_save_with_weights()])
    assert asked == [(".bplab", PROJECTS), (".bplab", PROJECTS), (".bplab", WITH_WEIGHTS)]
    assert {path.name for path in tmp_path.iterdir()} == {
        "lesson.bplab", "notes.json", "trained.bplab"}
    assert set(read_bundle(tmp_path / "trained.bplab")[1]) == set(WEIGHTS)
    assert read_either(tmp_path / "lesson.bplab") == (lab.document.project, None)
    assert read_either(tmp_path / "notes.json") == (lab.document.project, None)
    assert lab.files.open(tmp_path / "lesson.bplab")
    qtbot.waitUntil(lambda: len(engine.trainers) == 2 and ready(lab))
    assert engine.newest.given_weights is None
    assert lab.files.save()
    assert read_bundle(tmp_path / "lesson.bplab") == (lab.document.project, {})


def test_without_a_run_there_are_no_weights_to_save(lab: LabPage, tmp_path: Path) -> None:
    lab.document.remove_layer("output")
    lab.document.remove_layer("dense-2")
    lab.document.remove_layer("dense-1")
    assert lab.workbench.state is State.INVALID
    with pytest.raises(SpecError, match="no run yet"):
        lab.workbench.checkpoint()
    assert not lab.files.save_to(tmp_path / "trained.bplab", with_weights=True)
    assert "no run yet" in lab.message.text()
    assert not (tmp_path / "trained.bplab").exists()
    # The project itself can be kept at any time.
    assert lab.files.save_to(tmp_path / "begun.bplab")
    assert read_either(tmp_path / "begun.bplab") == (lab.document.project, None)


def test_a_damaged_file_is_told_and_changes_nothing(lab: LabPage, tmp_path: Path) -> None:
    (tmp_path / "broken.bplab").write_bytes(b"no zip")
    assert not lab.files.open(tmp_path / "broken.bplab")
    assert "broken.bplab" in lab.message.text()
    assert not lab.files.start_from(tmp_path / "broken.bplab")
    assert lab.document.project.start_from == ""


def test_weights_of_another_project_are_reported_and_can_be_frozen(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "teacher.bplab"
    write_bundle(default_project(), WEIGHTS, path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    found = SimpleNamespace(matched=("dense-1", "dense-2"),
                            left=(Left("output", "w is 2x3 here, and 2x2 there"),),
                            sources={}, told_unused=None)
    monkeypatch.setattr("tests.gui.workbench.fake_trainer.FakeTrainer.transfer", found,
                        raising=False)
    lab.choose_start()
    assert lab.document.project.start_from == str(path)
    assert lab.document.undo_stack.undoText() == "start from other weights"
    qtbot.waitUntil(lambda: lab.findChild(TransferDialog) is not None)
    report = lab.findChild(TransferDialog)
    assert report is not None
    assert report.headline.text() == "2 of 3 layers start with the weights of teacher.bplab."
    report.freeze.click()
    frozen = [layer.id for layer in lab.document.project.network if layer.frozen]
    assert frozen == ["dense-1", "dense-2"]
    lab.document.undo_stack.undo()
    assert not any(layer.frozen for layer in lab.document.project.network)
    # The question comes once, not at every reset.
    qtbot.waitUntil(lambda: ready(lab) and lab.findChild(TransferDialog) is None)
    lab.workbench.reset()
    qtbot.waitUntil(lambda: ready(lab))
    assert lab.findChild(TransferDialog) is None
    lab.start_fresh()
    assert lab.document.project.start_from == ""


def test_weights_of_another_program_are_imported_and_told(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.npz"
    np.savez(path, **{"dense_1.weight": np.zeros((4, 2)), "dense_1.bias": np.zeros(4)})
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    taken = say("foreign.taken", names=("dense_1.weight",), how=say("foreign.by-name"))
    found = TransferReport(("dense-1",), (LeftLayer("output", say("run.none-yet")),),
                           {"dense-1": taken}, ("head.weight",))
    monkeypatch.setattr("tests.gui.workbench.fake_trainer.FakeTrainer.transfer", found,
                        raising=False)
    lab.choose_start(foreign=True)
    assert lab.document.project.start_from == str(path)
    qtbot.waitUntil(lambda: lab.findChild(TransferDialog) is not None)
    report = lab.findChild(TransferDialog)
    assert report is not None
    assert report.headline.text() == "1 of 2 layers start with the weights of net.npz."
    words = {label.text() for label in report.findChildren(QLabel)}
    assert {"dense_1.weight, found by name", "not used: head.weight"} <= words
    report.reject()


@pytest.mark.parametrize("name", ["net.npz", "net.safetensors", "net.onnx", "net.h5", "net.pt"])
def test_a_file_of_weights_that_cannot_be_read_is_told_and_changes_nothing(
    lab: LabPage, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"\x80nonsense")
    assert not lab.files.start_from(tmp_path / name)
    assert lab.message.text().startswith(f"{name}: ")
    assert lab.document.project.start_from == ""


@pytest.mark.parametrize(("matched", "frozen", "word"), [
    (("dense-1", "dense-2", "output"), ("dense-1", "dense-2"), "Freeze all but the last layer"),
    (("dense-1",), ("dense-1",), "Freeze what was taken over"),
    (("output",), (), ""),
])
def test_a_layer_that_learns_is_left(
    qtbot: QtBot, matched: tuple[str, ...], frozen: tuple[str, ...], word: str
) -> None:
    order = ("input", "dense-1", "dense-2", "output")
    left = tuple(LeftLayer(layer, say("run.none-yet")) for layer in order[1:]
                 if layer not in matched)
    dialog = TransferDialog(TransferReport(matched, left), "teacher.bplab", order)
    qtbot.addWidget(dialog)
    dialog.show()
    asked: list[tuple[str, ...]] = []
    dialog.freeze_requested.connect(asked.append)
    assert dialog.freeze.isVisible() == bool(frozen)
    if frozen:
        assert dialog.freeze.text() == word
        dialog.freeze.click()
        assert asked == [frozen]


def test_dialogs_open_where_a_person_chose_a_file_last(
    lab: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_parent: object, _title: str, folder: str, _filter: str) -> tuple[str, str]:
        asked.append(folder)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    lab.files.ask_open()
    assert asked == [FileFolder().path()]
    assert lab.files.save_to(tmp_path / "mine.json")
    lab.files.ask_open()
    lab.files.ask_start()
    lab.data_panel._ask_text()
    dialog = lab.data_panel.open_table_dialog()
    dialog.ask_file()
    dialog.reject()
    assert asked[1:] == [str(tmp_path)] * 4


def test_the_other_project_is_named_from_beside_the_file(
    lab: LabPage, tmp_path: Path
) -> None:
    write_bundle(default_project(), WEIGHTS, tmp_path / "teacher.bplab")
    assert lab.files.start_from(tmp_path / "teacher.bplab")
    assert lab.files.save_to(tmp_path / "pupil.json")
    assert '"start_from": "teacher.bplab"' in (tmp_path / "pupil.json").read_text()
    lab.document.set_start(None)
    assert lab.files.open(tmp_path / "pupil.json")
    assert lab.document.project.start_from == str(tmp_path / "teacher.bplab")
