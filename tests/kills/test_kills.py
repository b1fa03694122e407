"""A program that is killed while it saves loses nothing, and leaves nothing lying about.

``python -m tests.kills`` does it two hundred times.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kills.killing import kill_savers, kill_windows
from tests.tiers import examples

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system copies no process")


@pytest.mark.sampled
@pytest.mark.parametrize("name", ["net.json", "net.bplab"])
def test_after_kills_in_the_middle_the_file_is_whole_and_nothing_is_left(
        name: str, tmp_path: Path) -> None:
    assert kill_savers(tmp_path / name, examples(5, 75), seed=1) == []


@pytest.mark.whole
def test_a_window_that_is_killed_while_it_saves_leaves_an_old_file_or_a_new_one(
        tmp_path: Path) -> None:
    assert kill_windows(tmp_path, 10, seed=1) == []
