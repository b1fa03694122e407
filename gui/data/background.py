"""Slow work off the window's thread, of which only the latest counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance, Slot

from engine.data.progress import heard
from engine.errors import DataError, EngineError

Job = Callable[[], object]
PAUSE_S = 0.05
"""Least time between two times that a job tells how far it is."""


class Background(QObject):
    """Runs one job at a time in a thread of its own; a newer job makes an older one's result void.

    Parameters
    ----------
    name : str
        Name of the threads, and the place in messages.

    Signals
    -------
    done(object)
        The latest job's result. Sent in the thread that this object lives in.
    failed(EngineError)
        Why the latest job has none.
    read(float)
        How much the latest job has read of the file in hand, 0 to 1.
    """

    done = Signal(object)
    failed = Signal(object)
    read = Signal(float)
    _told = Signal(int, float)
    _arrived = Signal(int, object)

    # A thread must not tell its result to an object that is being deleted: who waits for one is
    # kept here until it has come.
    _waiting: ClassVar[set[Background]] = set()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._pending = 0
        self._ticket = 0
        self._threads: list[threading.Thread] = []
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    def submit(self, job: Job) -> None:
        """Start a job; results of those before it will not be told."""
        self._ticket += 1
        self._pending += 1
        self._waiting.add(self)
        thread = threading.Thread(target=self._run, args=(self._ticket, job), name=self._name,
                                  daemon=True)
        self._threads = [*(old for old in self._threads if old.is_alive()), thread]
        thread.start()

    def cancel(self) -> None:
        """Forget the latest job's result."""
        self._ticket += 1

    def join(self, timeout_s: float = 5.0) -> None:
        """Forget all results and wait for the threads to end."""
        self.cancel()
        for thread in self._threads:
            thread.join(timeout_s)

    def _run(self, ticket: int, job: Job) -> None:
        outcome: object = DataError("background.unforeseen", place=self._name)
        told_s = 0.0

        def hear(share: float) -> None:
            nonlocal told_s
            now_s = time.perf_counter()
            if now_s - told_s > PAUSE_S:
                told_s = now_s
                _tell(self._told, ticket, share)

        try:
            with heard(hear):
                outcome = job()
        except EngineError as error:
            outcome = error
        except MemoryError:
            outcome = DataError("background.memory", place=self._name)
        finally:
            _tell(self._arrived, ticket, outcome)

    @Slot(int, float)
    def _on_told(self, ticket: int, share: float) -> None:
        if ticket == self._ticket:
            self.read.emit(share)

    @Slot(int, object)
    def _on_arrived(self, ticket: int, outcome: object) -> None:
        self._pending -= 1
        if not self._pending:
            # All have told what they had to, and end; but until then each holds this object, and
            # the last to let go of it would destroy it in a thread of which it is not.
            for thread in self._threads:
                thread.join()
            self._waiting.discard(self)
        if ticket != self._ticket:
            return
        if isinstance(outcome, EngineError):
            self.failed.emit(outcome)
        else:
            self.done.emit(outcome)


def _tell(signal: SignalInstance, *arguments: object) -> None:
    """Send a signal, unless the program has ended meanwhile, and with it what would send it."""
    with suppress(RuntimeError):
        signal.emit(*arguments)
