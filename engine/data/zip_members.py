"""Zip archives and their members, as all that reads them takes them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

_SUSPECT_BYTES, _SUSPECT_RATIO = 64 * 2**20, 200

UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError,
              RuntimeError)
"""All that Python raises of a zip that is damaged, locked or packed in an unusual way.

Of the last, NotImplementedError is a RuntimeError.
"""


def names_in(path: Path) -> tuple[str, ...] | None:
    """Return the names of the files in an archive; None if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(one.filename for one in files_of(archive))
    except UNREADABLE:
        return None


def files_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return what an archive holds besides folders; what has no name is none of it."""
    # Of a name that is empty, older versions of Python cannot say whether it is a folder.
    return [one for one in archive.infolist() if one.filename and not one.is_dir()]


def is_bomb(size: int, packed: int) -> bool:
    """Say whether so many bytes are packed into so few that it is done to do harm."""
    return size > _SUSPECT_BYTES and size > _SUSPECT_RATIO * packed


def size_of(members: Iterable[zipfile.ZipInfo]) -> int:
    """Return the bytes that members claim to have when they are unpacked."""
    return sum(one.file_size for one in members)
