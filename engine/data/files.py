"""Opening a person's text file: is it one, may it be read, how is it encoded."""

from __future__ import annotations

import codecs
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from engine.data.limits import HEAD_BYTES, LARGEST_FILE, LARGEST_TEXT, LONGEST_LINE
from engine.errors import DataError
from engine.messages import Message, say

_SIGNATURES: tuple[tuple[bytes, Message], ...] = (
    (b"PK\x03\x04", say("kind.zip")),
    (b"PK\x05\x06", say("kind.empty-zip")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", say("kind.excel")),
    (b"\x1f\x8b", say("kind.gzip")),
    (b"BZh91AY", say("kind.bzip2")),
    (b"\xfd7zXZ\x00", say("kind.xz")),
    (b"7z\xbc\xaf\x27\x1c", say("kind.7-zip")),
    (b"Rar!\x1a", say("kind.rar")),
    (b"\x89PNG\r\n", say("kind.png")),
    (b"\xff\xd8\xff", say("kind.jpeg")),
    (b"GIF8", say("kind.gif")),
    (b"%PDF-", say("kind.pdf")),
    (b"PAR1\x15", say("kind.parquet")),
    (b"\x89HDF\r\n", say("kind.hdf5")),
    (b"SQLite format 3\x00", say("kind.sqlite")),
    (b"\x93NUMPY", say("kind.numpy")),
    (b"\x7fELF", say("kind.program")),
)

_BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class EncodingError(DataError):
    """The text is not in the encoding in which it is read."""


@dataclass(frozen=True)
class Head:
    """The beginning of a file.

    Attributes
    ----------
    content : bytes
        At most `HEAD_BYTES` of it.
    size : int
        Bytes of the whole file.
    """

    content: bytes
    size: int

    @property
    def complete(self) -> bool:
        """Whether the head is the whole file."""
        return self.size <= len(self.content)


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says into a sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise DataError("file.missing", path=str(path)) from error
    except IsADirectoryError as error:
        raise DataError("file.folder", path=str(path)) from error
    except PermissionError as error:
        raise DataError("file.forbidden", path=str(path)) from error
    except UnicodeError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError("file.failed", path=str(path), reason=reason) from error


def read_head(path: Path) -> Head:
    """Read the beginning of a file after checking that it may be a table.

    Raises
    ------
    DataError
        If it does not exist, is a folder or a device, may not be read, is empty or too large, or
        begins like something that is not text.
    """
    head = read_start(path)
    _check_is_text(path, head.content)
    return head


def read_start(path: Path, count: int = HEAD_BYTES) -> Head:
    """Read the first bytes of a file of any kind.

    Raises
    ------
    DataError
        If it does not exist, is a folder or a device, may not be read, is empty or too large.
    """
    with _named_errors(path):
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(str(path))
        if not stat.S_ISREG(status.st_mode):
            raise DataError("file.device", path=str(path))
        _check_size(path, status)
        with path.open("rb") as file:
            return Head(file.read(min(count, status.st_size)), status.st_size)


def _check_size(path: Path, status: os.stat_result) -> None:
    if status.st_size == 0:
        raise DataError("file.empty", place=path.name)
    if status.st_size > LARGEST_FILE:
        raise DataError("file.too-large", place=path.name, size=status.st_size,
                        most=LARGEST_FILE)


def _check_is_text(path: Path, content: bytes) -> None:
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise DataError("file.no-text", place=path.name, what=what)


def find_encoding(content: bytes, complete: bool, place: str) -> str:
    """Return the name of the encoding in which text was written.

    Parameters
    ----------
    content : bytes
        Beginning of a file.
    complete : bool
        Whether it is the whole file; if not, its last character may be cut in two.
    place : str
        The file's name for error messages.

    Raises
    ------
    DataError
        If it is neither UTF-8, UTF-16 (or UTF-32 with its mark) nor Windows-1252 text.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return name
    if (utf16 := _utf16_by_zeros(content)) is not None:
        return utf16
    if b"\0" in content:
        raise DataError("file.zero-byte",
                        place=say("place.byte", file=place, byte=content.index(0)))
    for name in ("utf-8", "cp1252"):
        if _decodes(content, name, complete):
            _check_control_characters(content, place)
            return name
    raise DataError("file.no-encoding", place=place)


def _utf16_by_zeros(content: bytes) -> str | None:
    # Western text in UTF-16 has a zero in every other byte.
    pairs = len(content) // 2
    if pairs < 4:
        return None
    even, odd = content[:2 * pairs:2].count(0), content[1:2 * pairs:2].count(0)
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def _decodes(content: bytes, encoding: str, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(content, final=complete)
    except UnicodeDecodeError:
        return False
    return True


def _check_control_characters(content: bytes, place: str) -> None:
    start = content[:65536]
    strange = len(start) - len(start.translate(None, bytes(range(1, 9)) + bytes(range(14, 32))))
    if strange > max(2, len(start) // 200):
        raise DataError("file.controls", place=place, count=strange)


def decode_head(head: Head, encoding: str, place: str) -> str:
    """Return the head as text; a last character that was cut in two is left out.

    Raises
    ------
    DataError
        If the encoding is unknown or does not fit.
    """
    try:
        # Refuses what Python decodes but is no text, such as hex.
        io.TextIOWrapper(io.BytesIO(), encoding=encoding).close()
        return codecs.getincrementaldecoder(encoding)().decode(head.content, head.complete)
    except LookupError as error:
        raise unknown_encoding(encoding, place) from error
    except UnicodeError as error:
        raise wrong_encoding(encoding, place) from error


def read_text(path: Path, encoding: str = "") -> str:
    """Return a whole text file, ends of line as they are.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str
        How it was saved; empty finds out.

    Raises
    ------
    DataError
        If it is no text file, cannot be read, is not in this encoding or larger than
        `LARGEST_TEXT`.
    """
    head = read_head(path)
    if head.size > LARGEST_TEXT:
        raise DataError("file.text-too-large", place=path.name, size=head.size,
                        most=LARGEST_TEXT)
    found = encoding or find_encoding(head.content, head.complete, path.name)
    with open_lines(path, found) as lines:
        return "".join(lines)


@contextmanager
def open_lines(path: Path, encoding: str) -> Iterator[Iterator[str]]:
    """Open a text file and give its lines, ends of line kept, none longer than `LONGEST_LINE` + 1.

    Raises
    ------
    DataError
        If it cannot be opened, or later, when a line cannot be read or is not in this encoding.
    """
    with _named_errors(path):
        try:
            file = path.open(encoding=encoding, newline="")
        except LookupError as error:
            raise unknown_encoding(encoding, path.name) from error
    with file:
        yield _read_lines(path, file)


def _read_lines(path: Path, file: TextIO) -> Iterator[str]:
    try:
        with _named_errors(path):
            while line := file.readline(LONGEST_LINE + 1):
                yield line
    except UnicodeError as error:
        raise wrong_encoding(str(file.encoding), path.name) from error


def unknown_encoding(encoding: str, place: str) -> DataError:
    """Return the error for an encoding that Python does not know."""
    return DataError("file.unknown-encoding", place=place, encoding=encoding)


def wrong_encoding(encoding: str, place: str) -> EncodingError:
    """Return the error for text that is not in the encoding it is read in."""
    return EncodingError("file.wrong-encoding", place=place, encoding=encoding)
