"""Files of results that never take the place of one that holds more."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engine.errors import FormatError
from engine.spec.locks import claiming_folder
from engine.spec.replacing import Unfinished, remove_unfinished
from gui.terminal.batch_run import named_errors
from gui.terminal.history_file import header_line

BLOCK = 2**20


class ResultFile:
    """A table that is written beside its place, and put there when it is done.

    Parameters
    ----------
    folder : Path
        Where it belongs; made if need be.
    name : str
        Its name, ``history-a.csv``.
    columns : Sequence[str]
        Names of its columns.

    Raises
    ------
    FormatError
        If it cannot be written.
    """

    def __init__(self, folder: Path, name: str, columns: Sequence[str]) -> None:
        self._folder, self._name = folder, name
        self._rows = 0
        with named_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._part = Unfinished(folder / name)
            self._file = io.TextIOWrapper(self._part.file, encoding="utf-8", newline="\n")
            self._file.write(header_line(columns))

    def write(self, lines: str) -> None:
        """Append whole lines."""
        with named_errors(self._folder):
            self._file.write(lines)
        self._rows += lines.count("\n")

    def close(self) -> Path:
        """Put it in its place, or beside a file there that has more lines; return where it is."""
        with named_errors(self._folder):
            try:
                self._file.flush()
                place = self._free_place()
                self._part.put(place)
            finally:
                self._part.discard()
        remove_unfinished(self._folder, self._name)
        return place

    def _free_place(self) -> Path:
        """Return the first of ``name.csv``, ``name-2.csv`` and so on that holds no more."""
        wanted = self._folder / self._name
        place, number = wanted, 1
        while place.exists() and _rows(place) > self._rows:
            number += 1
            place = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        return place


def check_folder(folder: Path) -> None:
    """Raise FormatError for what is there and no folder: told now, and not when all is learned."""
    with named_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Keep other programs from writing several files of results into a folder meanwhile.

    The folder is made if need be.

    Raises
    ------
    FormatError
        If another program holds it, or it cannot be made.
    """
    with named_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with named_errors(folder):
            claimed = stack.enter_context(claiming_folder(folder))
        if not claimed:
            raise FormatError("results.busy", path=str(folder))
        yield


def _rows(path: Path) -> int:
    """Return how many lines a file has behind its header."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b"")) - 1
