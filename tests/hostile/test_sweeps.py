"""Hostile files by the hundred: a sentence for each, soon, in little room, and train agrees."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.messages.texts import LONGEST_SENTENCE
from tests import tiers
from tests.hostile import projects, sweep

ROOT = Path(sweep.__file__).parents[2]

SECONDS = 3 * 2.0
"""Of the processor for one file: 2 are promised, and a machine with much to do takes more for the
same work. ``python -m tests.hostile.sweep`` tells what it took."""

MIB = 300
"""Of memory, Python and all libraries included."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pipes, alarms and getrusage")


PARTS = 3
"""In so many parts tables are read, each in a test of its own: they run side by side."""


def swept(kind: str, count: int, first: int = 0) -> dict[str, Any]:
    """Return the report of a process of its own, whose memory nobody else has used."""
    done = subprocess.run([sys.executable, "-m", "tests.hostile.sweep", kind, str(count),
                           str(first)], cwd=ROOT, capture_output=True, text=True, timeout=1500,
                          check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["count"] == count
    return report


def judge(report: dict[str, Any]) -> None:
    """Assert that nothing went wrong, or took more time or memory than is promised."""
    assert report["faults"] == []
    assert report["slowest_s"] < SECONDS, f"number {report['slowest']}"
    assert report["mib"] < MIB


@pytest.mark.slow
@pytest.mark.sampled
def test_check_says_a_sentence_of_every_project() -> None:
    report = swept("check", tiers.examples(300, 10_000))
    judge(report)
    assert report["longest"] <= LONGEST_SENTENCE + 20
    # Not all of them are broken, and not all are whole.
    assert 0.3 < report["refused"] / report["count"] < 0.97


@pytest.mark.slow
@pytest.mark.sampled
def test_train_says_what_check_has_said() -> None:
    report = swept("train", tiers.examples(60, 300))
    assert report["faults"] == []


@pytest.mark.slow
@pytest.mark.sampled
@pytest.mark.parametrize("part", range(PARTS))
def test_tables_are_read_or_a_sentence_says_why_not(part: int) -> None:
    count = tiers.examples(300, 3000) // PARTS
    report = swept("tables", count, part * count)
    assert report["faults"] == []
    assert report["slowest_s"] < SECONDS, f"number {report['slowest']}"
    assert report["longest"] <= LONGEST_SENTENCE + 20


@pytest.mark.slow
@pytest.mark.sampled
def test_files_beside_projects_are_read_or_a_sentence_says_why_not() -> None:
    report = swept("others", tiers.examples(300, 1500))
    judge(report)
    assert report["longest"] <= LONGEST_SENTENCE + 20
    assert 0.3 < report["refused"] / report["count"] < 0.97


@pytest.mark.slow
@pytest.mark.sampled
def test_bundles_open_or_a_sentence_says_why_not() -> None:
    report = swept("bundles", tiers.examples(100, 3000))
    judge(report)
    assert report["longest"] <= LONGEST_SENTENCE + 20
    assert 0.3 < report["refused"] / report["count"] < 0.97


@pytest.mark.slow
@pytest.mark.sampled
def test_recordings_images_and_texts_are_read_or_a_sentence_says_why_not() -> None:
    report = swept("collected", tiers.examples(100, 3000))
    judge(report)
    assert report["longest"] <= LONGEST_SENTENCE + 20
    assert 0.3 < report["refused"] / report["count"] < 0.97


@pytest.mark.slow
@pytest.mark.sampled
def test_unsaved_work_is_offered_or_left_where_it_is() -> None:
    report = swept("kept", tiers.examples(60, 2000))
    judge(report)
    assert 0.1 < report["refused"] / report["count"] < 0.97


@pytest.mark.slow
@pytest.mark.sampled
def test_check_and_train_agree_on_projects_that_look_right() -> None:
    report = swept("likely", tiers.examples(40, 300))
    assert report["faults"] == []
    # Some of them can be trained.
    assert report["refused"] < 0.9 * report["count"]


def test_what_is_made_depends_on_the_number_alone(tmp_path: Path) -> None:
    first, again = (tmp_path / name for name in ("first", "again"))
    for folder in (first, again):
        folder.mkdir()
    made = [[projects.written(seed, folder).read_bytes() for seed in range(40)]
            for folder in (first, again)]
    assert made[0] == made[1]
    assert len(set(made[0])) > 35
