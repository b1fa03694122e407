"""What was said in the course of a run, however long it lasts."""

from __future__ import annotations

from bisect import bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")

LARGEST = 256
"""Moments that are kept; every second one is dropped when there are more."""


class Memory(Generic[T]):
    """Values by step, thinned out evenly; the newest is always among them."""

    def __init__(self) -> None:
        self._steps: list[int] = []
        self._values: list[T] = []
        self._stride = 1
        self._newest: tuple[int, T] | None = None

    def __len__(self) -> int:
        return len(self._steps)

    def note(self, step: int, value: T) -> None:
        """Remember what was said at a step later than all before, or what is said of the last anew.

        In the latter case, what was said of it before is forgotten.
        """
        self._newest = step, value
        if self._steps and self._steps[-1] == step:
            self._values[-1] = value
        # Far enough apart that the early part of a long run stays as dense as its late part.
        if not self._steps or step - self._steps[-1] >= self._stride:
            self._steps.append(step)
            self._values.append(value)
        while len(self._steps) > LARGEST:
            self._steps, self._values = self._steps[::2], self._values[::2]
            self._stride *= 2

    def at(self, step: int) -> T | None:
        """Return the last that is remembered of a step or of those before; None before the first.

        Of a step that was dropped, it is what was said at most a few snapshots before.
        """
        if self._newest is not None and step >= self._newest[0]:
            return self._newest[1]
        place = bisect_right(self._steps, step)
        return self._values[place - 1] if place else None
