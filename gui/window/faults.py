"""What a person sees when the program itself has made a mistake: a sentence, never a traceback."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
    qVersion,
)
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from gui.document.kept import Kept
from gui.program import complain, version

FAULT_EXIT = 3
LARGEST_LOG = 1_000_000
WHAT_NEXT = {
    Kept.COPY: "A copy of your work has been kept. You can go on; if the window behaves oddly, "
               "save your project and start again.",
    Kept.FAILED: "No copy of your unsaved work could be kept: save your project now, under "
                 "another name or in another folder, and start again.",
    Kept.NOTHING: "No work was lost. You can go on; if the window behaves oddly, start again.",
}

log = logging.getLogger("backprop_lab")


def write_log(folder: Path | None) -> Path | None:
    """Let the program write what happens to a file in a folder; returns it, or None without one."""
    # What is logged comes with tracebacks, which Python would write to the terminal otherwise; a
    # disk that is full later on is no reason to do so either.
    logging.getLogger().addHandler(logging.NullHandler())
    logging.raiseExceptions = False
    if folder is None:
        return None
    path = folder / "backprop-lab.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            # To open a pipe waits for somebody who reads it.
            return None
        path.open("ab").close()
        handler = RotatingFileHandler(path, maxBytes=LARGEST_LOG, backupCount=1, encoding="utf-8",
                                      delay=True)
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    qInstallMessageHandler(_log_qt_message)
    return path


class Faults:
    """Catches what no other part of the program has caught. GUI thread only.

    Parameters
    ----------
    log_path : Path | None
        Where the details are written.
    unattended : bool
        Whether nobody can read a dialog; the program then ends.

    Attributes
    ----------
    status : int
        Exit code of a program that a fault has ended; else 0.
    """

    def __init__(self, log_path: Path | None, unattended: bool = False) -> None:
        self.status = 0
        self._log_path = log_path
        self._unattended = unattended
        self._window: QWidget | None = None
        self._keep_work: Callable[[], Kept] = lambda: Kept.NOTHING
        self._box: QMessageBox | None = None

    def install(self) -> None:
        """Catch exceptions from now on."""
        sys.excepthook = self.take
        threading.excepthook = self.take_from_thread

    def guard(self, window: QWidget, keep_work: Callable[[], Kept]) -> None:
        """Stand before a window, and keep the work that is in it.

        Parameters
        ----------
        window : QWidget
            What dialogs stand before.
        keep_work : callable
            Keeps the person's work and returns what became of it.
        """
        self._window, self._keep_work = window, keep_work

    def take(self, kind: type[BaseException], error: BaseException,
             trace: TracebackType | None) -> None:
        """Log an exception, keep the person's work, and say what has happened."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        details = _logged(kind, error, trace)
        kept = self._kept()
        if self._unattended:
            self._give_up(f"Backprop Lab met an error of its own: {error!r}.")
        elif self._box is None and not self.status:
            self._tell("Something went wrong", "Backprop Lab met an error of its own.",
                       WHAT_NEXT[kept], details, "Go on")

    def take_from_thread(self, fault: threading.ExceptHookArgs) -> None:
        """Log what has ended a thread. Any thread.

        No dialog: all threads are helpers, and who waits for one is told by the part that has
        started it.
        """
        if not issubclass(fault.exc_type, SystemExit):
            name = "a thread" if fault.thread is None else f"the thread {fault.thread.name!r}"
            log.error("%s has ended with an error:\n%s", name, "".join(
                traceback.format_exception(fault.exc_type, fault.exc_value, fault.exc_traceback)))

    def end(self, error: Exception) -> None:
        """Log why the program cannot start, say so, and end it with an exit code that is not 0."""
        details = _logged(type(error), error, error.__traceback__)
        text = "Backprop Lab could not start."
        if self._unattended:
            self._give_up(f"Backprop Lab could not start: {error!r}.")
            return
        self.status = FAULT_EXIT
        if self._box is not None:
            # The program has told that it met an error; this is graver.
            self._box.close()
        self._tell("Backprop Lab could not start", text, "Install it again if this happens every "
                   "time. The details say what is missing or broken.", details, "Quit")

    def _kept(self) -> Kept:
        try:
            return self._keep_work()
        except Exception:
            log.exception("the work could not be kept")
            return Kept.FAILED

    def _where(self) -> str:
        return "No log could be written." if self._log_path is None else (
            f"The details are in {self._log_path}.")

    def _give_up(self, sentence: str) -> None:
        self.status = FAULT_EXIT
        complain(f"{sentence} {self._where()}")
        # Once the event loop runs, which may not have begun.
        QTimer.singleShot(0, _exit)

    def _tell(self, title: str, text: str, next_step: str, details: str, answer: str) -> None:
        """Show one dialog; further errors while it is open are only logged."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Critical if self.status else QMessageBox.Icon.Warning)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setInformativeText(f"{next_step} {self._where()}")
        leave = box.addButton(answer, QMessageBox.ButtonRole.AcceptRole)
        copy = box.addButton("Copy details", QMessageBox.ButtonRole.ActionRole)
        # Qt closes the dialog with any button, which would end the program with the details.
        copy.clicked.disconnect()
        copy.clicked.connect(
            lambda: QApplication.clipboard().setText(f"{about_this_machine()}\n{details}"))
        box.setDefaultButton(leave)
        box.setEscapeButton(leave)
        box.finished.connect(self._on_box_finished)
        self._box = box
        box.open()

    def _on_box_finished(self) -> None:
        if self._box is not None:
            self._box.deleteLater()
        self._box = None
        if self.status:
            _exit()


def _exit() -> None:
    QApplication.exit(FAULT_EXIT)


def _logged(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """Write an exception to the log and return what is written."""
    details = "".join(traceback.format_exception(kind, error, trace))
    log.critical("%s", details)
    return details


def about_this_machine() -> str:
    """Return the versions that a report needs."""
    return f"Backprop Lab {version()}, {system()}"


def system() -> str:
    """Return what the program runs on."""
    return f"Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}"


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO,
              QtMsgType.QtWarningMsg: logging.WARNING}
    logging.getLogger("qt").log(levels.get(kind, logging.ERROR), "%s", message)
