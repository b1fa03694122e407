"""What became of a copy of unsaved work. Imports nothing, so that the first paint can have it."""

from __future__ import annotations

from enum import Enum, auto


class Kept(Enum):
    """Whether unsaved work is safe should the program end now."""

    NOTHING = auto()
    """There is none."""
    COPY = auto()
    """There is a copy of it as it is now."""
    FAILED = auto()
    """No copy could be written."""
