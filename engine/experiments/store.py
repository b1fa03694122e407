"""Results in a file that survives whatever ends the program."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from engine.errors import FormatError
from engine.experiments.results import Result
from engine.spec.locks import lock
from engine.spec.opening import opened

SUFFIX = ".results"

SYNC_S = 2.0
"""Seconds after which what was written is brought to the disk: what a power cut can cost."""

_DECODER = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_RESULT = msgspec.json.Decoder(Result)


class Store:
    """Appends results to a file, and knows all that are in it.

    A line is ``["checksum",result]``. One that is torn, because the program was killed or the disk
    was full while it was written, is passed over; what comes next begins on a line of its own. A
    store that is open to be appended to keeps every other program from doing so; when the program
    ends, however it ends, the system lets go of it.

    Parameters
    ----------
    path : Path
        The file; by convention its name ends in `SUFFIX`. It is made if need be, with its folder.
    appends : bool
        Whether results are to be appended; if not, it may be open elsewhere meanwhile.

    Attributes
    ----------
    path : Path
        The file.
    torn : int
        Lines that could not be read.

    Raises
    ------
    FormatError
        If it cannot be read or written, is no file of results, or another program has it open.
    """

    def __init__(self, path: Path, *, appends: bool = True) -> None:
        self.path = path
        self.torn = 0
        self._results: dict[str, Result] = {}
        self._file = -1
        self._needs_break = False
        self._synced = time.monotonic()
        try:
            if appends:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(path, _APPENDING, 0o666)
                self._lock()
            self._read()
        except OSError as error:
            self.close()
            raise self._unwritable(error) from error
        except FormatError:
            self.close()
            raise

    def results(self) -> list[Result]:
        """Return all results, in the order in which they were appended."""
        return list(self._results.values())

    def finished(self, keys: Iterable[str]) -> dict[str, Result]:
        """Return the results of those cells that have one, by key."""
        return {key: self._results[key] for key in keys if key in self._results}

    def append(self, result: Result) -> None:
        """Write a result, in one go; a cell that has one keeps it.

        Raises
        ------
        FormatError
            If it cannot be written: nothing of it is kept then.
        """
        if result.key in self._results:
            return
        line = _line(result)
        try:
            self._write(b"\n" + line if self._needs_break else line)
        except OSError as error:
            raise self._unwritable(error) from error
        self._needs_break = False
        self._results[result.key] = result

    def close(self) -> None:
        """Bring all to the disk and let others append."""
        if self._file < 0:
            return
        file, self._file = self._file, -1
        try:
            os.fsync(file)
        except OSError:
            # What was appended is there; only a power cut could still take it.
            pass
        finally:
            os.close(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _write(self, line: bytes) -> None:
        begin, is_torn = os.fstat(self._file).st_size, self._needs_break
        try:
            done = 0
            while done < len(line):
                # A full disk takes a part, and says so only when asked for the rest.
                done += os.write(self._file, line[done:])
        except OSError:
            self._needs_break = True
            os.ftruncate(self._file, begin)
            self._needs_break = is_torn
            raise
        now = time.monotonic()
        if now - self._synced > SYNC_S:
            os.fsync(self._file)
            self._synced = now

    def _read(self) -> None:
        content = b""
        if self.path.exists():
            # Refuses pipes and devices, which may have no end.
            with opened(self.path) as file:
                content = file.read()
        lines = content.split(b"\n")
        for line in lines:
            result = _result(line)
            if result is not None:
                self._results.setdefault(result.key, result)
            elif line:
                self.torn += 1
        if self.torn and not self._results and (len(lines) > 1 or not _begins(content)):
            raise FormatError("store.other", place=self.path.name)
        self._needs_break = bool(lines[-1])

    def _lock(self) -> None:
        """Take the file for this program; raises FormatError where another one has it."""
        try:
            lock(self._file)
        except BlockingIOError as error:
            raise FormatError("store.taken", place=self.path.name) from error
        except OSError:
            # Some file systems know no locks. Lines are appended in one go, so that two programs
            # would compute cells twice there, and lose none.
            pass

    def _unwritable(self, error: OSError) -> FormatError:
        return FormatError("results.unwritable", path=str(self.path),
                           reason=error.strerror or str(error))


_APPENDING = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


def _line(result: Result) -> bytes:
    content = msgspec.json.encode(result)
    return b'["%08x",%s]\n' % (zlib.crc32(content), content)


def _result(line: bytes) -> Result | None:
    """Return what a line says; None if not all of it is there."""
    try:
        checksum, content = _DECODER.decode(line)
        if f"{zlib.crc32(content):08x}" != checksum:
            return None
        return _RESULT.decode(content)
    except (msgspec.MsgspecError, UnicodeError):
        return None


def _begins(content: bytes) -> bool:
    """Say whether something may be the beginning of a first line."""
    return content[:2] == b'["'[:len(content)]
