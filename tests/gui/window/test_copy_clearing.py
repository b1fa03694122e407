"""The cache of copies is cleared when a project is saved, and never of what may be wanted again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.bundles import enclosed
from engine.data import copies, copies_used
from engine.spec import DataSpec, default_project, write_project
from gui.document.bringing import embedded
from gui.window.copy_clearing import CopyClearing, keys_in
from tests.gui.windows import Open, lab_of

OLD, LOST = "a" * 64, "b" * 64
ROWS = "a,b,kind\n" + "".join(f"{n},{n * n % 7},{'xy'[n % 2]}\n" for n in range(40))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    place = tmp_path / "brought"
    for module in (copies, enclosed):
        monkeypatch.setattr(module, "copies_folder", lambda: place)
    yield place
    if place in copies_used._lists:
        copies_used._lists.pop(place)[0].close()


def kept(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir() if not path.name.startswith(".")}


def test_keys_are_found_whatever_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_bytes(b'{"version": 99, "x": "' + LOST.encode() + b"\xff")
    (tmp_path / "folder").mkdir()
    assert keys_in(tmp_path) == {LOST}
    assert keys_in(tmp_path / "gone") == set()


def test_saving_clears_what_nothing_refers_to(
        cache: Path, open_window: Open, folder: Path, tmp_path: Path, qtbot: QtBot) -> None:
    for key in (OLD, LOST):
        (cache / key / "0").mkdir(parents=True)
    folder.mkdir(parents=True, exist_ok=True)
    write_project(replace(default_project(), data=DataSpec("table", path="x.csv", embedded=LOST)),
                  folder / "other.json")
    table = tmp_path / "people.csv"
    table.write_text(ROWS)
    lab = lab_of(open_window(None, folder))
    brought = embedded(DataSpec("table", path=str(table)))
    lab.document.set_data(brought.data)
    # It is no longer wanted; to take that back would need the copy.
    lab.document.set_data(DataSpec("circle"))
    assert lab.files.save_to(tmp_path / "net.bplab")
    qtbot.waitUntil(lambda: OLD not in kept(cache))
    assert kept(cache) == {LOST, brought.data.embedded}
    table.unlink()
    lab.document.undo_stack.undo()
    assert lab.document.project.data == brought.data
    assert lab.document.data_problem == ""


def test_it_waits_for_its_end(cache: Path, tmp_path: Path, qtbot: QtBot) -> None:
    (cache / OLD / "0").mkdir(parents=True)
    from PySide6.QtCore import QObject

    parent = QObject()
    clearing = CopyClearing(tmp_path / "recovery", parent)
    clearing.clear()
    clearing.stop()
    assert kept(cache) == set()
