"""A copy of the work for the case that the program ends before it could be saved."""

from __future__ import annotations

import logging
import os
import stat
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QSysInfo, QTimer, Signal, Slot

from engine.errors import EngineError
from engine.spec import ProjectSpec, read_project, write_project
from engine.spec.replacing import remove_unfinished
from gui.document.document import Change, Document
from gui.document.kept import Kept
from gui.document.sides import Sides

PERIOD_MS = 30_000
SOON_MS = 3_000
"""How long an edit is without a copy at most; a slider that is drawn makes many."""

Work = tuple[ProjectSpec, ProjectSpec | None]
"""A, and B of a pair."""

STALE_S = 600.0
"""Age of a lock from which on another computer's program is taken for dead.

Twenty times the period at which a program that lives says so, since clocks may differ.
"""

LARGEST_LOCK = 2**16
"""Bytes: a lock holds a number and three names."""

log = logging.getLogger(__name__)


@dataclass
class Leftover:
    """Work of a program that has ended without saving it.

    Attributes
    ----------
    project : ProjectSpec
        The work.
    path : Path
        Its copy.
    lock : QLockFile
        Held, so that no other window offers the same work.
    second : ProjectSpec | None
        What stood beside it as B.
    """

    project: ProjectSpec
    path: Path
    lock: QLockFile
    second: ProjectSpec | None = None

    def discard(self) -> None:
        """Delete the copy."""
        _delete(self.path)
        self.lock.unlock()

    def release(self) -> None:
        """Leave the copy to the next program that looks for some."""
        self.lock.unlock()


class Recovery(QObject):
    """Keeps a copy of unsaved work, a few seconds behind it. GUI thread only.

    Every window has a copy of its own, locked as long as its program lives. That it lives is shown
    every half minute.

    Parameters
    ----------
    document : Document
        The work.
    folder : Path
        Where copies are kept.

    Signals
    -------
    failed(str)
        No copy can be kept any more, and why. Told once, until one can.
    """

    failed = Signal(str)

    def __init__(self, document: Document, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._folder = folder
        self._path = folder / f"{uuid.uuid4().hex}.json"
        self._lock: QLockFile | None = None
        self._kept: Work | None = None
        self._leftovers: list[Leftover] = []
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.keep)
        self._timer.start()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.keep)
        self._has_failed = False
        document.changed.connect(self._on_document_changed)

    @Slot()
    def keep(self) -> Kept:
        """Write a copy now if there is unsaved work that has none; returns what became of it."""
        self._refresh()
        work = _work(self._document.sides)
        if not self._document.is_modified():
            self.forget()
            return Kept.NOTHING
        try:
            if work != self._kept or not self._path.exists():
                self._write(work)
        except (EngineError, OSError) as error:
            log.info("no copy of the work could be kept: %s", error)
            # Telling it every half minute helps nobody.
            if not self._has_failed:
                self._has_failed = True
                self.failed.emit(_reason(error))
            return Kept.FAILED
        self._has_failed = False
        return Kept.COPY

    @Slot(object)
    def _on_document_changed(self, _change: Change) -> None:
        if self._timer.isActive() and not self._soon.isActive():
            self._soon.start()

    def _write(self, work: Work) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = locked(self._path)
        first, second = work
        # B first: a copy that is there is whole.
        if second is None:
            _beside(self._path).unlink(missing_ok=True)
        else:
            write_project(second, _beside(self._path))
        write_project(first, self._path)
        self._kept = work

    def _refresh(self) -> None:
        """Show other computers that the program behind its locks lives."""
        for lock in (self._lock, *(found.lock for found in self._leftovers)):
            if lock is not None and lock.isLocked():
                with suppress(OSError):
                    os.utime(lock.fileName())

    def adopt(self, leftover: Leftover) -> None:
        """Let a copy that has been found be the one of the work in this window.

        So there is no moment without a copy, even where none can be written any more.
        """
        self.forget()
        self._path, self._lock = leftover.path, leftover.lock
        self._kept = leftover.project, leftover.second

    def forget(self) -> None:
        """Delete the copy: the work is saved, or nobody wants it."""
        self._kept = None
        _delete(self._path)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def stop(self) -> None:
        """Keep no more copies."""
        self._timer.stop()
        self._soon.stop()

    def leftovers(self) -> list[Leftover]:
        """Return the work that programs before this one have left, the newest first.

        Copies that one of them has not finished writing are removed.
        """
        remove_unfinished(self._folder)
        try:
            paths = sorted(self._folder.glob("*.json"), key=_written, reverse=True)
        except OSError:
            return []
        self._leftovers = [found for path in paths if path != self._path
                           and (found := _leftover(path)) is not None]
        return list(self._leftovers)


