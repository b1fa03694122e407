"""How fast this computer computes is measured, kept, and believed where it makes sense."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.data import load
from engine.experiments import pace as pace_module
from engine.experiments.estimate import seconds_of
from engine.experiments.pace import REMEMBERED_S, Pace, kept_pace, pace_file, reckoned_s
from engine.experiments.results import Result
from tests.engine.experiments.boards import grid_sweep
from tests.engine.experiments.sweeps import small_project

PROJECT = small_project(batch_size=16)
RESULT = Result("key", (1,), 0, "done", 1000, operations=10**6)
RECKONED = reckoned_s(10**6, 16, 4, 1000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "there" / "pace.json"


def measured(file: Path, share: float, count: int = 10) -> None:
    """Let so many cells take a share of what they were reckoned to."""
    pace = Pace(file)
    for _ in range(count):
        pace.record(PROJECT, RESULT, share * RECKONED)
    pace.keep()
    # What was kept is not kept again.
    pace.keep()


def test_what_cells_took_is_kept(file: Path) -> None:
    assert kept_pace(file) == 1.0
    measured(file, 0.25)
    assert kept_pace(file) == pytest.approx(0.25)
    assert kept_pace(None) == 1.0


def test_a_new_sweep_counts_and_the_earlier_ones_do_not_count_for_ever(file: Path) -> None:
    measured(file, 4.0, 1000)
    # As much as is remembered of the ones before: the mean of both.
    measured(file, 2.0, round(REMEMBERED_S / RECKONED))
    assert kept_pace(file) == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize(("project", "result"), [
    (PROJECT, replace(RESULT, end="refused")),
    (small_project(batch_size=0), RESULT)])
def test_what_says_nothing_of_the_pace_is_left_out(project: object, result: Result, file: Path
                                                   ) -> None:
    pace = Pace(file)
    pace.record(project, result, 1000.0)  # type: ignore[arg-type]
    pace.keep()
    assert not file.exists()


def test_a_sweep_of_a_moment_is_not_kept(file: Path) -> None:
    pace = Pace(file)
    pace.record(PROJECT, RESULT, pace_module.TELLING_S / 2)
    pace.keep()
    assert not file.exists()


@pytest.mark.parametrize("content", [
    b"", b"[]", b"{\"reckoned_s\":1", b"{\"reckoned_s\":0,\"taken_s\":0}",
    b"{\"reckoned_s\":1,\"taken_s\":1e9}", b"{\"reckoned_s\":-1,\"taken_s\":1}", b"\xff"])
def test_a_file_that_makes_no_sense_is_none(content: bytes, file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    assert kept_pace(file) == 1.0
    measured(file, 0.5)
    assert kept_pace(file) == pytest.approx(0.5)


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    measured(tmp_path / "file" / "pace.json", 0.5)
    assert kept_pace(tmp_path / "file" / "pace.json") == 1.0


def test_an_estimate_goes_by_the_pace(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKPROP_LAB_CACHE", str(file.parent))
    assert pace_file() == file
    sweep = grid_sweep(depths=(1, 2), steps=400)
    data = load(sweep.project.data)
    usual = seconds_of(sweep, data, 1)
    assert usual == seconds_of(sweep, data, 1, pace=1.0)
    measured(file, 0.125)
    assert seconds_of(sweep, data, 1) == pytest.approx(usual / 8)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_what_is_no_file_of_a_pace_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(2**32)
    assert [kept_pace(tmp_path / name) for name in ("pipe", "endless", "huge")] == [1.0] * 3
