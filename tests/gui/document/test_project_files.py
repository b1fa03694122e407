from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.spec import DataSpec, ProjectSpec, TableSpec, default_project
from gui.document.project_files import home_folder, with_absolute_paths, with_relative_paths


def naming(table: str, start: str) -> ProjectSpec:
    beside = TableSpec(test_path=table.replace("people", "others"))
    return replace(default_project(), start_from=start,
                   data=DataSpec(source="table", path=table, table=beside))


def test_files_beside_a_project_are_named_from_there(tmp_path: Path) -> None:
    inside = naming("people.csv", "first/features.bplab")
    outside = naming(str(tmp_path / "people.csv"), str(tmp_path / "first" / "features.bplab"))
    assert with_absolute_paths(inside, tmp_path / "mine.json") == outside
    assert with_relative_paths(outside, tmp_path / "mine.json") == inside


def test_files_elsewhere_keep_their_whole_name(tmp_path: Path) -> None:
    elsewhere = naming(str(tmp_path / "people.csv"), str(tmp_path / "features.bplab"))
    folder = tmp_path / "projects"
    folder.mkdir()
    assert with_relative_paths(elsewhere, folder / "mine.json") == elsewhere
    assert with_absolute_paths(elsewhere, folder / "mine.json") == elsewhere
    upwards = naming("../people.csv", "../features.bplab")
    assert with_absolute_paths(upwards, folder / "mine.json") == elsewhere


def test_without_a_file_or_without_names_nothing_changes(tmp_path: Path) -> None:
    inside = naming("people.csv", "features.bplab")
    assert with_absolute_paths(inside, None) == inside
    for change in (with_absolute_paths, with_relative_paths):
        assert change(default_project(), tmp_path / "mine.json") == default_project()


def test_a_user_without_a_home_begins_where_the_program_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Path:
        raise RuntimeError("no home")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "home", fail)
    assert home_folder() == str(Path.cwd())