def _reason(error: EngineError | OSError) -> str:
    """Return why no copy can be written, in a sentence."""
    return error.sentence if isinstance(error, EngineError) else f"{error.strerror or error}."


def _written(path: Path) -> float:
    """Return when a copy was written; a link that leads nowhere comes last."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _work(sides: Sides) -> Work:
    return sides.first.project, None if sides.second is None else sides.second.project


def _beside(path: Path) -> Path:
    """Return where the copy of B lies beside that of A."""
    return path.with_suffix(".beside")


def _delete(path: Path) -> None:
    """Delete a copy; that of A first, which is the one that is looked for."""
    for each in (path, _beside(path)):
        with suppress(OSError):
            each.unlink(missing_ok=True)


def _second(path: Path) -> ProjectSpec | None:
    """Return the B of a copy; None if there is none, or if it cannot be read."""
    beside = _beside(path)
    try:
        return read_project(beside) if beside.exists() else None
    except EngineError as error:
        log.info("an unreadable copy of B is left out: %s", error)
        return None


def locked(path: Path) -> QLockFile | None:
    """Return a lock beside a file, or None if a program that still lives holds it.

    Where no lock can be made, as on a full disk, nobody holds one, and it is returned all the same.
    """
    lock = QLockFile(str(path.with_suffix(".lock")))
    if _is_no_lock(Path(lock.fileName())):
        return lock
    # Of this computer Qt knows which programs live; a clock would take one for dead that sleeps.
    lock.setStaleLockTime(0)
    if lock.tryLock(0):
        return lock
    if _is_given_up(lock):
        lock.setStaleLockTime(round(1000 * STALE_S))
        if lock.tryLock(0):
            return lock
    return None if _is_held(lock) else lock


def _is_no_lock(path: Path) -> bool:
    """Say whether what stands in the place of a lock is nothing that Qt could read at once."""
    with suppress(OSError):
        found = path.lstat()
        return not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_LOCK
    return False


def _is_held(lock: QLockFile) -> bool:
    """Say whether a program that lives holds a lock, or may, that this one could not have."""
    if lock.error() != QLockFile.LockError.LockFailedError:
        return False
    number, host, _ = lock.getLockInfo()
    if host not in ("", QSysInfo.machineHostName()) or sys.platform == "win32":
        return True
    # Qt removes the lock of a dead program only where it can write another one meanwhile. One
    # without a number was cut off by a full disk.
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OverflowError:
        # No system counts so far.
        return False
    except OSError:
        return True
    return number > 0


def _is_given_up(lock: QLockFile) -> bool:
    """Say whether a lock is another computer's that nobody has refreshed for long."""
    _, host, _ = lock.getLockInfo()
    if host in ("", QSysInfo.machineHostName()):
        return False
    with suppress(OSError):
        return time.time() - Path(lock.fileName()).stat().st_mtime > STALE_S
    return False


def _leftover(path: Path) -> Leftover | None:
    lock = locked(path)
    if lock is None:
        return None
    try:
        return Leftover(read_project(path), path, lock, _second(path))
    except EngineError as error:
        # It may be of a newer version, or on a disk that is back tomorrow.
        log.info("an unreadable copy of work is left where it is: %s", error)
        lock.unlock()
        return None
