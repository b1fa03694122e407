"""Files that are written beside their place, and put there when they are whole.

A program that is killed meanwhile leaves an unfinished file. Whoever writes one holds a lock on it,
which ends with the program: so the next one to write or open the same file can tell what nobody is
writing any more, and removes that and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from engine.errors import FormatError
from engine.spec.locks import claim, lock

UNFINISHED = ".unfinished"
"""What the name of a file ends with that is being written."""

LONGEST_STEM = 180
"""Bytes of a name that unfinished files repeat: most systems allow 255 in all."""

_TOKEN = "[0-9a-f]{8}"


class Unfinished:
    """A file that is being written beside the place where it belongs.

    Parameters
    ----------
    place : Path
        Where it belongs.

    Attributes
    ----------
    file : BinaryIO
        What is written to.

    Raises
    ------
    OSError
        If it cannot be made.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._path, self.file = _begun(place)

    def put(self, place: Path | None = None) -> None:
        """Put it in its place, or another one in the same folder; raises OSError."""
        place = place or self._place
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            if place.exists():
                shutil.copymode(place, self._path)
            if sys.platform == "win32":
                # There, no open file is moved; elsewhere its lock holds until it is in its place.
                self.file.close()
            os.replace(self._path, place)
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove it, unless it is in its place; again does no harm."""
        with suppress(OSError):
            # Closing writes what is left, for which there may be no room.
            self.file.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of another once it is whole; raises OSError.

    Parameters
    ----------
    path : Path
        The file; after an error, it is as it was.
    """
    unfinished = Unfinished(path)
    try:
        yield unfinished.file
        unfinished.put()
    finally:
        unfinished.discard()


def replace_file(path: str | Path, content: bytes | Iterable[bytes | memoryview]) -> None:
    """Write a file so that a crash leaves either the old one or the new one.

    What earlier programs have left unfinished of it is removed.

    Parameters
    ----------
    path : str or Path
        The file.
    content : bytes, or iterable of bytes
        What it is to hold; the pieces of what is large.

    Raises
    ------
    FormatError
        If it cannot be written.
    """
    try:
        # A link stays a link: what it points to is written.
        place = Path(os.path.realpath(path))
        if place.exists() and not stat.S_ISREG(place.stat().st_mode) and not place.is_dir():
            raise FormatError("file.special", path=str(path))
        with replacing(place) as file:
            for piece in (content,) if isinstance(content, bytes) else content:
                file.write(piece)
    except (OSError, ValueError) as error:
        # A path with a null character is a wrong value.
        why = error.strerror if isinstance(error, OSError) else ""
        raise FormatError("file.unwritable", path=str(path), reason=why or str(error)) from error
    remove_unfinished(place.parent, place.name)


def remove_unfinished(folder: Path, name: str = "") -> None:
    """Remove what killed programs have left unfinished; never raises.

    Parameters
    ----------
    folder : Path
        Where to look.
    name : str
        Of which file; empty for every file of a folder in which nobody but this program writes.
    """
    stem = re.escape(_stem(name)) if name else ".+"
    ours = re.compile(rf"\.{stem}\.{_TOKEN}{re.escape(UNFINISHED)}")
    with suppress(OSError, ValueError), os.scandir(folder) as entries:
        for entry in entries:
            if ours.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_if_left(Path(entry.path))


def _begun(place: Path) -> tuple[Path, BinaryIO]:
    """Return a new file beside a place, and its path."""
    while True:
        path = place.with_name(f".{_stem(place.name)}.{secrets.token_hex(4)}{UNFINISHED}")
        file = path.open("xb")
        if _is_claimed(file):
            return path, file
        # Somebody who clears up has come in between.
        file.close()


def _stem(name: str) -> str:
    """Return what stands for a name in those of its unfinished files."""
    written = os.fsencode(name)
    if len(written) <= LONGEST_STEM:
        return name
    return hashlib.sha256(written).hexdigest()[:32]


def _is_claimed(file: BinaryIO) -> bool:
    """Lock a file that was just made; say whether it is still there."""
    # On Windows nobody removes what is open, locked or not.
    return sys.platform == "win32" or (
        claim(file.fileno()) and os.fstat(file.fileno()).st_nlink > 0)


def _remove_if_left(path: Path) -> None:
    """Remove an unfinished file unless somebody is writing it, or there is no way to tell."""
    with suppress(OSError):
        if sys.platform == "win32":
            path.unlink()
            return
        with path.open("rb") as file:
            lock(file.fileno())
            path.unlink()
