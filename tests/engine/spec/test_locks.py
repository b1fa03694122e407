"""Locks of files and folders, on Windows too: there, a library that is not here is stood in for."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.errors import FormatError
from engine.spec import locks
from engine.spec.locks import MARK, claim, claiming_folder, lock
from gui.terminal.results import holding

Place = tuple[int, int, int]


class Locking:
    """What `msvcrt` has: a byte of a file is locked once, until whoever did so closes it."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.held: dict[Place, int] = {}

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        assert (mode, count) == (self.LK_NBLCK, 1)
        status = os.fstat(descriptor)
        place = status.st_dev, status.st_ino, os.lseek(descriptor, 0, os.SEEK_CUR)
        holder = self.held.get(place)
        if holder is not None and holder != descriptor and self._has(holder, place):
            raise PermissionError(errno.EACCES, "Permission denied")
        self.held[place] = descriptor

    @staticmethod
    def _has(holder: int, place: Place) -> bool:
        try:
            status = os.fstat(holder)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == place[:2]


@pytest.fixture(params=[sys.platform, "win32"], ids=["here", "windows"])
def windows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Have locks as they are here, and as they are on Windows; say whether it is the latter."""
    if request.param != sys.platform:
        monkeypatch.setitem(sys.modules, "msvcrt", Locking())  # type: ignore[arg-type]
        monkeypatch.setattr(locks, "sys", SimpleNamespace(platform="win32"))
    return request.param == "win32"


@pytest.mark.usefixtures("windows")
def test_a_file_is_claimed_once(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    with path.open("w") as first, path.open("a") as second:
        first.write("step")
        first.flush()
        assert claim(first.fileno())
        assert not claim(second.fileno())
        with pytest.raises(BlockingIOError):
            lock(second.fileno())
        assert first.tell() == 4
    with path.open("a") as third:
        assert claim(third.fileno())


def test_shared_locks_keep_nobody_out_but_who_wants_it_alone(tmp_path: Path, windows: bool) -> None:
    with (tmp_path / "stamp").open("ab") as first, (tmp_path / "stamp").open("ab") as second:
        lock(first.fileno(), shared=True)
        lock(second.fileno(), shared=True)
        # On Windows, open files stay whether they are locked or not.
        assert claim(second.fileno()) == windows


@pytest.mark.usefixtures("windows")
def test_a_folder_is_claimed_once(tmp_path: Path) -> None:
    with claiming_folder(tmp_path) as first, claiming_folder(tmp_path) as second:
        assert first
        assert not second
    with claiming_folder(tmp_path) as again:
        assert again
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("windows")
def test_a_folder_into_which_another_program_writes_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    with holding(folder), pytest.raises(FormatError, match="another program"), holding(folder):
        pass
    with holding(folder):
        assert [path.name for path in folder.iterdir()] in ([], [MARK])
    assert not list(folder.iterdir())


def test_where_there_are_no_locks_everything_can_be_claimed(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(  # type: ignore[arg-type]
        LK_NBLCK=2, locking=none))
    monkeypatch.setattr(locks, "sys", SimpleNamespace(platform="win32"))
    with (tmp_path / "file").open("wb") as file:
        assert claim(file.fileno())
        with pytest.raises(OSError, match="no locks here"):
            lock(file.fileno())


HELD = """
import sys
from pathlib import Path
from engine.spec.locks import claiming_folder
with claiming_folder(Path(sys.argv[1])) as held:
    print(held, flush=True)
    sys.stdin.read()
"""


def test_a_lock_ends_with_its_program(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HELD, str(tmp_path)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True,
                          cwd=Path(locks.__file__).parents[2]) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with claiming_folder(tmp_path) as held:
            assert not held
        other.kill()
        other.wait()
    with claiming_folder(tmp_path) as held:
        assert held
