"""A one-slot hand-over between two threads: the newest value wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Hands the newest value from one thread to another."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._lock = threading.Lock()

    def put(self, value: T) -> None:
        """Leave a value; one that is still there is thrown away."""
        with self._lock:
            self._value = value

    def take(self) -> T | None:
        """Return the newest value and empty the box; None if it was empty."""
        with self._lock:
            value, self._value = self._value, None
            return value

    @property
    def is_empty(self) -> bool:
        """Whether the last value has been taken."""
        return self._value is None
