"""Zip files of which nothing is compressed: what one says it holds cannot exceed it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Collection, Mapping
from typing import BinaryIO

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


def members(content: bytes) -> dict[str, bytes]:
    """Return the files in a zip of which nothing is compressed; raises one of `BROKEN`."""
    return members_in(io.BytesIO(content), len(content))


def members_in(file: BinaryIO, size: int, archives: Collection[str] = ()) -> dict[str, bytes]:
    """Return the files in a zip of so many bytes; raises one of `BROKEN`.

    What is plainly none is not read. A member that is to be one of ``archives`` and plainly is
    none is not read either, but empty.
    """
    begin = file.read(len(_BEGIN))
    file.seek(max(0, size - END_BYTES))
    check_ends(begin, file.read(END_BYTES))
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
        return {entry.filename: b"" if entry.filename in archives and not _may_be_whole(file, entry)
                else archive.read(entry) for entry in entries}


def _may_be_whole(file: BinaryIO, entry: zipfile.ZipInfo) -> bool:
    """Say whether a member begins and ends as an archive does."""
    file.seek(entry.header_offset + _LOCAL.size - 4)
    begin = file.tell() + 4 + sum(struct.unpack("<2H", file.read(4)))
    file.seek(begin)
    first = file.read(len(_BEGIN))
    file.seek(begin + max(0, entry.file_size - END_BYTES))
    try:
        check_ends(first, file.read(END_BYTES))
    except Broken:
        return False
    return True


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of files, none of them compressed; the same files make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            # Without a date of its own the same project is the same file.
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()
