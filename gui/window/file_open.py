"""Files that the desktop hands to a running program, as macOS does for every double click."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QProcess
from PySide6.QtGui import QFileOpenEvent


class FileOpener(QObject):
    """Opens each file that arrives: the first one here, others in windows of their own.

    GUI thread only.

    Parameters
    ----------
    app : QObject
        The application, to which such events are sent.
    open_here : callable
        Opens a file in this program's window if that shows nothing that a person has made; returns
        whether it has.
    start : callable
        Starts a program of the given command; by default in a process of its own.
    """

    def __init__(self, app: QObject, open_here: Callable[[Path], bool],
                 start: Callable[[list[str]], object] | None = None) -> None:
        super().__init__(app)
        self._open_here = open_here
        self._start = start or _start_alone
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QFileOpenEvent) or not event.url().isLocalFile():
            return super().eventFilter(watched, event)
        path = Path(event.url().toLocalFile())
        if not self._open_here(path):
            self._start([*program(), str(path)])
        return True


def program() -> list[str]:
    """Return the command that starts this program once more."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "gui"]


def _start_alone(command: list[str]) -> None:
    QProcess.startDetached(command[0], command[1:])
