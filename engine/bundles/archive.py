"""Zip files of which nothing is compressed: what one says it holds cannot exceed it.

Nothing in one is read but when it is asked for, and then piece by piece.
"""

from __future__ import annotations

import errno
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from engine.bundles.pieces import PIECE
from engine.messages import Message, say

BROKEN = (zipfile.BadZipFile, ValueError, KeyError, EOFError, OverflowError, OSError, RuntimeError,
          struct.error)
"""What the reader of zip files raises at those that are none."""


_BEGIN, _EMPTY = b"PK\x03\x04", b"PK\x05\x06"
_LOCAL, _END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s4H2LH")

END_BYTES = _END.size
"""Bytes with which an archive ends that has no comment, as ours have none."""

LARGEST_DIRECTORY = 8 * 2**20
"""Bytes of the list of members; reading it takes twenty times as many."""


class Broken(ValueError):
    """A file is no bundle; the message says what is wrong, as the end of a sentence."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


def reason(error: Exception) -> str | Message:
    """Return what an error says."""
    if isinstance(error, Broken):
        return error.message
    return getattr(error, "strerror", None) or str(error)


class Section(io.RawIOBase):
    """A member of an archive, which can be read as long as the archive's file is open.

    Parameters
    ----------
    file : BinaryIO or Section
        What it lies in.
    begin, size : int
        Where in it.
    crc : int
        Its checksum.

    Attributes
    ----------
    begin, size : int
        Where in what it lies in.
    """

    def __init__(self, file: BinaryIO | Section, begin: int, size: int, crc: int) -> None:
        super().__init__()
        self.begin, self.size = begin, size
        self._file, self._crc, self._place = file, crc, 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any place of it can be read."""
        return True

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._place

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place of it, and return that."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if start + place < 0:
            # What a file says; `zipfile` counts on it where one is short.
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._place = start + place
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read the next bytes, and return how many there were."""
        view = memoryview(buffer).cast("B")[:max(0, self.size - self._place)]
        self._file.seek(self.begin + self._place)
        count: int = self._file.readinto(view)  # type: ignore[union-attr]
        self._place += count
        return count

    def pieces(self) -> Iterator[memoryview]:
        """Yield all of it, each piece until the next; raises one of `BROKEN`."""
        yield from self.rest(memoryview(bytearray(min(PIECE, self.size))))

    def rest(self, buffer: memoryview, before: bytes = b"") -> Iterator[memoryview]:
        """Yield what stands behind some first bytes, in a buffer; raises as `pieces` does.

        Parameters
        ----------
        buffer : memoryview
            Holds the pieces, one after the other.
        before : bytes
            What was read already.
        """
        place, crc = len(before), zlib.crc32(before)
        while place < self.size:
            self.seek(place)
            piece = buffer[:self.size - place]
            count = self.readinto(piece)
            if not count:
                raise EOFError
            crc = zlib.crc32(piece[:count], crc)
            place += count
            yield piece[:count]
        self.check(crc)

    def check(self, crc: int) -> None:
        """Raise BadZipFile unless this is its checksum."""
        if crc != self._crc:
            raise zipfile.BadZipFile("Bad CRC-32")

    def content(self) -> bytes:
        """Return all of it at once; raises as `pieces` does."""
        return b"".join(bytes(piece) for piece in self.pieces())


def check_ends(begin: bytes, end: bytes) -> None:
    """Raise `Broken` for what is plainly no archive, or one of too many members.

    Parameters
    ----------
    begin, end : bytes
        Its first four and its last `END_BYTES`: the rest need not have been read.
    """
    if begin not in (_BEGIN, _EMPTY) or len(end) != END_BYTES or not end.startswith(_EMPTY):
        raise Broken(say("bundle.no-archive"))
    if _END.unpack(end)[5] > LARGEST_DIRECTORY:
        raise Broken(say("bundle.many-members"))


def members(file: BinaryIO | Section, size: int) -> dict[str, Section]:
    """Return the files in a zip of so many bytes, none of them read; raises one of `BROKEN`."""
    file.seek(0)
    begin = file.read(len(_BEGIN)) or b""
    file.seek(max(0, size - END_BYTES))
    check_ends(begin, file.read(END_BYTES) or b"")
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size
               for entry in entries):
            raise Broken(say("bundle.compressed"))
        # Several names for the same bytes would unpack to more than there is.
        if sum(entry.file_size for entry in entries) > size:
            raise Broken(say("bundle.claims-more"))
        if len({entry.filename for entry in entries}) < len(entries):
            raise Broken(say("bundle.name-twice"))
        return {entry.filename: _section(file, archive, entry) for entry in entries}


def members_of(section: Section) -> dict[str, Section]:
    """Return the files in a member that is a zip itself; raises one of `BROKEN`."""
    return members(section, section.size)


def _section(file: BinaryIO | Section, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Section:
    # Looks at the header before it, whose names have a length of their own.
    archive.open(entry).close()
    file.seek(entry.header_offset + _LOCAL.size - 4)
    names = struct.unpack("<2H", file.read(4) or b"")
    return Section(file, file.tell() + sum(names), entry.file_size, entry.CRC)
