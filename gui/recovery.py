"""A copy of the work for the case that the program ends before it could be saved."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Slot

from engine.errors import EngineError
from engine.spec import ProjectSpec, read_project, write_project
from gui.builder.document import Document

PERIOD_MS = 30_000

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
        self.path.unlink(missing_ok=True)
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
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.keep)
        self._timer.start()

    @Slot()
    def keep(self) -> None:
        """Write a copy now if there is unsaved work that has none."""
        project = self._document.project
        if not self._document.is_modified():
            self.forget()
        elif project != self._kept:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                if self._lock is None:
                    self._lock = locked(self._path)
                write_project(project, self._path)
                self._kept = project
            except (EngineError, OSError) as error:
                # Saving still works, and telling every half minute that this does not helps nobody.
                log.info("no copy of the work could be kept: %s", error)

    def forget(self) -> None:
        """Delete the copy: the work is saved, or nobody wants it."""
        self._kept = None
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
        return [found for path in paths if path != self._path
                and (found := _leftover(path)) is not None]


def locked(path: Path) -> QLockFile | None:
    """Return a lock beside a file, or None if a program that still lives holds it."""
    lock = QLockFile(str(path.with_suffix(".lock")))
    lock.setStaleLockTime(0)
    return lock if lock.tryLock(0) else None


def _leftover(path: Path) -> Leftover | None:
    lock = locked(path)
    if lock is None:
        return None
    try:
        return Leftover(read_project(path), path, lock)
    except EngineError as error:
        log.info("an unreadable copy of work is deleted: %s", error)
        path.unlink(missing_ok=True)
        lock.unlock()
        return None
