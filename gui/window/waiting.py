"""Work that a person waits for: off the window's thread, under a card with a way out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.data.progress import heard
from engine.errors import DataError
from gui.document.patience import Result
from gui.widgets import Button, ReadingBar

AT_ONCE_S = 0.15
"""What is done by then shows no card."""
GLANCE_MS = 30
ENOUGH_S, ENOUGH = 1.0, 0.03
"""Seconds, and share of a file, from which its speed tells how long the rest will take."""


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
    share : float
        How much of what is being read has been; 0 where nobody knows.
    """

    def __init__(self, job: Callable[[], Result]) -> None:
        self.done = threading.Event()
        self._job = job
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self.share = 0.0
        threading.Thread(target=self._run, name="Waited for", daemon=True).start()

    def result(self) -> Result:
        """Return what the job has returned, or raise what it has raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            with heard(self._hear):
                self._results.append(self._job())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        finally:
            self.done.set()

    def _hear(self, share: float) -> None:
        self.share = share


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
        self.bar = ReadingBar("Loading")
        self.cancel = Button("Cancel")
        self.cancel.setToolTip("Go on without it (Esc).")
        self.cancel.clicked.connect(self.reject)
        below = QHBoxLayout()
        below.addWidget(self.seconds, 1)
        below.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        for part in (self.words, self.bar):
            column.addWidget(part)
        column.addLayout(below)
        self.setMinimumWidth(360)
        self._left = Left()
        self.tell()

    @Slot()
    def tell(self, share: float = 0.0) -> None:
        """Say how long it has taken, and where that is known how much is read of the file in hand.

        Parameters
        ----------
        share : float
            Of what is being read; 0 where nobody knows, and 1 where it is understood by now.
        """
        now_s = time.perf_counter()
        said = f"{now_s - self._began_s:.0f} s"
        self.bar.set_share(share)
        if 0 < share < 1:
            said += f" · {share:.0%} read"
            left_s = self._left.of(share, now_s)
            if left_s is not None:
                said += f", about {_words(left_s)} left"
        self.seconds.setText(said)


class Left:
    """Estimates how long a reading will still take, from how fast it has gone so far."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None
        self._last = 0.0

    def of(self, share: float, now_s: float) -> float | None:
        """Return the seconds that are left at a share of it; None while nobody can say.

        A share that is smaller than the one before is that of another file.
        """
        if self._first is None or share < self._last:
            self._first = share, now_s
        self._last = share
        read, took_s = share - self._first[0], now_s - self._first[1]
        if took_s < ENOUGH_S or read < ENOUGH:
            return None
        return took_s * (1 - share) / read


def _words(seconds: float) -> str:
    return f"{max(seconds, 1):.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


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
            card.tell(work.share)
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
