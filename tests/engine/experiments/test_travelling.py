"""Files that jobs need arrive as they were, under the names that loaders go by."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.errors import DataError, SpecError
from engine.experiments import travelling
from engine.spec import DataSpec, ProjectSpec, TableSpec
from tests.engine.experiments.sweeps import small_project


def with_data(**fields: object) -> ProjectSpec:
    return replace(small_project(), data=DataSpec("table", **fields))  # type: ignore[arg-type]


def moved(project: ProjectSpec, home: Path) -> ProjectSpec:
    files = travelling.pack(project)
    travelling.unpack(files, home)
    return travelling.at_home(project, home)


def test_all_files_of_a_project_travel(tmp_path: Path) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    (here / "sub").mkdir(parents=True)
    names = ("a.csv", "sub/a.csv", "test.csv", "first.bplab")
    for name in names:
        (here / name).write_text(f"content of {name}")
    project = replace(with_data(
        path=str(here / "a.csv"), more_paths=(str(here / "sub" / "a.csv"),),
        table=TableSpec(test_path=str(here / "test.csv"))), start_from=str(here / "first.bplab"))
    found = moved(project, home)
    paths = (found.data.path, *found.data.more_paths, found.data.table.test_path, found.start_from)
    for name, path in zip(names, paths, strict=True):
        assert Path(path).is_relative_to(home)
        assert Path(path).name == Path(name).name
        assert Path(path).read_text() == f"content of {name}"


def test_a_folder_travels_with_all_that_is_in_it(tmp_path: Path) -> None:
    faces = tmp_path / "faces"
    for name in ("anna/1.png", "anna/2.png", "ben/1.png"):
        (faces / name).parent.mkdir(parents=True, exist_ok=True)
        (faces / name).write_bytes(name.encode())
    found = moved(with_data(path=str(faces)), tmp_path / "home")
    assert Path(found.data.path).name == "faces"
    assert sorted(path.relative_to(found.data.path).as_posix() for path in
                  Path(found.data.path).rglob("*.png")) == ["anna/1.png", "anna/2.png", "ben/1.png"]


def test_a_project_of_shipped_data_needs_no_files(tmp_path: Path) -> None:
    assert travelling.pack(small_project()) == {}
    assert travelling.at_home(small_project(), tmp_path) == small_project()


def test_other_contents_have_another_digest() -> None:
    assert travelling.digest_of({"0/a": b"bc"}) != travelling.digest_of({"0/a": b"bd"})
    assert travelling.digest_of({"0/a": b"bc"}) != travelling.digest_of({"0/ab": b"c"})


def test_a_path_of_another_system_keeps_its_name(tmp_path: Path) -> None:
    found = travelling.at_home(with_data(path="C:\\data\\points.csv"), tmp_path)
    assert Path(found.data.path) == tmp_path / "0" / "points.csv"


def test_what_cannot_travel_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"points\.csv"):
        travelling.pack(with_data(path=str(tmp_path / "points.csv")))
    (tmp_path / "points.csv").write_bytes(bytes(2000))
    monkeypatch.setattr(travelling, "MOST", 1000)
    with pytest.raises(SpecError, match="too large"):
        travelling.pack(with_data(path=str(tmp_path / "points.csv")))
