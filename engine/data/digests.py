"""What tells whether a file or folder is still the one that was brought."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from engine.data.progress import telling
from engine.errors import DataError

PIECE = 2**20


def digest_of(path: Path) -> str:
    """Return a digest of what a project learns from.

    Parameters
    ----------
    path : Path
        A file, of which every byte counts; or a folder, of which the names and sizes of all files
        do, so that a large one takes no longer than being listed.

    Raises
    ------
    DataError
        If it is not there or cannot be read.
    """
    try:
        found = hashlib.sha256()
        if path.is_dir():
            for name, size in sorted(files_in(path)):
                found.update(f"{name}\0{size}\n".encode("utf-8", "surrogateescape"))
        else:
            with path.open("rb") as file:
                tell = telling(path.stat().st_size)
                while piece := file.read(PIECE):
                    found.update(piece)
                    tell(file.tell())
    except FileNotFoundError as error:
        raise DataError("file.missing", path=str(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError("file.failed", path=str(path), reason=reason) from error
    return found.hexdigest()


def files_in(folder: Path) -> Iterator[tuple[str, int]]:
    """Give every file in a folder and below: its name from there, with ``/``, and its size.

    Links to folders are not followed; what can be no example, such as a socket, is passed over.
    """
    for place, folders, names in os.walk(folder, onerror=_raised):
        folders.sort()
        for name in names:
            file = Path(place, name)
            if file.is_file():
                yield file.relative_to(folder).as_posix(), file.stat().st_size


def size_of(path: Path) -> int:
    """Return how many bytes a file has, or all files in a folder; 0 for what cannot be read."""
    try:
        return sum(size for _, size in files_in(path)) if path.is_dir() else path.stat().st_size
    except (OSError, ValueError):
        return 0


def _raised(error: OSError) -> None:
    raise error
