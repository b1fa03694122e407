"""Opening a person's text file: is it one, may it be read, how is it encoded."""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.data.encodings import guess, is_mostly_utf8
from engine.data.kinds import binary_kind
from engine.data.limits import (
    HEAD_BYTES,
    LARGEST_FILE,
    LARGEST_TEXT,
    LONGEST_LINE,
    LONGEST_PIECE,
    PIECE_BYTES,
    PIECES,
)
from engine.data.progress import telling
from engine.errors import DataError
from engine.messages import say

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


TOLD_LINES = 4096
"""Lines after which it is told how far reading has come."""


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


def check_access(path: Path) -> None:
    """Raise DataError if a file or folder does not exist, is a device, or may not be read.

    What reads archives and arrays would call such a file damaged.
    """
    with _named_errors(path):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
        elif stat.S_ISREG(mode):
            path.open("rb").close()
        else:
            # To open a pipe waits for somebody who writes to it, perhaps for ever.
            raise DataError("file.device", path=str(path))


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
    what = binary_kind(content)
    if what is not None:
        raise DataError("file.no-text", place=path.name, what=what)


@dataclass(frozen=True)
class Encoding:
    """How a text is encoded.

    Attributes
    ----------
    name : str
        As `codecs.lookup` takes it.
    guessed : bool
        Whether it is no Unicode, so that only its letters told.
    other : str
        Another one that is as likely; empty if there is none.
    """

    name: str
    guessed: bool = False
    other: str = ""


