"""Data that are too large to be shipped: where they are looked for.

In the folder that BACKPROP_LAB_DATA names, else in ``shared/data`` beside the project.
"""

from __future__ import annotations

import os
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def folder(name: str) -> Path:
    """Return the folder of some data, whether or not it is there: ``mnist``."""
    return Path(os.environ.get("BACKPROP_LAB_DATA") or BESIDE) / name
