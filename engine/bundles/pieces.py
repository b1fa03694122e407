"""Bytes that are written piece by piece, and archives of them: no more than a piece is held."""

from __future__ import annotations

import errno
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from engine.spec.opening import opened

PIECE = 2**20
"""Bytes of a piece."""

Piece = bytes | memoryview


class Part:
    """Bytes that can be asked for again and again, a piece at a time.

    Parameters
    ----------
    size : int
        How many they are.
    pieces : callable
        Returns them from the first to the last; the same ones every time.

    Attributes
    ----------
    size : int
        How many they are.
    """

    def __init__(self, size: int, pieces: Callable[[], Iterator[Piece]]) -> None:
        self.size = size
        self.pieces = pieces

    def content(self) -> bytes:
        """Return all of them at once."""
        return b"".join(self.pieces())


def of_bytes(content: bytes) -> Part:
    """Return the part that holds these bytes."""
    return Part(len(content), lambda: iter((content,)))


def of_memory(begin: bytes, view: memoryview) -> Part:
    """Return the part of some bytes, and behind them those of a view, which are not copied."""
    def pieces() -> Iterator[Piece]:
        yield begin
        for place in range(0, len(view), PIECE):
            yield view[place:place + PIECE]

    return Part(len(begin) + len(view), pieces)


class FilePart(Part):
    """A stretch of a file, read whenever it is asked for.

    Parameters
    ----------
    path : Path
        The file; nothing is read yet.
    begin, size : int
        The stretch.

    Notes
    -----
    Its pieces raise OSError where the file is no longer what it was when it was read before.
    """

    def __init__(self, path: Path, begin: int, size: int) -> None:
        super().__init__(size, self._read)
        self._path, self._begin = path, begin

    @cached_property
    def _sums(self) -> list[int]:
        return []

    def _read(self) -> Iterator[Piece]:
        left, crc = self.size, 0
        with opened(self._path) as file:
            file.seek(self._begin)
            while left and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                crc = zlib.crc32(piece, crc)
                yield piece
        self._sums.append(crc)
        if left or crc != self._sums[0]:
            raise OSError(errno.EIO, "it has changed meanwhile", str(self._path))


class _Sheet(io.RawIOBase):
    """Where `zipfile` writes: headers are kept by their places, and of contents the room alone."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[int, bytes] = {}
        self.size = 0
        self.keeps = True
        self._place = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET:
            raise OSError(errno.EINVAL, "only from the begin")
        self._place = place
        return place

    def write(self, content: Piece) -> int:  # type: ignore[override]
        if self.keeps:
            self.kept[self._place] = bytes(content)
        self._place += len(content)
        self.size = max(self.size, self._place)
        return len(content)


def zip_of(files: Mapping[str, Part]) -> Part:
    """Return a zip of files, none of them compressed; the same files make the same bytes.

    Every file is read once here, for its checksum stands before it, and again with every use.
    """
    sheet, places = _Sheet(), {}
    with zipfile.ZipFile(sheet, "w", zipfile.ZIP_STORED) as archive:
        for name, part in files.items():
            # Without a date of its own the same project is the same file.
            about = zipfile.ZipInfo(name)
            about.file_size = part.size
            with archive.open(about, "w") as file:
                places[sheet.tell()] = part
                sheet.keeps = False
                for piece in part.pieces():
                    file.write(piece)
                sheet.keeps = True

    def pieces() -> Iterator[Piece]:
        for begin in sorted(sheet.kept.keys() | places.keys()):
            # A file of no bytes has its place where the next header stands.
            if begin in places:
                yield from places[begin].pieces()
            if begin in sheet.kept:
                yield sheet.kept[begin]

    return Part(sheet.size, pieces)
