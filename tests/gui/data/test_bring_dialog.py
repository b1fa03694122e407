"""The dialog for images, sounds, texts and series, with importers of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from engine.data import Dataset
from engine.spec import DataSpec
from gui.data import bring_dialog, brought_files
from gui.data.bring_dialog import BringDialog
from gui.widgets import CalmSpinBox, LabelledCombo
from tests.gui.data.importers import IMPORTERS, load_folder, write_folder
from tests.gui.widgets.sound_library import Library, with_library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "squares", cats=6, dogs=4)


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[BringDialog]:
    dialog = BringDialog(DataSpec(seed=7, training_share=0.6), importers=IMPORTERS,
                         load_data=load_folder)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog._looker.join()
    dialog._loader.join()
    qtbot.waitUntil(lambda: not dialog._looker._waiting)


def ready(dialog: BringDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog._looked_at is None and not dialog._pause.isActive()
                    and not dialog.progress.isVisible())


def choose(combo: LabelledCombo, key: str) -> None:
    combo.combo.setCurrentIndex(combo._keys.index(key))
    combo.combo.activated.emit(combo.combo.currentIndex())


def test_sounds_are_heard_and_recorded_sounds_are_read(
        qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = with_library(monkeypatch, Library(known=(16_000,)))
    dialog = BringDialog(DataSpec(seed=7))
    qtbot.addWidget(dialog)
    dialog.show()
    recording = dialog.open_record_dialog()
    recording.set_folder(tmp_path)
    for name in ("high", "low", "high", "low"):
        recording.name.setEditText(name)
        qtbot.mousePress(recording.hold, Qt.MouseButton.LeftButton)
        library.streams[-1].hear(np.full(8000, 0.5 if name == "low" else 0.25))
        qtbot.mouseRelease(recording.hold, Qt.MouseButton.LeftButton)
    recording.use.click()
    ready(dialog, qtbot)
    assert dialog.options.kind.value() == "sounds"
    classes = dialog.view.classes
    assert [classes.item(row).text() for row in range(3)] == ["All · 4", "high · 2", "low · 2"]
    dialog.view.samples.setCurrentRow(3)
    dialog.view.play.click()
    (samples, rate), = library.played
    assert (len(samples), rate) == (8000, 16_000)
    assert samples.max() == pytest.approx(0.5, abs=1e-4)
    dialog.view.samples.itemActivated.emit(dialog.view.samples.item(0))
    assert len(library.played) == 2
    dialog._looker.join()
    dialog.reject()
    assert not dialog.view.player.is_playing


def control(dialog: BringDialog, key: str) -> Any:
    return dialog.options.form.controls[key]


def test_a_folder_is_recognised_shown_and_used(dialog: BringDialog, folder: Path,
                                               qtbot: QtBot) -> None:
    assert not dialog.accept_button.isEnabled()
    dialog.read([folder])
    ready(dialog, qtbot)
    assert dialog.options.kind._keys == ["squares", "others"]
    assert dialog.options.kind.value() == "squares"
    assert dialog.view.sentence.text() == "10 images of 4 × 4 pixels, 2 classes."
    classes = dialog.view.classes
    assert [classes.item(row).text() for row in range(3)] == ["All · 10", "cats · 6", "dogs · 4"]
    samples = dialog.view.samples
    # Those of a class stand side by side.
    assert [samples.item(row).text() for row in range(4)] == ["cats", "cats", "dogs", "dogs"]
    assert samples.item(0).icon().availableSizes()
    assert "0.pixels" in samples.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    classes.setCurrentRow(2)
    assert [samples.item(row).text() for row in range(samples.count())] == ["dogs", "dogs"]
    brought: list[tuple[DataSpec, Dataset]] = []
    dialog.brought.connect(lambda *pair: brought.append(pair))
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(brought))
    spec, dataset = brought[0]
    assert (spec.source, spec.path, spec.options) == ("squares", str(folder), {})
    assert (spec.seed, spec.training_share) == (7, 0.6)
    assert len(spec.digest) == 64
    assert dataset.class_names == ("cats", "dogs")
    assert not dialog.isVisible()


def test_what_is_left_out_is_told_with_its_reason(dialog: BringDialog, folder: Path,
                                                  qtbot: QtBot) -> None:
    dialog.read([folder])
    ready(dialog, qtbot)
    fold = dialog.view.left_out_fold
    assert fold.isVisible()
    assert fold.summary.text() == "1 file or row is not among the examples"
    assert not dialog.view.left_out.isVisible()
    qtbot.mouseClick(fold.header, Qt.MouseButton.LeftButton)
    assert dialog.view.left_out.isVisible()
    assert "empty" in dialog.view.left_out.item(0).text()


def test_options_come_from_the_fields(dialog: BringDialog, folder: Path, qtbot: QtBot) -> None:
    dialog.read([folder])
    ready(dialog, qtbot)
    size, colour, crop = (control(dialog, key) for key in ("size", "colour", "crop"))
    assert isinstance(size, CalmSpinBox)
    assert isinstance(crop, QCheckBox)
    assert (size.value(), size.suffix(), size.maximum()) == (4, " px", 64)
    assert size.isVisible()
    # What is rare is folded away, and what has no meaning is not there.
    margin, ending = control(dialog, "margin"), control(dialog, "ending")
    assert not margin.isVisible()
    qtbot.mouseClick(dialog.options.form.fold.header, Qt.MouseButton.LeftButton)
    assert margin.isVisible()
    assert isinstance(ending, QLineEdit)
    assert ending.isVisible()
    crop.click()
    assert not ending.isVisible()
    choose(colour, "colour")
    size.setValue(6)
    assert not dialog.accept_button.isEnabled()
    ready(dialog, qtbot)
    assert dialog.view.sentence.text() == "10 images of 6 × 6 pixels in colour, 2 classes."
    assert dialog._found is not None
    assert dialog._found.data.options == {"crop": False, "colour": "colour", "size": 6}
    # Back at the default, nothing is written down.
    size.setValue(4)
    ready(dialog, qtbot)
    assert "size" not in dialog._found.data.options


def test_another_kind_begins_with_its_own_options(dialog: BringDialog, folder: Path,
                                                  qtbot: QtBot) -> None:
    dialog.read([folder], "squares", {"size": 9})
    ready(dialog, qtbot)
    assert control(dialog, "size").value() == 9
    choose(dialog.options.kind, "others")
    ready(dialog, qtbot)
    assert dialog._found is not None
    assert (dialog._found.data.source, dialog._found.data.options) == ("others", {})


def test_only_the_last_of_many_changes_is_shown(dialog: BringDialog, folder: Path, qtbot: QtBot,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    dialog.read([folder])
    ready(dialog, qtbot)
    gate, asked = threading.Event(), []
    real = bring_dialog.look

    def slow(paths: Any, data: DataSpec, importers: Any) -> Any:
        asked.append(data.options.get("size"))
        gate.wait(10)
        return real(paths, data, importers)

    monkeypatch.setattr(bring_dialog, "look", slow)
    size = control(dialog, "size")
    size.setValue(5)
    qtbot.waitUntil(lambda: asked == [5])
    for side in (6, 7, 8):
        size.setValue(side)
    qtbot.waitUntil(lambda: not dialog._pause.isActive())
    gate.set()
    ready(dialog, qtbot)
    # One look at a time, and those in between not at all.
    assert asked == [5, 8]
    assert "8 × 8" in dialog.view.sentence.text()


def test_what_is_no_known_kind_is_told(dialog: BringDialog, tmp_path: Path, qtbot: QtBot) -> None:
    strange, lines = tmp_path / "what.xyz", tmp_path / "lines.txt"
    (tmp_path / "bare.xyz").touch()
    strange.write_bytes(b"\x00\x01")
    lines.write_text("Once upon a time")
    for path, sentence in ((strange, "no kind of data that is known"),
                           (tmp_path / "bare.xyz", "bare.xyz: nothing is in it"),
                           (tmp_path / "gone", "gone"), (lines, "it is no folder")):
        dialog.read([path])
        ready(dialog, qtbot)
        assert sentence in dialog.message.text()
        assert not dialog.accept_button.isEnabled()
        # What can be brought stands where there is nothing to be seen.
        assert dialog.invitation.isVisible() == (dialog._found.importer is None)
        assert dialog.options.isVisible() == dialog.view.isVisible() == (path == lines)
    # A text may still be read as one that is to be continued, or as a table.
    assert dialog.options.kind._keys == ["others", "table", "text"]
    ways: list[tuple[str, Path]] = []
    dialog.other_way.connect(lambda *way: ways.append(way))
    choose(dialog.options.kind, "text")
    assert ways == [("text", lines)]
    assert not dialog.isVisible()


def test_loading_can_be_stopped(dialog: BringDialog, folder: Path, qtbot: QtBot) -> None:
    gate = threading.Event()
    dialog._load = lambda spec: (gate.wait(10), load_folder(spec))[1]
    brought: list[object] = []
    dialog.brought.connect(lambda *pair: brought.append(pair))
    dialog.read([folder])
    ready(dialog, qtbot)
    dialog.accept_button.click()
    assert dialog.progress.isVisible()
    assert not dialog.options.isEnabled()
    assert dialog.cancel.text() == "Stop"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.accept_button.isEnabled()
    gate.set()
    dialog._loader.join()
    qtbot.waitUntil(lambda: not dialog._loader._waiting)
    assert not brought
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_files_can_be_dropped_chosen_and_pasted(dialog: BringDialog, folder: Path, tmp_path: Path,
                                                qtbot: QtBot,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    dialog.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime,
                                Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    ready(dialog, qtbot)
    assert dialog._paths == (folder,)
    dialog._paths = ()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    dialog.top.folder.click()
    ready(dialog, qtbot)
    assert dialog._paths == (folder,)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText(f'"{folder}"\n')
    dialog._paths = ()
    dialog.top.paste.click()
    ready(dialog, qtbot)
    assert dialog._paths == (folder,)
    clipboard.setText("Dear Sir or Madam")
    dialog.top.paste.click()
    assert "nothing to paste" in dialog.message.text()
    # An image becomes a file, which is removed where nothing learns from it.
    monkeypatch.setattr(brought_files, "pasted_folder", lambda: tmp_path / "pasted")
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    clipboard.setImage(image)
    dialog.top.paste.click()
    ready(dialog, qtbot)
    kept = dialog._paths[0]
    assert QImage(str(kept)).size() == image.size()
    dialog.reject()
    assert not kept.exists()


def test_all_of_it_can_be_reached_and_has_a_name(dialog: BringDialog, folder: Path,
                                                 qtbot: QtBot) -> None:
    dialog.read([folder])
    ready(dialog, qtbot)
    dialog.options.form.fold.header.click()
    reached: list[QWidget] = []
    widget = dialog.nextInFocusChain()
    while widget is not dialog and widget is not None:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.append(widget)
        widget = widget.nextInFocusChain()
    names = [one.accessibleName() or getattr(one, "text", str)() for one in reached]
    assert all(names), reached
    for name in ("Read as", "Size", "Colour", "Crop", "Margin", "Classes", "Use", "Cancel",
                 "Choose folder…", "Examples as the network will see them"):
        assert name in names, names
