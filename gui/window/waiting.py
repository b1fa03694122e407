"""Work that a person waits for: off the window's thread, under a card with a way out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from engine.errors import DataError
from gui.document.patience import Result
from gui.widgets import Button

AT_ONCE_S = 0.15
"""What is done by then shows no card."""
GLANCE_MS = 30


class Work(Generic[Result]):
    """A job in a thread of its own.

    Parameters
    ----------
    job : callable
        The work.

    Attributes
    ----------
    done : threading.Event
        Set when it has come to an end, whatever that is.
    """

    def __init__(self, job: Callable[[], Result]) -> None:
        self.done = threading.Event()
        self._job = job
        self._results: list[Result] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="Waited for", daemon=True).start()

    def result(self) -> Result:
        """Return what the job has returned, or raise what it has raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._job())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        finally:
            self.done.set()


class WaitingCard(QDialog):
    """Says what is waited for, and for how long already; its button ends the waiting.

    Parameters
    ----------
    name : str
        What is waited for.
    parent : QWidget
        The window that it lies over.
    """

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Loading")
        self.setModal(True)
        self._began_s = time.perf_counter()
        self.words = QLabel(f"Loading {name}…")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.seconds = QLabel()
        self.seconds.setProperty("role", "muted")
        bar = QProgressBar()
        # How much is left to do is not known before all of a file has been read.
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("Loading")
        self.cancel = Button("Cancel")
        self.cancel.setToolTip("Go on without it (Esc).")
        self.cancel.clicked.connect(self.reject)
        below = QHBoxLayout()
        below.addWidget(self.seconds, 1)
        below.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        for part in (self.words, bar):
            column.addWidget(part)
        column.addLayout(below)
        self.setMinimumWidth(360)
        self.tell()

    @Slot()
    def tell(self) -> None:
        """Say how long it has taken."""
        self.seconds.setText(f"{time.perf_counter() - self._began_s:.0f} s")


class Waiting(QObject):
    """Does slow work of a document while the window goes on painting. GUI thread only.

    What comes of work that nobody waits for any longer is dropped when it is done.

    Parameters
    ----------
    window : QWidget
        Over which it is said what is waited for.

    Attributes
    ----------
    card : WaitingCard | None
        What is seen of it at the moment.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._is_waiting = False
        self.card: WaitingCard | None = None

    def __call__(self, name: str, job: Callable[[], Result]) -> Result:
        """Return what a job returns; see `gui.document.patience.Patience`.

        Raises
        ------
        DataError
            If a person does not want to wait any longer.
        """
        if self._is_waiting:
            return job()
        self._is_waiting = True
        work = Work(job)
        try:
            if not work.done.wait(AT_ONCE_S) and not self._wait(name, work):
                raise DataError("waiting.cancelled", place=name)
        finally:
            self._is_waiting = False
        return work.result()

    def _wait(self, name: str, work: Work[Result]) -> bool:
        """Return whether it has been done before a person had enough of it."""
        self.card = card = WaitingCard(name, self._window)
        loop = QEventLoop()
        glance = QTimer(card)
        glance.setInterval(GLANCE_MS)

        def look() -> None:
            card.tell()
            if work.done.is_set():
                loop.quit()

        glance.timeout.connect(look)
        card.rejected.connect(loop.quit)
        glance.start()
        card.show()
        loop.exec()
        glance.stop()
        self.card = None
        card.hide()
        card.deleteLater()
        return work.done.is_set()
