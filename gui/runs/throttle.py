"""Wishes that come faster than they can be granted."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot


class Throttle(QObject):
    """Lets the first number pass at once, then the latest one at most every so often.

    Parameters
    ----------
    interval_ms : int
        The least time between two numbers.

    Signals
    -------
    passed(int)
        A number has come through; the last one always does.
    """

    passed = Signal(int)

    def __init__(self, interval_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: int | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._on_timer_timeout)

    def send(self, number: int) -> None:
        """Let a number pass, now or soon; one that still waits is forgotten."""
        if self._timer.isActive():
            self._waiting = number
        else:
            self._timer.start()
            self.passed.emit(number)

    def is_waiting(self) -> bool:
        """Say whether a number is still to come."""
        return self._waiting is not None

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting = None
        self._timer.stop()

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self._waiting is not None:
            number, self._waiting = self._waiting, None
            self._timer.start()
            self.passed.emit(number)
