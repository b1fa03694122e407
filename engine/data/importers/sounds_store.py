"""A folder or a zip of sounds as a set of names, each of which can be read."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.data.importers.importer import place_of
from engine.data.sound_files import SUFFIXES, Content
from engine.data.zip_members import UNREADABLE, files_of, is_bomb, size_of
from engine.errors import DataError

TABLES = (".csv", ".tsv", ".txt")

MOST_FILES = 200_000

LARGEST_MEMBER = 64 * 2**20
"""Bytes of a file in a zip after unpacking: it is read into memory, whatever it says of itself."""

LARGEST_ZIP = 16 * 2**30
"""Bytes of all sounds of a zip after unpacking."""


@dataclass(frozen=True)
class Store:
    """A folder or an open zip.

    Attributes
    ----------
    path : Path
        Where it is.
    sounds, tables : tuple[str, ...]
        Names of the files with a suffix of a sound or of a table, folders before them with ``/``;
        in alphabetical order, hidden ones left out.
    archive : ZipFile | None
        The zip; None for a folder.
    """

    path: Path
    sounds: tuple[str, ...]
    tables: tuple[str, ...]
    archive: zipfile.ZipFile | None = None

    def content(self, name: str) -> Content:
        """Return a file: its path, or its bytes.

        Raises
        ------
        DataError
            If it lies in a zip from which it cannot be read.
        """
        if self.archive is None:
            return self.path / name
        place = place_of(name, self.path.name)
        try:
            with self.archive.open(name) as member:
                content = member.read(LARGEST_MEMBER + 1)
        except UNREADABLE as error:
            code = "sound.zip-locked" if _is_locked(self.archive, name) else "sound.zip-damaged"
            raise _fault(code, place) from error
        if len(content) > LARGEST_MEMBER:
            raise DataError("sound.member-too-large", place=place, most=LARGEST_MEMBER)
        return content


def _fault(code: str, place: object) -> DataError:
    if code == "sound.zip-locked":
        return DataError("sound.zip-locked", place=place)
    return DataError("sound.zip-damaged", place=place)


def _is_locked(archive: zipfile.ZipFile, name: str) -> bool:
    return bool(archive.getinfo(name).flag_bits & 1)


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """Open a folder, a zip, or the folder in which a table lies.

    Raises
    ------
    DataError
        If it cannot be opened, holds no sound, or more files than can be looked through.
    """
    if path.is_dir():
        yield _checked(Store(path, *_told_apart(_names(path))), path.name)
    elif path.suffix.lower() in TABLES:
        sounds, _ = _told_apart(_names(path.parent))
        yield _checked(Store(path.parent, sounds, (path.name,)), path.name)
    else:
        with _opened_zip(path) as archive:
            members = files_of(archive)
            if len(members) > MOST_FILES:
                raise DataError("sound.too-many", place=path.name, most=MOST_FILES)
            size = size_of(members)
            if size > LARGEST_ZIP:
                raise DataError("sound.zip-too-large", place=path.name, size=size,
                                most=LARGEST_ZIP)
            if is_bomb(size, sum(one.compress_size for one in members)):
                raise DataError("sound.zip-bomb", place=path.name, size=size)
            names = sorted({one.filename for one in members})
            yield _checked(Store(path, *_told_apart(names), archive), path.name)


def _checked(store: Store, place: str) -> Store:
    if not store.sounds:
        raise DataError("sound.none", place=place, known=SUFFIXES)
    return store


@contextmanager
def _opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise DataError("sound.no-zip", place=path.name) from error
    with archive:
        yield archive


def _told_apart(names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    seen = [name for name in names if not any(
        part.startswith((".", "__MACOSX")) for part in name.split("/"))]
    sounds = tuple(name for name in seen if name.lower().endswith(SUFFIXES))
    return sounds, tuple(name for name in seen if name.lower().endswith(TABLES))


def _names(folder: Path) -> list[str]:
    """Return the names of all files below a folder; links to folders are not followed."""
    found: list[str] = []

    def refuse(error: OSError) -> None:
        raise DataError("sound.failed", place=folder.name,
                        reason=error.strerror or str(error)) from error

    for where, _, files in os.walk(folder, onerror=refuse):
        inner = Path(where).relative_to(folder)
        found += [(inner / file).as_posix() for file in files]
        if len(found) > MOST_FILES:
            raise DataError("sound.too-many", place=folder.name, most=MOST_FILES)
    return sorted(found)
