"""Whether a file holds a project or data."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

PROJECT_SUFFIXES = (".bplab", ".json")
"""Endings of projects, in small letters."""

_BEGIN = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"version"\s*:\s*\d+\s*,\s*"name"')
"""How a project begins that is written as text."""


def is_project(path: Path) -> bool:
    """Say whether a file has the name of a project."""
    return path.suffix.lower() in PROJECT_SUFFIXES


def may_be_project(path: Path) -> bool:
    """Say whether a file is a project by its name or by how it begins; any other one holds data.

    A file that is not there is taken for a project if its name has no ending.
    """
    if is_project(path):
        return True
    try:
        kind = os.stat(path).st_mode
    except (OSError, ValueError):
        return not path.suffix
    # Neither a folder, nor a pipe, which would keep whoever opens it waiting.
    if stat.S_ISREG(kind):
        with suppress(OSError), path.open("rb") as file:
            return _BEGIN.match(file.read(1024)) is not None
    return False
