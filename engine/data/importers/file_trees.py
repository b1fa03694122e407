"""Folders and zip archives as what they have in common: names, and bytes by name.

Nothing is ever written to a place that an archive names.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.data.unreadable import UnreadableError
from engine.data.zip_members import UNREADABLE, files_of, is_bomb, size_of
from engine.errors import DataError
from engine.messages import say

MOST_FILES = 1_000_000
"""Files of a folder, and members of an archive."""

DEEPEST = 32
"""Folders that lie in one another."""

_IGNORED = ("__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 1

_BLOCK = 2**16
"""Bytes by which what cannot be packed may grow."""


class FileTree(Protocol):
    """Files by their names, with ``/`` between folders."""

    @property
    def title(self) -> str:
        """Name of the folder or archive."""
        ...

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of every file, by name, in the order of names."""
        ...

    def read(self, name: str, most: int) -> bytes:
        """Return the content of a file.

        Raises
        ------
        UnreadableError
            If it cannot be read, or has more than ``most`` bytes.
        """
        ...

    def begin(self, name: str, count: int) -> bytes:
        """Return the first bytes of a file; raises UnreadableError if it cannot be read."""
        ...


@dataclass(frozen=True)
class Folder:
    """A folder with all that lies in it; see `FileTree`."""

    root: Path
    title: str
    sizes: dict[str, int]

    def read(self, name: str, most: int) -> bytes:
        """Return the content of a file."""
        if self.sizes[name] > most:
            raise UnreadableError(say("images.too-large", size=self.sizes[name], most=most))
        return self.begin(name, most)

    def begin(self, name: str, count: int) -> bytes:
        """Return the first bytes of a file."""
        try:
            with (self.root / name).open("rb") as file:
                return file.read(count)
        except OSError as error:
            raise UnreadableError(say("images.unreadable",
                                      reason=error.strerror or str(error))) from error


@dataclass(frozen=True)
class Archive:
    """A zip archive; see `FileTree`.

    Every read opens the file by itself, so that threads need not wait for one another and nobody
    has to close it.
    """

    path: Path
    title: str
    sizes: dict[str, int]
    members: dict[str, zipfile.ZipInfo]

    def read(self, name: str, most: int) -> bytes:
        """Return the content of a member."""
        member = self.members[name]
        if member.file_size > most:
            raise UnreadableError(say("images.too-large", size=member.file_size, most=most))
        content = self.begin(name, member.file_size)
        if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
            raise UnreadableError(say("images.truncated"))
        return content

    def begin(self, name: str, count: int) -> bytes:
        """Return the first bytes of a member."""
        member = self.members[name]
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableError(say("images.packed"))
        try:
            return self._content(member, count)
        except (OSError, ValueError, struct.error, zlib.error) as error:
            raise UnreadableError(say("images.truncated")) from error

    def _content(self, member: zipfile.ZipInfo, count: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(member.header_offset)
            mark, names, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
            if mark != b"PK\x03\x04":
                return b""
            file.seek(names + extra, os.SEEK_CUR)
            packed = file.read(min(member.compress_size, count + _BLOCK))
        if member.compress_type == zipfile.ZIP_STORED:
            return packed[:count]
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, max(count, 1))


def open_tree(path: Path) -> Folder | Archive:
    """Return the names of all files in a folder or zip archive.

    Hidden files and what systems leave behind are passed over.

    Raises
    ------
    DataError
        If it cannot be read, holds too much, or is an archive that is damaged, protected, packed
        like a bomb, or names places outside itself.
    """
    if path.is_dir():
        return _folder(path)
    return _archive(path)


def is_ignored(name: str) -> bool:
    """Say whether a name in a folder is hidden, or that of what a system leaves behind."""
    return name.startswith(".") or name.lower() in _IGNORED


def _folder(path: Path) -> Folder:
    found: dict[str, int] = {}
    for name, size in _walk(path, "", set()):
        found[name] = size
        if len(found) > MOST_FILES:
            raise DataError("images.many-files", place=path.name, most=MOST_FILES)
    return Folder(path, path.name or str(path), dict(sorted(found.items())))


def _walk(folder: Path, before: str, seen: set[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """Yield names and sizes; links to folders are followed, but no folder is looked at twice."""
    try:
        status = folder.stat()
        with os.scandir(folder) as entries:
            listed = sorted((entry for entry in entries if not is_ignored(entry.name)),
                            key=lambda entry: (entry.is_symlink(), entry.name))
    except OSError as error:
        if not before:
            raise DataError("file.failed", path=str(folder),
                            reason=error.strerror or str(error)) from error
        return
    if (status.st_dev, status.st_ino) in seen or before.count("/") > DEEPEST:
        return
    seen.add((status.st_dev, status.st_ino))
    for entry in listed:
        try:
            if entry.is_dir():
                yield from _walk(folder / entry.name, f"{before}{entry.name}/", seen)
            elif entry.is_file():
                yield before + entry.name, entry.stat().st_size
        except OSError:
            # A link that leads nowhere, or to itself.
            continue


def _archive(path: Path) -> Archive:
    try:
        with zipfile.ZipFile(path) as archive:
            listed = files_of(archive)
        packed = path.stat().st_size
    except UNREADABLE as error:
        raise DataError("images.zip-damaged", place=path.name) from error
    if len(listed) > MOST_FILES:
        raise DataError("images.many-files", place=path.name, most=MOST_FILES)
    members = {}
    for member in listed:
        name = member.filename.replace("\\", "/")
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or ":" in parts[0]:
            raise DataError("images.zip-outside", place=path.name, name=member.filename)
        if any(map(is_ignored, parts)):
            continue
        if member.flag_bits & _ENCRYPTED:
            raise DataError("images.zip-password", place=path.name)
        members[name] = member
    _check_packing(path.name, list(members.values()), packed)
    members = dict(sorted(members.items()))
    return Archive(path, path.name, {name: one.file_size for name, one in members.items()},
                   members)


def _check_packing(place: str, members: list[zipfile.ZipInfo], packed: int) -> None:
    """Raise DataError if parts lie in one another, or if they are packed as no images are."""
    inflated = size_of(members)
    overlap = sum(member.compress_size for member in members) > packed
    if overlap or is_bomb(inflated, packed):
        raise DataError("images.zip-bomb", place=place, size=inflated, packed=packed)
