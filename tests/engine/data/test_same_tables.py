"""Tables of every kind are read as they were, to the last bit and word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.data import column_reader
from tests.golden.make_same_tables import RECORDED
from tests.golden.same_tables_cases import COUNT, digest


@pytest.mark.parametrize("blocks", ["small blocks", "one block"])
def test_tables_are_read_as_they_were(blocks: str, tmp_path: Path,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    if blocks == "small blocks":
        monkeypatch.setattr(column_reader, "_BLOCK_CHARACTERS", 1)
    recorded = json.loads(RECORDED.read_text(encoding="ascii"))
    path = tmp_path / "table.csv"
    changed = [seed for seed in range(COUNT) if digest(path, seed) != recorded[str(seed)]]
    assert not changed
