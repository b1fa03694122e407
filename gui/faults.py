"""What a person sees when the program itself has made a mistake: a sentence, never a traceback."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler, qVersion
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from gui.command_line import complain, version

UNATTENDED_EXIT = 3
LARGEST_LOG = 1_000_000

log = logging.getLogger("backprop_lab")


def write_log(folder: Path) -> Path | None:
    """Let the program write what happens to a file in a folder; returns it, or None without one."""
    path = folder / "backprop-lab.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
        handler = RotatingFileHandler(path, maxBytes=LARGEST_LOG, backupCount=1, encoding="utf-8",
                                      delay=True)
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # A disk that is full later on is no reason to write tracebacks to the terminal.
    logging.raiseExceptions = False
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    qInstallMessageHandler(_log_qt_message)
    return path


class Faults:
    """Catches what no other part of the program has caught.

    Parameters
    ----------
    log_path : Path | None
        Where the details are written.
    before_telling : callable
        Keeps the person's work; called first.
    unattended : bool
        Whether nobody can read a dialog; the program then ends with code 3.
    window : QWidget | None
        What the dialog stands before.
    """

    def __init__(self, log_path: Path | None, before_telling: Callable[[], None],
                 unattended: bool = False, window: QWidget | None = None) -> None:
        self._window = window
        self._log_path = log_path
        self._before_telling = before_telling
        self._unattended = unattended
        self._box: QMessageBox | None = None

    def install(self) -> None:
        """Catch exceptions from now on."""
        sys.excepthook = self.take

    def take(self, kind: type[BaseException], error: BaseException,
             trace: TracebackType | None) -> None:
        """Log an exception, keep the person's work, and say what has happened."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        log.critical("%s", details)
        try:
            self._before_telling()
        except Exception:
            log.exception("the work could not be kept")
        if self._unattended:
            complain(f"Backprop Lab met an error of its own: {error!r}. Details: {self._log_path}.")
            QApplication.exit(UNATTENDED_EXIT)
        elif self._box is None:
            self._tell(details)

    def _tell(self, details: str) -> None:
        """Show one dialog; further errors while it is open are only logged."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Something went wrong")
        box.setText("Backprop Lab met an error of its own.")
        kept = f" The details are in {self._log_path}." if self._log_path else ""
        box.setInformativeText("Your work has been kept. You can go on; if the window behaves "
                               f"oddly, save your project and start again.{kept}")
        go_on = box.addButton("Go on", QMessageBox.ButtonRole.AcceptRole)
        copy = box.addButton("Copy details", QMessageBox.ButtonRole.HelpRole)
        box.setDefaultButton(go_on)
        copy.clicked.connect(
            lambda: QApplication.clipboard().setText(f"{about_this_machine()}\n{details}"))
        box.finished.connect(self._on_box_finished)
        self._box = box
        box.open()

    def _on_box_finished(self) -> None:
        if self._box is not None:
            self._box.deleteLater()
        self._box = None


def about_this_machine() -> str:
    """Return the versions that a report needs."""
    return (f"Backprop Lab {version()}, Python {platform.python_version()}, Qt {qVersion()}, "
            f"{platform.platform()}")


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO,
              QtMsgType.QtWarningMsg: logging.WARNING}
    logging.getLogger("qt").log(levels.get(kind, logging.ERROR), "%s", message)
