"""Files that are written beside their place; what killed programs have left of them is removed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine.errors import FormatError
from engine.spec import default_project, read_project, write_project
from engine.spec.replacing import (
    UNFINISHED,
    Unfinished,
    remove_unfinished,
    replace_file,
    replacing,
)

ROOT = Path(engine.__file__).parents[1]

unix = pytest.mark.skipif(os.name == "nt", reason="there, no open file is removed")


def left(folder: Path, name: str = "net.json", token: str = "0123abcd") -> Path:
    """Write what a killed program has left of a file."""
    path = folder / f".{name}.{token}{UNFINISHED}"
    path.write_bytes(b"half of")
    return path


def test_what_killed_programs_have_left_goes_with_the_next_save(tmp_path: Path) -> None:
    for token in ("00000000", "0123abcd"):
        left(tmp_path, token=token)
    write_project(default_project(), tmp_path / "net.json")
    assert os.listdir(tmp_path) == ["net.json"]


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    others = [left(tmp_path, "other.json"), left(tmp_path, "net.json.old"),
              tmp_path / ".net.json.0123abcd", tmp_path / f".net.json.xyz{UNFINISHED}",
              tmp_path / f"net.json{UNFINISHED}", tmp_path / f".net.json.0123ABCD{UNFINISHED}"]
    for path in others:
        path.write_bytes(b"mine")
    (tmp_path / f".net.json.89abcdef{UNFINISHED}").mkdir()
    replace_file(tmp_path / "net.json", b"{}")
    assert all(path.exists() for path in others)
    assert len(os.listdir(tmp_path)) == len(others) + 2


@unix
def test_what_another_program_is_writing_stays(tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / "net.json")
    unfinished.file.write(b"whole")
    replace_file(tmp_path / "net.json", b"meanwhile")
    unfinished.put()
    assert (tmp_path / "net.json").read_bytes() == b"whole"
    assert os.listdir(tmp_path) == ["net.json"]


BEGUN = """
import sys
from pathlib import Path
from engine.spec.replacing import Unfinished
one = Unfinished(Path(sys.argv[1]))
print("begun", flush=True)
input()
"""


@unix
def test_a_lock_ends_with_its_program(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", BEGUN, str(tmp_path / "net.json")], cwd=ROOT,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "begun\n"
    remove_unfinished(tmp_path, "net.json")
    assert len(os.listdir(tmp_path)) == 1
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    remove_unfinished(tmp_path, "net.json")
    assert os.listdir(tmp_path) == []


def test_all_of_a_folder_that_is_ours_alone(tmp_path: Path) -> None:
    left(tmp_path)
    left(tmp_path, "other.json")
    (tmp_path / "kept.json").write_text("{}")
    remove_unfinished(tmp_path)
    assert os.listdir(tmp_path) == ["kept.json"]
    remove_unfinished(tmp_path / "none")


def test_an_error_meanwhile_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), replacing(path) as file:
        file.write("no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["net.json"]


@pytest.mark.parametrize("name", ["n" * 250, "ä" * 120])
def test_a_name_as_long_as_the_system_allows(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for content in (b"first", b"second"):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["a\0b.json", "x" * 5000])
def test_a_path_that_cannot_be_one_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError, match="cannot be written"):
        replace_file(tmp_path / name, b"")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_neither_opened_nor_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    with pytest.raises(FormatError, match="a device or a pipe"):
        replace_file(pipe, b"")
    with pytest.raises(FormatError, match="a device or a pipe"):
        read_project(pipe)
    assert pipe.is_fifo()
