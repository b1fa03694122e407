"""Examples that are read when they are first needed, ahead of training and in bounded memory."""

from __future__ import annotations

import mmap
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.remark import Remark, remark
from engine.data.rows import ByteRows, Bytes, Reals
from engine.data.unreadable import UnreadableError
from engine.errors import DataError
from engine.messages import Message, say

Indices = NDArray[np.int64]

IN_MEMORY = 256 * 2**20
"""Bytes of all examples up to which they stay in memory; beyond, in a temporary file."""

_LET_GO = 64 * 2**20
"""Bytes of a temporary file that are looked at before what was read of it may leave memory."""

_SPARE = 256 * 2**20
"""Bytes of a disk that are left free."""

THREADS = 4
"""Threads that read at most; as many as there are processors."""

PATIENCE_S = 0.5
"""Seconds after which reading ahead ends, when nobody asks any more."""

_TRIED = 8
"""Examples that are tried in place of one that cannot be read."""

_NAMED = 3
_MISSING, _BEING_READ, _THERE = 0, 1, 2


class LateRows(ByteRows):
    """Rows of bytes that are read when they are first needed; any thread may ask for some.

    Which bytes a row has depends on nothing but the row: not on when it is read, and by whom. In
    place of one that cannot be read stands the next of its group that can be.

    Parameters
    ----------
    shape : tuple[int, int]
        Examples, and bytes of each.
    read : callable
        Returns the bytes of a row, uint8[d]; raises UnreadableError. Threads call it side by side.
    scale, shift : float64[d] or float
        How a byte becomes a number.
    names : sequence of str
        What every row is called where it has to be said that it cannot be read.
    following : int64[n] | None
        A row of the same group after each, in a circle; None: nothing stands for another one.
    blank : int
        Byte that fills a row for which nothing can stand.
    measured : int
        Rows that may be read for a look at how well a network does.
    signature : int
        32 bits that other examples have not.

    Raises
    ------
    DataError
        If they need a temporary file, and there is no room for it.
    """

    def __init__(self, shape: tuple[int, int], read: Callable[[int], Bytes],
                 scale: Reals | float, shift: Reals | float, *, names: Sequence[str],
                 following: Indices | None = None, blank: int = 0, measured: int = 1024,
                 signature: int = 0) -> None:
        self._mapped: mmap.mmap | None = None
        super().__init__(self._room(shape), scale, shift)
        self._read, self._names, self._following = read, names, following
        self._blank, self.measured, self.signature = blank, measured, signature
        self._state = np.zeros(shape[0], np.uint8)
        self._left, self._touched = shape[0], 0
        self._faults: dict[int, Message] = {}
        self._changed = threading.Condition()
        self._urgent: dict[int, None] = {}
        self._ahead: Iterator[int] = iter(())
        self._readers = 0
        self._until = 0.0

    def _room(self, shape: tuple[int, int]) -> Bytes:
        size = shape[0] * shape[1]
        if size <= IN_MEMORY:
            return np.zeros(shape, np.uint8)
        folder = tempfile.gettempdir()
        free = shutil.disk_usage(folder).free
        if size > free - _SPARE:
            raise DataError("data.no-room", place=folder, size=size, free=free)
        try:
            with tempfile.TemporaryFile() as file:
                file.truncate(size)
                # Where a disk fills up later, writing to mapped memory ends the program.
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, size)
                self._mapped = mmap.mmap(file.fileno(), size)
        except OSError as error:
            raise DataError("data.no-room", place=folder, size=size, free=free) from error
        return np.frombuffer(self._mapped, np.uint8).reshape(shape)

    @property
    def is_whole(self) -> bool:
        """Whether all rows have been read."""
        return not self._left

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Which rows could not be read so far."""
        faults = dict(self._faults)
        if not faults:
            return ()
        named = tuple(f"{self._names[row]} ({faults[row]})" for row in sorted(faults)[:_NAMED])
        if self._following is None:
            return (remark("note.late-blanks", count=len(faults), named=named),)
        return (remark("note.late-faults", count=len(faults), named=named),)

    def ready(self, rows: Indices) -> int:
        """Return how many of some rows are there, counted up to the first that is not."""
        missing = np.flatnonzero(self._state[rows] != _THERE)
        return int(missing[0]) if len(missing) else len(rows)

    def need(self, rows: Indices, is_stopped: Callable[[], bool] = lambda: False) -> bool:
        """Wait until some rows are there; return whether they are, for a wait may be stopped."""
        self.touch(len(rows))
        if self.is_whole or self.ready(rows) == len(rows):
            return True
        with self._changed:
            self._urgent.update(dict.fromkeys(rows[self._state[rows] == _MISSING].tolist()))
            while self.ready(rows) < len(rows):
                if is_stopped():
                    return False
                self._keep_reading()
                self._changed.wait(0.02)
        return True

    def read_ahead(self, rows: Indices) -> None:
        """Say which rows will be needed next, in this order; those named before are forgotten."""
        if self.is_whole:
            return
        with self._changed:
            self._ahead = iter(rows[self._state[rows] == _MISSING].tolist())
            self._keep_reading()

    def _keep_reading(self) -> None:
        """Let readers go on, and start those that are missing; the lock is held."""
        self._until = time.monotonic() + PATIENCE_S
        while self._readers < min(THREADS, os.cpu_count() or 1):
            self._readers += 1
            threading.Thread(target=self._work, name="reader").start()

    def _work(self) -> None:
        while True:
            with self._changed:
                row = self._next()
                if row is None:
                    self._readers -= 1
                    return
                self._state[row] = _BEING_READ
            self.content[row] = self._bytes(row)
            with self._changed:
                self._state[row] = _THERE
                self._left -= 1
                if not self._urgent:
                    self._changed.notify_all()

    def _next(self) -> int | None:
        if time.monotonic() > self._until:
            return None
        while self._urgent:
            row = next(iter(self._urgent))
            del self._urgent[row]
            if self._state[row] == _MISSING:
                return row
        return next((row for row in self._ahead if self._state[row] == _MISSING), None)

    def _bytes(self, row: int) -> Bytes | int:
        """Return the bytes of a row, or of what stands for it."""
        tried, candidate = 0, row
        while tried < _TRIED:
            try:
                return self._read(candidate)
            except UnreadableError as error:
                reason = error.reason
            except Exception as error:  # noqa: BLE001 - a thread that dies would be waited for
                reason = say("late.failed", reason=str(error) or type(error).__name__)
            if candidate == row:
                self._faults[row] = reason
            if self._following is None:
                break
            tried, candidate = tried + 1, int(self._following[candidate])
            if candidate == row:
                break
        return self._blank

    def touch(self, count: int) -> None:
        """Take note that so many rows are looked at: now and then, what was read leaves memory."""
        if self._mapped is None or not hasattr(mmap, "MADV_DONTNEED"):
            return
        self._touched += count * self.shape[1]
        if self._touched > _LET_GO:
            self._touched = 0
            self._mapped.madvise(mmap.MADV_DONTNEED)

    def __getitem__(self, rows: Any) -> Reals:
        """Return the numbers of some rows, once they are read."""
        self.need(np.atleast_1d(np.arange(len(self))[rows]).ravel())
        return super().__getitem__(rows)

    def ends(self) -> tuple[float, float]:
        """Return what the smallest and the largest byte stand for: not all rows may be there."""
        both = np.array([np.zeros_like(self.scale), np.full_like(self.scale, 255)])
        both = both * self.scale + self.shift
        return float(both.min()), float(both.max())

    def is_same(self, other: ByteRows) -> bool:
        """Say whether other rows are the same, without reading any."""
        return (isinstance(other, LateRows) and self.signature == other.signature
                and self._is_scaled_as(other))
