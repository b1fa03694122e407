"""Data by reference and embedded, from the dialog to a project that is opened elsewhere."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image
from pytestqt.qtbot import QtBot

from engine.bundles import enclosed
from engine.data import copies
from engine.errors import DataError, FormatError
from engine.spec import DataSpec, TableSpec
from gui.data.data_panel import DataPanel
from gui.document.bringing import bring, moved
from gui.document.document import Document

ROWS = "a,b,kind\n" + "".join(f"{n},{n * n % 7},{'xy'[n % 2]}\n" for n in range(40))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(copies, "copies_folder", lambda: folder)
    monkeypatch.setattr(enclosed, "copies_folder", lambda: folder)
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "here" / "people.csv"
    path.parent.mkdir()
    path.write_text(ROWS)
    return path


@pytest.fixture
def panel(qtbot: QtBot, table: Path, cache: Path) -> Iterator[DataPanel]:
    document = Document()
    brought = bring(DataSpec("table", path=str(table), table=TableSpec(target="kind")))
    document.set_data(brought.data, brought.dataset)
    panel = DataPanel(document)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    panel.shut_down()
    qtbot.waitUntil(lambda: not panel._background._waiting)


def test_a_file_that_has_changed_is_told_and_taken(panel: DataPanel, table: Path, tmp_path: Path,
                                                   qtbot: QtBot) -> None:
    document = panel._document
    assert len(document.project.data.digest) == 64
    document.save(tmp_path / "net.json")
    document.open(tmp_path / "net.json")
    qtbot.waitUntil(lambda: not panel._watch._background._waiting)
    assert not panel.message.isVisible()
    table.write_text(ROWS + "9,9,x\n")
    document.open(tmp_path / "net.json")
    qtbot.waitUntil(panel.message.isVisible)
    assert panel.message.text() == (
        "“people.csv” has changed since it was brought into this project.")
    before, dataset = document.project.data, document.dataset
    panel.message.action_requested.emit()
    assert not panel.message.isVisible()
    # The run goes on: what it learns from is the same object.
    assert document.dataset is dataset
    assert document.undo_stack.count() == 1
    assert moved(document.project.data) is None
    document.undo_stack.undo()
    assert document.project.data == before


def test_a_project_whose_file_is_gone_asks_where_it_is(panel: DataPanel, table: Path,
                                                       tmp_path: Path, qtbot: QtBot) -> None:
    document = panel._document
    document.save(tmp_path / "net.json")
    table.rename(table.with_name("moved.csv"))
    document.open(tmp_path / "net.json")
    qtbot.waitUntil(lambda: not panel._watch._background._waiting)
    assert "people.csv" in panel.message.text()
    assert panel.choose_file.isVisible()


def test_a_copy_travels_and_a_text_file_cannot_hold_it(panel: DataPanel, table: Path, cache: Path,
                                                       tmp_path: Path, qtbot: QtBot) -> None:
    document = panel._document
    dataset = document.dataset
    panel.set_embedded(True)
    qtbot.waitUntil(lambda: bool(document.project.data.embedded))
    assert document.dataset is dataset
    document.save(tmp_path / "net.bplab")
    # The project is elsewhere now: neither file nor cache are there.
    shutil.rmtree(cache)
    shutil.rmtree(table.parent)
    document.open(tmp_path / "net.bplab")
    assert not document.data_problem
    assert (document.dataset.inputs == dataset.inputs).all()
    assert document.project.data.path == str(table)
    qtbot.waitUntil(lambda: not panel._watch._background._waiting)
    assert not panel.message.isVisible()
    with pytest.raises(FormatError, match=r"cannot hold “people\.csv”"):
        document.save(tmp_path / "net.json")
    # Another file of the same project finds it in the old one.
    shutil.rmtree(cache)
    document.save(tmp_path / "other.bplab")
    assert (tmp_path / "other.bplab").stat().st_size > len(ROWS)
    document.open(tmp_path / "other.bplab")
    assert not document.data_problem
    # Taken out of the project, it is looked for where it was.
    panel.set_embedded(False)
    assert not document.project.data.embedded


def test_a_text_file_names_the_place_where_the_data_still_lie(panel: DataPanel, table: Path,
                                                              tmp_path: Path, qtbot: QtBot
                                                              ) -> None:
    document = panel._document
    panel.set_embedded(True)
    qtbot.waitUntil(lambda: bool(document.project.data.embedded))
    document.save(tmp_path / "net.json")
    assert '"embedded": ""' in (tmp_path / "net.json").read_text()
    assert '"path": "here/people.csv"' in (tmp_path / "net.json").read_text()


def test_further_files_are_named_from_the_project_too(tmp_path: Path) -> None:
    from gui.document.project_files import with_absolute_paths, with_relative_paths

    document = Document()
    data = DataSpec("table", path=str(tmp_path / "a.csv"),
                    more_paths=(str(tmp_path / "sub" / "b.csv"),))
    project = replace(document.project, data=data)
    written = with_relative_paths(project, tmp_path / "net.json")
    assert (written.data.path, written.data.more_paths) == ("a.csv", ("sub/b.csv",))
    assert with_absolute_paths(written, tmp_path / "net.json") == project


def test_a_network_that_suits_what_was_brought_is_offered(panel: DataPanel, tmp_path: Path) -> None:
    document = panel._document
    brought = bring(DataSpec("images", path=str(pictures(tmp_path / "pictures"))))
    panel._on_dialog_imported(brought.data, brought.dataset)
    assert "Convolutions suit images" in panel.message.text()
    before = document.project.network
    panel.message.action_requested.emit()
    assert "conv2d" in [layer.kind for layer in document.project.network]
    assert not document.issues
    assert not panel.message.isVisible()
    document.undo_stack.undo()
    assert document.project.network == before
    # Where there are convolutions, nothing is offered.
    document.undo_stack.redo()
    panel._on_dialog_imported(brought.data, brought.dataset)
    assert not panel.message.isVisible()


def pictures(folder: Path) -> Path:
    for number in range(8):
        path = folder / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (12, 12), (30 * number, 0, 200)).save(path)
    return folder


def test_a_file_that_needs_what_lies_beside_it_cannot_travel_alone(tmp_path: Path, cache: Path
                                                                  ) -> None:
    images, labels = (tmp_path / f"train-{name}-ubyte" for name in ("images-idx3", "labels-idx1"))
    images.write_bytes(struct.pack(">4I", 0x803, 20, 4, 4) + bytes(range(160)) * 2)
    labels.write_bytes(struct.pack(">2I", 0x801, 20) + bytes([0, 1] * 10))
    data = DataSpec("images", path=str(images))
    assert len(bring(data).dataset.inputs) == 20
    with pytest.raises(DataError, match="Bring the folder that it lies in"):
        bring(data, embeds=True)
