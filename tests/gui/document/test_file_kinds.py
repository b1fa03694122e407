from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.spec import default_project, write_project
from gui.document.file_kinds import may_be_project


@pytest.mark.parametrize("name", ["a.bplab", "B.JSON", "missing", "folder/missing"])
def test_a_name_says_that_it_is_a_project(tmp_path: Path, name: str) -> None:
    assert may_be_project(tmp_path / name)


@pytest.mark.parametrize("name", ["lesson", "lesson.txt", "lesson.bplab.old"])
def test_so_does_how_a_file_begins(tmp_path: Path, name: str) -> None:
    write_project(default_project(), tmp_path / "a.json")
    content = (tmp_path / "a.json").read_bytes()
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf " + content)
    assert may_be_project(tmp_path / name)


@pytest.mark.parametrize(("name", "content"), [
    ("train-images-idx3-ubyte", b"\0\0\x08\x03"), ("empty", b""), ("a.csv", b"a,b\n1,2\n"),
    ("a.jsonl", b'{"version":"1.0","word":"cat"}\n'), ("notes", b"what is this")])
def test_all_else_holds_data(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert not may_be_project(tmp_path / name)


def test_neither_folders_nor_pipes_nor_what_is_missing_is_read(tmp_path: Path) -> None:
    assert not may_be_project(tmp_path)
    assert not may_be_project(tmp_path / "missing.csv")
    assert may_be_project(Path("nul\0"))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert not may_be_project(tmp_path / "pipe")
