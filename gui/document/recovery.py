"""A copy of the work for the case that the program ends before it could be saved."""

from __future__ import annotations

import logging
import os
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QSysInfo, QTimer, Slot

from engine.errors import EngineError
from engine.spec import ProjectSpec, read_project, write_project
from gui.document.document import Document
from gui.document.kept import Kept

PERIOD_MS = 30_000
STALE_S = 600.0
"""Age of a lock from which on another computer's program is taken for dead.

Twenty times the period at which a program that lives says so, since clocks may differ.
"""

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
    """

    project: ProjectSpec
    path: Path
    lock: QLockFile

    def discard(self) -> None:
        """Delete the copy."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.lock.unlock()

    def release(self) -> None:
        """Leave the copy to the next program that looks for some."""
        self.lock.unlock()


class Recovery(QObject):
    """Keeps a copy of unsaved work every half minute. GUI thread only.

    Every window has a copy of its own, locked as long as its program lives.

    Parameters
    ----------
    document : Document
        The work.
    folder : Path
        Where copies are kept.
    """

    def __init__(self, document: Document, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._folder = folder
        self._path = folder / f"{uuid.uuid4().hex}.json"
        self._lock: QLockFile | None = None
        self._kept: ProjectSpec | None = None
        self._leftovers: list[Leftover] = []
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.keep)
        self._timer.start()

    @Slot()
    def keep(self) -> Kept:
        """Write a copy now if there is unsaved work that has none; returns what became of it."""
        self._refresh()
        project = self._document.project
        if not self._document.is_modified():
            self.forget()
            return Kept.NOTHING
        try:
            if project != self._kept or not self._path.exists():
                self._write(project)
        except (EngineError, OSError) as error:
            # Saving still works, and telling every half minute that this does not helps nobody.
            log.info("no copy of the work could be kept: %s", error)
            return Kept.FAILED
        return Kept.COPY

    def _write(self, project: ProjectSpec) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = locked(self._path)
        write_project(project, self._path)
        self._kept = project

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
        self._path, self._lock, self._kept = leftover.path, leftover.lock, leftover.project

    def forget(self) -> None:
        """Delete the copy: the work is saved, or nobody wants it."""
        self._kept = None
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def stop(self) -> None:
        """Keep no more copies."""
        self._timer.stop()

    def leftovers(self) -> list[Leftover]:
        """Return the work that programs before this one have left, the newest first."""
        try:
            paths = sorted(self._folder.glob("*.json"), key=lambda p: -p.stat().st_mtime)
        except OSError:
            return []
        self._leftovers = [found for path in paths if path != self._path
                           and (found := _leftover(path)) is not None]
        return list(self._leftovers)


def locked(path: Path) -> QLockFile | None:
    """Return a lock beside a file, or None if a program that still lives holds it."""
    lock = QLockFile(str(path.with_suffix(".lock")))
    # Of this computer Qt knows which programs live; a clock would take one for dead that sleeps.
    lock.setStaleLockTime(0)
    if lock.tryLock(0):
        return lock
    if _is_given_up(lock):
        lock.setStaleLockTime(round(1000 * STALE_S))
        if lock.tryLock(0):
            return lock
    return None


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
        return Leftover(read_project(path), path, lock)
    except EngineError as error:
        # It may be of a newer version, or on a disk that is back tomorrow.
        log.info("an unreadable copy of work is left where it is: %s", error)
        lock.unlock()
        return None
