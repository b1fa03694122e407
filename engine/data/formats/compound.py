"""Compound files, the containers of old Office documents, walked through before they are read.

Their chains of sectors may run in circles, which native code would follow until memory ends.
Format: [MS-CFB].
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

from engine.data.files import read_start
from engine.errors import DataError

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST = 128 * 2**20
"""Bytes of a compound file that is read; the old format cannot hold as much in its sheets."""

_HEADER = struct.Struct("<30xHH10xII8xIIII")
_END, _LAST_SECTOR = 0xFFFFFFFE, 0xFFFFFFFA
_DIRECTORY_ENTRY, _MINI_SECTOR, _MINI_STREAM = 128, 64, 4096
_MOST_MINI_TABLES = 1_000
_HEADER_BYTES, _FIRST_TABLE = 512, 76


class Compound:
    """A compound file whose chains all end.

    Attributes
    ----------
    place : str
        The file's name, for sentences.
    streams : dict[str, tuple[int, int]]
        First sector and size of each stream, by its name.
    """

    def __init__(self, path: Path) -> None:
        self.place = path.name
        head = read_start(path, LARGEST)
        if not head.complete:
            raise DataError("file.too-large", place=self.place, size=head.size, most=LARGEST)
        self._content = head.content
        self.streams: dict[str, tuple[int, int]] = {}
        try:
            self._read()
        except (struct.error, IndexError, ValueError, UnicodeError) as error:
            raise self._damaged() from error

    def stream(self, *names: str) -> bytes:
        """Return the first of these streams that there is; nothing if there is none."""
        for name in names:
            if name in self.streams:
                first, size = self.streams[name]
                try:
                    return self._stream(first, size)
                except IndexError as error:
                    raise self._damaged() from error
        return b""

    def _read(self) -> None:
        shift, mini_shift, tables, first, mini_first, minis, more, _ = _HEADER.unpack_from(
            self._content)
        if shift not in (9, 12) or mini_shift != 6:
            raise self._damaged()
        self._size = 1 << shift
        self._count = max(len(self._content) // self._size, 1)
        if tables > self._count or minis > min(self._count, _MOST_MINI_TABLES):
            raise self._damaged()
        places = [*array("I", self._content[_FIRST_TABLE:_HEADER_BYTES])]
        places += self._more_places(more)
        self._table = array("I")
        for place in places:
            if place < _LAST_SECTOR:
                self._table.extend(array("I", self._sector(place)))
        directory = b"".join(self._sector(place) for place in self._chain(first))
        for at in range(0, len(directory), _DIRECTORY_ENTRY):
            self._enter(directory[at:at + _DIRECTORY_ENTRY])
        root, size = struct.unpack_from("<II", directory, 116)
        self._minis = self._mini_table = b""
        if minis:
            self._minis = self._whole(root, size)
            self._mini_table = self._whole(mini_first, minis * self._size)

    def _enter(self, entry: bytes) -> None:
        length, = struct.unpack_from("<H", entry, 64)
        if 2 <= length <= 64 and entry[66] == 2:
            name = entry[:length - 2].decode("utf-16-le")
            self.streams.setdefault(name, struct.unpack_from("<II", entry, 116))

    def _more_places(self, place: int) -> Iterator[int]:
        """Yield the places of tables that the header has no room for."""
        for _ in range(self._count + 1):
            if place >= _LAST_SECTOR:
                return
            *places, place = array("I", self._sector(place))
            yield from places
        raise self._damaged()

    def _sector(self, place: int) -> bytes:
        at = self._size * (place + 1)
        if place > self._count or at >= len(self._content):
            raise self._damaged()
        return self._content[at:at + self._size]

    def _chain(self, place: int) -> Iterator[int]:
        for _ in range(self._count + 1):
            if place == _END:
                return
            yield place
            place = self._table[place]
        raise self._damaged()

    def _whole(self, first: int, size: int) -> bytes:
        if size > len(self._content):
            raise self._damaged()
        return b"".join(self._sector(place) for place in self._chain(first))[:size]

    def _stream(self, first: int, size: int) -> bytes:
        if size >= _MINI_STREAM:
            return self._whole(first, size)
        table = array("I", self._mini_table)
        parts: list[bytes] = []
        for _ in range(len(table) + 1):
            if first == _END:
                return b"".join(parts)[:size]
            parts.append(self._minis[first * _MINI_SECTOR:(first + 1) * _MINI_SECTOR])
            first = table[first]
        raise self._damaged()

    def _damaged(self) -> DataError:
        return DataError("sheet.damaged", place=self.place)
