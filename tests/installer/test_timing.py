"""The report of how long the program takes to start: here it is played."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from resources.installer import timing
from resources.installer.shell import PackagingError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")

ALL = "".join(f"echo '{event}: {number}00 ms';" for number, event in enumerate(timing.EVENTS, 1))


def program(folder: Path, script: str) -> Path:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that says where it was started, and starts at once."""
    log = tmp_path / "log"
    (tmp_path / "lab").mkdir()
    bundle = program(tmp_path / "lab",
                     f'echo "$HOME $(ls -A "$HOME") $0" >> {log}; touch "$HOME/kept"; {ALL}')
    monkeypatch.setattr(timing, "show_on_virtual_screen", lambda _: None)
    monkeypatch.setattr(timing, "root", lambda: bundle.parent)
    monkeypatch.setattr(timing, "terminal_program", lambda: bundle)
    monkeypatch.setattr(timing, "hindrance", lambda *_: "you are nobody yourself")
    monkeypatch.setattr(timing, "STARTS", 3)
    return log


def test_every_start_is_the_first_of_its_user(
        played: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    emptied: list[int] = []
    monkeypatch.setattr(timing, "empty_page_cache", lambda: emptied.append(1))
    timing.time_starts()
    homes = [line.split() for line in played.read_text("utf-8").splitlines()]
    assert len({home for home, *_ in homes}) == 1 + 3 + 3
    # The home is empty, and the program is a copy.
    assert all(len(parts) == 2 and parts[1] != str(timing.terminal_program()) for parts in homes)
    assert len(emptied) == 3
    assert capsys.readouterr().out.splitlines() == [
        f"{title}, 3 starts: first paint 100 ms (100 to 100), ready for input 200 ms (200 to 200), "
        "first training step 300 ms (300 to 300)." for title in ("warm", "empty page cache")]


def test_without_rights_the_page_cache_stays_and_that_is_said(
        played: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def deny() -> None:
        raise PermissionError

    monkeypatch.setattr(timing, "empty_page_cache", deny)
    timing.time_starts()
    assert played.read_text("utf-8").count("\n") == 1 + 3
    assert "left out: an empty page cache" in capsys.readouterr().out


def test_medians() -> None:
    found = [dict.fromkeys(timing.EVENTS, at) for at in (100.0, 900.0, 300.0)]
    assert "first training step 300 ms (100 to 900)." in timing.report("warm", found)


@pytest.mark.parametrize("script", [f"{ALL} exit 2", "echo 'first paint: 100 ms'"])
def test_a_program_that_does_not_start_is_told(script: str, tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match="does not start"):
        timing.time_once(program(tmp_path, script), ())


def test_a_write_protected_folder_can_be_removed_afterwards(tmp_path: Path) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    (inside / "file").touch(mode=0o644)
    with timing.write_protected(tmp_path / "a"):
        assert {path.stat().st_mode & 0o222 for path in (tmp_path / "a", inside)} == {0}
        assert (inside / "file").stat().st_mode & 0o222
    assert inside.stat().st_mode & 0o200
