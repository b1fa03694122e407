"""How a document waits for slow work: it does it at once, unless a window knows better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Patience(Protocol):
    """Has work done, and returns when it is; what it raises is raised."""

    def __call__(self, name: str, job: Callable[[], Result], /) -> Result:
        """Return what a job returns.

        Parameters
        ----------
        name : str
            What is waited for, as people call it: the name of a file.
        job : callable
            The work; it touches nothing that belongs to the window's thread.
        """


def at_once(_name: str, job: Callable[[], Result]) -> Result:
    """Do it in the thread that asks."""
    return job()
