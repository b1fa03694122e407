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

_SAVE_AS_CSV = "Save it as CSV (text, with commas or semicolons) in the program that made it"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive, perhaps an Excel or LibreOffice workbook"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh91AY", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PAR1\x15", "a Parquet file"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x7fELF", "a program"),
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
        raise DataError(str(path), "there is no such file", "an existing file",
                        "Choose the file again; it may have been moved or renamed") from error
    except IsADirectoryError as error:
        raise DataError(str(path), "this is a folder", "a text file",
                        "Choose a file inside it") from error
    except PermissionError as error:
        raise DataError(str(path), "the file may not be read (permission denied)",
                        "a file that you may read",
                        "Copy it to a folder of your own or ask its owner") from error
    except UnicodeError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(str(path), f"the file cannot be read ({reason})", "a readable file",
                        "Copy it to this computer and choose the copy") from error


def read_head(path: Path) -> Head:
    """Read the beginning of a file after checking that it may be a table.

    Raises
    ------
    DataError
        If it does not exist, is a folder or a device, may not be read, is empty or too large, or
        begins like something that is not text.
    """
    with _named_errors(path):
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(str(path))
        if not stat.S_ISREG(status.st_mode):
            raise DataError(str(path), "this is a device, not a file", "a text file",
                            "Choose a file")
        _check_size(path, status)
        with path.open("rb") as file:
            head = Head(file.read(HEAD_BYTES), status.st_size)
    _check_is_text(path, head.content)
    return head


def _check_size(path: Path, status: os.stat_result) -> None:
    if status.st_size == 0:
        raise DataError(path.name, "the file is empty", "a row of names and rows of values",
                        "Choose another file or save this one again")
    if status.st_size > LARGEST_FILE:
        raise DataError(path.name, f"the file has {status.st_size:,} bytes",
                        f"at most {LARGEST_FILE:,}", "Save fewer rows or columns of it")


def _check_is_text(path: Path, content: bytes) -> None:
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise DataError(path.name, f"this is {what}", "a text file", _SAVE_AS_CSV)


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
        raise DataError(f"{place}, byte {content.index(0):,}", "a zero byte, which text never has",
                        "a text file", _SAVE_AS_CSV)
    for name in ("utf-8", "cp1252"):
        if _decodes(content, name, complete):
            _check_control_characters(content, place)
            return name
    raise DataError(place, "the file is in no encoding that can be found out",
                    "UTF-8, UTF-16 or Windows-1252 text",
                    "Save it as UTF-8, or choose its encoding by name")


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
        raise DataError(place, f"{strange:,} control characters, which text does not have",
                        "a text file", _SAVE_AS_CSV)


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
        raise DataError(path.name, f"the file has {head.size:,} bytes", f"at most {LARGEST_TEXT:,}",
                        "Choose a shorter text")
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
    return DataError(place, f"there is no text encoding called {encoding!r}",
                     "a name such as utf-8, utf-16 or cp1252", "Choose another encoding")


def wrong_encoding(encoding: str, place: str) -> EncodingError:
    """Return the error for text that is not in the encoding it is read in."""
    return EncodingError(place, f"the text is not in the encoding {encoding}",
                         "the encoding that the file was saved in",
                         "Choose another encoding (Windows-1252 is common) or save it as UTF-8")