def find_encoding(content: bytes, complete: bool, place: str, later: bytes = b"") -> Encoding:
    """Return the encoding in which text was written.

    Parameters
    ----------
    content : bytes
        Beginning of a file.
    complete : bool
        Whether it is the whole file; if not, its last character may be cut in two.
    place : str
        The file's name for error messages.
    later : bytes
        Lines from behind the beginning, which tell if it is plain ASCII.

    Raises
    ------
    DataError
        If it has zero bytes or control characters, or no encoding fits.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return Encoding(name)
    if (wide := _wide_by_zeros(content)) is not None:
        return Encoding(wide)
    if b"\0" in content:
        raise DataError("file.zero-byte",
                        place=say("place.byte", file=place, byte=content.index(0)))
    _check_control_characters(content, place)
    telling = later if content.isascii() else content
    if _decodes(telling, "utf-8", complete) or is_mostly_utf8(telling):
        return Encoding("utf-8")
    name, other = guess(telling)
    if not name:
        raise DataError("file.no-encoding", place=place)
    return Encoding(name, guessed=True, other=other)


def _wide_by_zeros(content: bytes) -> str | None:
    """Return the encoding of two or four bytes a letter that zeros tell; None if they do not."""
    if len(content) < 8 or b"\0" not in content[:4096]:
        return None
    whole = content[:len(content) // 4 * 4]
    if len(whole) >= 16:
        quarters = [whole[place::4].count(0) / (len(whole) / 4) for place in range(4)]
        if min(quarters[2:]) > 0.99 and quarters[0] < 0.05:
            return "utf-32-le"
        if min(quarters[:2]) > 0.99 and quarters[3] < 0.05:
            return "utf-32-be"
    even, odd = content[::2].count(0), content[1::2].count(0)
    # Digits, separators and ends of line have a zero in every other byte, whatever the script.
    for name, zeros, others, end in (("utf-16-le", odd, even, "\n".encode("utf-16-le")),
                                     ("utf-16-be", even, odd, "\n".encode("utf-16-be"))):
        if zeros > 0.05 * len(content) and others < 0.05 * zeros and (
                end in content or end.replace(b"\n", b"\r") in content) and _decodes(
                    content[:len(content) // 2 * 2], name, complete=False):
            return name
    return None


def _decodes(content: bytes, encoding: str, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(content, final=complete)
    except UnicodeDecodeError:
        return False
    return True


def _check_control_characters(content: bytes, place: str) -> None:
    # The last four separate fields, rows and files, and some programs write them.
    start = content[:65536]
    strange = len(start) - len(start.translate(None, bytes(range(1, 9)) + bytes(range(14, 28))))
    if strange > max(2, len(start) // 200):
        raise DataError("file.controls", place=place, count=strange)


class Mending:
    """Makes letters of bytes that are not UTF-8 in a text that is UTF-8 otherwise.

    Attributes
    ----------
    count : int
        Bytes that were mended.
    line : int
        Number of the first line with such a byte.
    before, letter : str
        What stands in that line before it, and what was made of it.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what was mended: the text is read from its beginning."""
        self.count, self.line, self.before, self.letter = 0, 0, "", ""

    def mended(self, line: str, number: int) -> str:
        """Return a line in which every lone byte is the letter of Windows-1252."""
        if line.isascii() or not (found := _LONE.findall(line)):
            return line
        if not self.count:
            self.line = number
            self.before = _LONE.split(line, maxsplit=1)[0]
            self.letter = _letter(found[0])
        self.count += len(found)
        return _LONE.sub(lambda match: _letter(match[0]), line)


_LONE = re.compile("[\udc80-\udcff]")


def _letter(lone: str) -> str:
    return bytes([ord(lone) - 0xDC00]).decode("cp1252", "replace")


def errors_of(encoding: str, content: bytes) -> str:
    """Return what a decoder is to do with wrong bytes: keep them for `Mending`, or refuse them."""
    plain = encoding.lower().replace("_", "-")
    may = plain in ("utf-8", "utf8", "utf-8-sig") and is_mostly_utf8(content)
    return "surrogateescape" if may else "strict"


def decode_head(head: Head, encoding: str, place: str) -> str:
    """Return the head as text; a last character that was cut in two is left out.

    Lone bytes in a text that is UTF-8 otherwise are kept for `Mending`.

    Raises
    ------
    DataError
        If the encoding is unknown or does not fit.
    """
    try:
        # Refuses what Python decodes but is no text, such as hex.
        io.TextIOWrapper(io.BytesIO(), encoding=encoding).close()
        decoder = codecs.getincrementaldecoder(encoding)(errors_of(encoding, head.content))
        return decoder.decode(head.content, head.complete)
    except LookupError as error:
        raise unknown_encoding(encoding, place) from error
    except UnicodeError as error:
        raise wrong_encoding(encoding, place) from error
    except ValueError as error:
        # A name that holds a null character.
        raise unknown_encoding(encoding, place) from error


def read_pieces(path: Path, head: Head) -> tuple[bytes, ...]:
    """Return bytes from places that are spread over what the head does not show."""
    if head.complete:
        return ()
    begin, end = len(head.content), head.size
    found = []
    with _named_errors(path), path.open("rb") as file:
        # Some whole lines have to lie in each, whatever their length.
        size = max(PIECE_BYTES, 4 * len(head.content) // (head.content.count(b"\n") + 1))
        for number in range(PIECES):
            # A multiple of four, so that no character of UTF-16 or UTF-32 is cut.
            file.seek((begin + number * (end - begin) // PIECES) // 4 * 4)
            found.append(file.read(min(size, LONGEST_PIECE)))
    return tuple(found)


def whole_lines(pieces: Sequence[bytes]) -> bytes:
    """Return the lines of pieces but for their first and last, which are cut."""
    return b"\n".join(b"\n".join(piece.split(b"\n")[1:-1]) for piece in pieces)


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
    found = encoding or find_encoding(head.content, head.complete, path.name,
                                      whole_lines(read_pieces(path, head))).name
    with open_lines(path, found, errors_of(found, head.content)) as lines:
        return "".join(lines)


@contextmanager
def open_lines(path: Path, encoding: str, errors: str = "strict",
               mending: Mending | None = None) -> Iterator[Iterator[str]]:
    """Open a text file and give its lines, ends of line kept, none longer than `LONGEST_LINE` + 1.

    Parameters
    ----------
    path, encoding : Path, str
        The file and how it is encoded.
    errors : str
        As `errors_of` gives it.
    mending : Mending, optional
        Counts the bytes that are mended.

    Raises
    ------
    DataError
        If it cannot be opened, or later, when a line cannot be read or is not in this encoding.
    """
    with _named_errors(path):
        try:
            file = path.open(encoding=encoding, newline="", errors=errors)
        except LookupError as error:
            raise unknown_encoding(encoding, path.name) from error
    with file:
        lines = _read_lines(path, file)
        if errors == "strict":
            yield lines
        else:
            yield _mended_lines(lines, mending or Mending())


def _read_lines(path: Path, file: io.TextIOWrapper) -> Iterator[str]:
    tell, count = telling(os.fstat(file.fileno()).st_size), 0
    try:
        with _named_errors(path):
            while line := file.readline(LONGEST_LINE + 1):
                yield line
                count += 1
                if not count % TOLD_LINES:
                    tell(os.lseek(file.fileno(), 0, os.SEEK_CUR))
    except UnicodeError as error:
        raise wrong_encoding(str(file.encoding), path.name) from error


def _mended_lines(lines: Iterator[str], mending: Mending) -> Iterator[str]:
    mending.begin()
    for number, line in enumerate(lines, start=1):
        # Plain lines, which most are, go as they are.
        yield line if line.isascii() else mending.mended(line, number)


def at_home(path: str) -> Path:
    """Return a path of which a ``~`` at the beginning is somebody's folder, if he is known here."""
    try:
        return Path(path).expanduser() if path.startswith("~") else Path(path)
    except RuntimeError:
        # Then it is a file of that name, which is not there as a rule.
        return Path(path)


def is_there(path: Path) -> bool:
    """Say whether a file or folder exists; what cannot be the path of one, as too long, is not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def unknown_encoding(encoding: str, place: str) -> DataError:
    """Return the error for an encoding that Python does not know."""
    return DataError("file.unknown-encoding", place=place, encoding=encoding)


def wrong_encoding(encoding: str, place: str) -> EncodingError:
    """Return the error for text that is not in the encoding it is read in."""
    return EncodingError("file.wrong-encoding", place=place, encoding=encoding)
