"""Copies of data that travel in projects, unpacked where importers can read them.

Each lies in a folder of the user's cache that is called by the SHA-256 of its packed bytes, so that
it is never another one; what is missing there is unpacked from the project's file again.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from engine.spec import DataSpec

KEY = r"[0-9a-f]{64}"
"""What a copy is called: the SHA-256 of its packed bytes."""


def copies_folder() -> Path:
    """Return where copies lie; raises RuntimeError for a user without a cache."""
    # Only where a copy is asked for: most projects have none.
    from platformdirs import user_cache_path

    return user_cache_path("backprop-lab", appauthor=False) / "brought"


def copy_folder(key: str) -> Path | None:
    """Return the folder of a copy, there or not; None for what is no key, or without a cache."""
    try:
        return copies_folder() / key if re.fullmatch(KEY, key) else None
    except RuntimeError:
        return None


def paths_of(data: DataSpec) -> tuple[str, ...]:
    """Return every path that data are read from."""
    test = (data.table.test_path,) if data.table.test_path else ()
    return (data.path, *data.more_paths, *test) if data.path else ()


def in_copy(data: DataSpec) -> DataSpec:
    """Return data with the paths of their copy, where there is a whole one; else as they are."""
    folder = copy_folder(data.embedded) if data.embedded else None
    if folder is None or not folder.is_dir():
        return data
    # Whatever a copy's files are called, they are found by their places.
    found = [_only(folder / str(place)) for place in range(len(paths_of(data)))]
    if any(path is None for path in found):
        return data
    path, *rest = map(str, found)
    more = tuple(rest[:len(data.more_paths)])
    table = data.table
    if table.test_path:
        table = replace(table, test_path=rest[-1])
    return replace(data, path=path, more_paths=more, table=table)


def _only(folder: Path) -> Path | None:
    """Return the one file or folder in a folder; None if there is no such."""
    try:
        inside = list(folder.iterdir())
    except OSError:
        return None
    return inside[0] if len(inside) == 1 else None
