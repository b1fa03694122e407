"""Copies that nobody uses any more are cleared, and no others."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.data import copies, copies_used
from engine.data.copies_used import CLEARED, USED, clear_unused, note_used

OLD, MINE, THEIRS, LOST = (letter * 64 for letter in "abcd")

OTHER = """
import sys
from pathlib import Path
from engine.data import copies, copies_used
copies.copies_folder = lambda: Path(sys.argv[1])
copies_used.note_used(sys.argv[2])
print("noted", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "brought"
    monkeypatch.setattr(copies, "copies_folder", lambda: folder)
    yield folder
    if folder in copies_used._lists:
        copies_used._lists.pop(folder)[0].close()


def copied(folder: Path, *keys: str) -> None:
    for key in keys:
        (folder / key / "0").mkdir(parents=True)
        (folder / key / "0" / "x.csv").write_text("a,b\n1,2\n")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(USED)}


def test_what_a_living_program_has_used_stays(cache: Path) -> None:
    copied(cache, OLD, MINE, THEIRS, LOST)
    (cache / "notes.txt").write_text("not ours")
    note_used(MINE)
    with subprocess.Popen([sys.executable, "-c", OTHER, str(cache), THEIRS], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True,
                          cwd=Path(copies_used.__file__).parents[2]) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "noted\n"
        clear_unused([LOST])
        assert names(cache) == {MINE, THEIRS, LOST, "notes.txt"}
        other.kill()
    # Its list goes, and with it what nobody else uses.
    clear_unused([])
    assert names(cache) == {MINE, "notes.txt"}
    assert len(list(cache.glob(f"{USED}*"))) == 1


def test_what_is_used_meanwhile_is_put_back(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied(cache, OLD)
    found = iter([set(), {OLD}])
    monkeypatch.setattr(copies_used, "_used", lambda folder: next(found))
    clear_unused([])
    assert names(cache) == {OLD}
    assert (cache / OLD / "0" / "x.csv").exists()


def test_what_a_killed_program_has_not_cleared_is_cleared(cache: Path) -> None:
    copied(cache, f"{CLEARED}12")
    clear_unused([])
    assert names(cache) == set()


def test_without_a_cache_nothing_happens(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clear_unused([])
    assert not cache.exists()

    def none() -> Path:
        raise RuntimeError
    monkeypatch.setattr(copies, "copies_folder", none)
    note_used(MINE)
    clear_unused([])


@pytest.mark.skipif(sys.platform == "win32", reason="there, nobody deletes what is open")
def test_a_cache_that_was_cleared_by_hand_gets_the_list_again(cache: Path) -> None:
    note_used(MINE)
    shutil.rmtree(cache)
    note_used(OLD)
    (path,) = cache.glob(f"{USED}*")
    assert path.read_text().split() == [MINE, OLD]
