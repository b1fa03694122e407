"""Ctrl+C, and the other ways in which a person or a system asks a program to end."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
                if hasattr(signal, name))
"""Ctrl+C; a system that shuts down or a scheduler; a terminal that is closed, on Windows by its
own signal."""

AT_ONCE = signal.SIGINT
"""Asked for twice, it ends the program at once. The others come twice by themselves, as from a
shell that goes together with its terminal."""

_BASE = 128
"""What shells add to the number of the signal that has ended a program."""


class Heard:
    """Which signal has asked the program to end.

    Attributes
    ----------
    number : int
        The first that was heard; 0 while none was.
    """

    def __init__(self) -> None:
        self.number = 0

    @property
    def status(self) -> int:
        """The exit code that says so; 0 while none was heard."""
        return _BASE + self.number if self.number else 0


@contextmanager
def interruptible(interrupt: Callable[[], None]) -> Iterator[Heard]:
    """Let whatever asks the program to end call ``interrupt``, to end tidily.

    Ctrl+C pressed again ends the program at once. What is ignored, as in the background of a shell
    or under nohup, stays ignored.
    """
    def hear(number: int, _frame: FrameType | None) -> None:
        if heard.number and number == AT_ONCE:
            raise KeyboardInterrupt
        heard.number = heard.number or number
        interrupt()

    heard = Heard()
    with _hearing(hear):
        yield heard


@contextmanager
def put_off() -> Iterator[Callable[[], None]]:
    """Let nothing but what is yielded raise what asks the program to end.

    While code is compiled, Python is called back from C, where an exception is lost or ends the
    program with a fault: so a signal is noted, and raised when it is asked for, KeyboardInterrupt
    for Ctrl+C and SystemExit for the others. Ctrl+C pressed again ends the program at once.
    """
    def hear(number: int, _frame: FrameType | None) -> None:
        if heard.number and number == AT_ONCE:
            os._exit(heard.status)
        heard.number = heard.number or number

    def check() -> None:
        if heard.number == AT_ONCE:
            raise KeyboardInterrupt
        if heard.number:
            raise SystemExit(heard.status)

    heard = Heard()
    with _hearing(hear):
        yield check
    check()


@contextmanager
def _hearing(hear: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have signals heard, where this thread is the one that hears them."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in ENDINGS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
