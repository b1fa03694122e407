"""Members of a zip archive, as every importer takes them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable

_SUSPECT_BYTES, _SUSPECT_RATIO = 64 * 2**20, 200


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
