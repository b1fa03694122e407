"""Zip archives that hold a workbook, looked through before anything is read out of them.

What reads workbooks is native code that cannot be interrupted and takes the memory that a file asks
for. So every part is first inflated here, piece by piece, and only counted.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.data.zip_members import UNREADABLE
from engine.errors import DataError

MOST_MEMBERS = 5_000
MOST_INFLATED = 300 * 2**20
"""Bytes of all parts of a workbook together."""

_SUSPECT_BYTES, _SUSPECT_RATIO = 16 * 2**20, 200
"""A part of this size that was this much smaller when packed is a bomb: tables repeat less."""

_PIECE = 2**20
_READ = (".xml", ".rels", ".bin")
_OWN = ("customxml/", "docprops/")
"""What programs keep for themselves, in encodings of their own: it is never read."""

_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_END_RECORD = 22
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Archive:
    """A zip archive whose directory has been checked.

    Attributes
    ----------
    place : str
        The file's name, for sentences.
    names : tuple[str, ...]
        What is in it.
    """

    def __init__(self, path: Path) -> None:
        self.place = path.name
        self._path = path
        try:
            with zipfile.ZipFile(path) as archive:
                self._members = {member.filename: member for member in archive.infolist()}
                members, comment = archive.infolist(), archive.comment
        except UNREADABLE as error:
            raise DataError("sheet.damaged", place=self.place) from error
        self.names = tuple(self._members)
        self._check(members, comment)

    def _check(self, members: list[zipfile.ZipInfo], comment: bytes) -> None:
        if len(members) > MOST_MEMBERS:
            raise DataError("sheet.many-members", place=self.place, count=len(members),
                            most=MOST_MEMBERS)
        if len(members) != len(self._members):
            name = Counter(member.filename for member in members).most_common(1)[0][0]
            raise DataError("sheet.twice", place=self.place, name=name)
        for member in members:
            name = member.filename.replace("\\", "/")
            if name.startswith("/") or ".." in name.split("/") or ":" in name:
                raise DataError("sheet.outside", place=self.place, name=member.filename)
            if member.flag_bits & 1:
                raise DataError("sheet.password", place=self.place)
        # Readers that look for the directory in different places would see different files.
        with self._path.open("rb") as file:
            file.seek(-_END_RECORD, 2)
            if comment or not file.read().startswith(b"PK\x05\x06"):
                raise DataError("sheet.damaged", place=self.place)

    def kind(self) -> str:
        """Return the kind of workbook: ``xlsx``, ``xlsb``, ``ods``, or empty for none.

        Raises
        ------
        DataError
            If it is protected by a password.
        """
        # Some programs write Windows' paths, or name the book otherwise.
        names = [name.replace("\\", "/").lower() for name in self.names]
        if any(name.endswith("workbook.bin") for name in names):
            return "xlsb"
        if any(name.endswith("workbook.xml") for name in names) or any(
                "worksheets/" in name and name.endswith(".xml") for name in names):
            return "xlsx"
        if b"opendocument.spreadsheet" in self.read("mimetype") and "content.xml" in names:
            if b"encryption-data" in self.read("META-INF/manifest.xml"):
                raise DataError("sheet.password", place=self.place)
            return "ods"
        return ""

    def parts(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield every part that is read, by its name and in pieces.

        Raises
        ------
        DataError
            If all of them are larger than `MOST_INFLATED`, one is damaged, larger than it says or
            packed as no table is, or one of XML declares entities.
        """
        budget = MOST_INFLATED
        for name in self.names:
            if not name.lower().endswith(_READ) or name.lower().startswith(_OWN):
                continue
            size = self._members[name].file_size
            budget -= size
            if budget < 0:
                raise DataError("sheet.inflated", place=self.place, most=MOST_INFLATED)
            pieces = self.pieces(name)
            yield name, self._without_declarations(name, pieces)
            # What its reader has left has to be counted too.
            for _ in pieces:
                pass

    def read(self, name: str) -> bytes:
        """Return a part; nothing if there is none."""
        return b"".join(self.pieces(name)) if name in self._members else b""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content of a part in pieces of about a megabyte."""
        member = self._members[name]
        try:
            with self._path.open("rb") as file:
                yield from self._inflate(file, member)
        except (zlib.error, OSError, EOFError, struct.error) as error:
            raise DataError("sheet.damaged", place=self.place) from error

    def _inflate(self, file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError("sheet.damaged", place=self.place)
        file.seek(member.header_offset)
        mark, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        if mark != b"PK\x03\x04":
            raise DataError("sheet.damaged", place=self.place)
        file.seek(name_length + extra_length, 1)
        left, size = member.compress_size, 0
        packed = member.compress_type == zipfile.ZIP_DEFLATED
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        while left:
            content = file.read(min(left, _PIECE))
            if not content:
                raise DataError("sheet.damaged", place=self.place)
            left -= len(content)
            while True:
                piece = inflater.decompress(content, _PIECE) if packed else content
                content = inflater.unconsumed_tail if packed else b""
                size += len(piece)
                self._check_size(member, size)
                yield piece
                if not content and (len(piece) < _PIECE or not packed):
                    break
        if size != member.file_size or (packed and not inflater.eof):
            raise DataError("sheet.damaged", place=self.place)

    def _check_size(self, member: zipfile.ZipInfo, size: int) -> None:
        if size > MOST_INFLATED or (
                size > _SUSPECT_BYTES and size > _SUSPECT_RATIO * member.compress_size):
            raise DataError("sheet.inflated", place=self.place, most=MOST_INFLATED)
        if size > member.file_size:
            raise DataError("sheet.damaged", place=self.place)

    def _without_declarations(self, name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        tail = b""
        binary = name.lower().endswith(".bin")
        for piece in pieces:
            # Text in UTF-16 hides its declarations from a search for bytes.
            if not binary and (piece.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))
                               or _DECLARATION.search(tail + piece)):
                raise DataError("sheet.entities", place=self.place, name=name)
            tail = piece[-16:]
            yield piece
