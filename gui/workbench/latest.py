"""A thread for what takes too long for the window's, and of which only the newest counts."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import EngineError

JOIN_S = 2.0
"""As long as the end of the program waits for it; what it does is short."""

Work = Callable[[], object]

log = logging.getLogger(__name__)


class Latest(QObject):
    """Does what was asked for last, one thing at a time. GUI thread only.

    What has been asked for while another thing was being done makes needless all that was asked
    for before it. Nothing that Numba compiles belongs here.

    Parameters
    ----------
    name : str
        What the thread is called.

    Signals
    -------
    done(object)
        What has come of what was asked for last.
    failed(EngineError)
        Why nothing has.
    """

    done = Signal(object)
    failed = Signal(object)
    _ended = Signal(int, object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._asked: queue.SimpleQueue[tuple[int, Work] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._number = self._answered = 0
        self._is_closing = False
        self._ended.connect(self._on_ended)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._answered != self._number

    def ask(self, work: Work) -> None:
        """Have something done; what was asked before is not answered any more."""
        self._number += 1
        self._asked.put((self._number, work))
        if self._thread is None:
            # No start of the program waits for it.
            self._thread = threading.Thread(target=self._live, name=self._name, daemon=True)
            self._thread.start()

    def forget(self) -> None:
        """Let nothing that is on its way be answered."""
        self._number += 1
        self._answered = self._number

    def shut_down(self) -> None:
        """End the thread, and wait for it; again does no harm."""
        self.forget()
        self._is_closing = True
        if self._thread is not None:
            self._asked.put(None)
            self._thread.join(JOIN_S)
            self._thread = None

    def _live(self) -> None:
        while (asked := self._newest()) is not None:
            self._do(*asked)
            if self._is_closing:
                return
            # While it waits, nothing of what was asked, nor of the answer, is kept by this thread.
            del asked

    def _do(self, number: int, work: Work) -> None:
        """Do what was asked for, and tell what has come of it unless nobody is there to hear."""
        found, failure = None, None
        try:
            found = work()
        except EngineError as error:
            failure = error
        except Exception as error:
            # The thread goes on, and the person reads what has happened.
            log.exception("%s met an unexpected error", self._name)
            failure = EngineError("run.internal-error", error=repr(error))
        if not self._is_closing:
            self._ended.emit(number, found, failure)

    def _newest(self) -> tuple[int, Work] | None:
        """Wait for something to do; return the last of what has been asked for."""
        newest = self._asked.get()
        while newest is not None:
            try:
                newest = self._asked.get_nowait()
            except queue.Empty:
                break
        return newest

    @Slot(int, object, object)
    def _on_ended(self, number: int, found: object, error: EngineError | None) -> None:
        if number != self._number:
            return
        self._answered = number
        if error is None:
            self.done.emit(found)
        else:
            self.failed.emit(error)
