"""Records what the tables of `same_tables_cases` are read as: a digest for each.

    .venv/bin/python -m tests.golden.make_same_tables

Only after a change that is to read tables otherwise; `git diff` then shows how many it has changed.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.golden.same_tables_cases import COUNT, digest

RECORDED = Path(__file__).with_name("same_tables.json")


def main() -> None:
    """Write the digests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        found = {str(seed): digest(path, seed) for seed in range(COUNT)}
    RECORDED.write_text(json.dumps(found, indent=0) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
