"""Whether a file holds a project or data, as far as its name says it."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_SUFFIXES = (".bplab", ".json")
"""Endings of projects, in small letters."""


def is_project(path: Path) -> bool:
    """Say whether a file has the name of a project."""
    return path.suffix.lower() in PROJECT_SUFFIXES


def may_be_project(path: Path) -> bool:
    """Say whether a file has the name of a project, or one that does not tell what it holds."""
    # Not `Path.is_dir`, which raises where a folder on the way must not be looked into.
    return is_project(path) or not (path.suffix or os.path.isdir(path))
