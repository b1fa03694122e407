"""Who computes the cells of a sweep: what all executors do alike, and how they tell of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from engine.errors import EngineError
from engine.experiments.cell import Job
from engine.experiments.results import Result
from engine.messages import Message, say

log = logging.getLogger(__name__)

State = Literal["starting", "preparing", "working", "idle", "lost", "differs"]


@dataclass(frozen=True)
class WorkerState:
    """One who computes, as it is now.

    Attributes
    ----------
    name : str
        ``1``, ``2`` on this computer; on others the computer's name too.
    state : str
        ``starting``: it is not there yet; ``preparing``: it compiles what the network needs;
        ``working``, ``idle``; ``lost``: it has gone, and what it was at is done by another one;
        ``differs``: it has another version of the program, and is given nothing.
    done : int
        Cells that it has computed.
    values : tuple
        Coordinates of the cell that it is at; empty if it is at none.
    message : Message | None
        What there is to say of it.
    """

    name: str
    state: State
    done: int = 0
    values: tuple[bool | int | float | str, ...] = ()
    message: Message | None = None


class Feed(Protocol):
    """Where an executor takes its work from, and leaves what came of it. Any thread may call."""

    def take(self) -> Job | None:
        """Return the next cell to be computed; None if there is none at present."""

    def done(self, job: Job, result: Result) -> None:
        """Take what came of a cell."""

    def give_back(self, job: Job, *, is_suspect: bool = False) -> None:
        """Take back a cell whose worker has gone.

        Where the worker was at this very cell, the cell is suspect: one that ends several workers
        is given to no other.
        """

    def failed(self, message: Message) -> None:
        """Hear that the sweep cannot go on at all, and why."""


@contextmanager
def answering(feed: Feed) -> Iterator[None]:
    """Let a feed hear why the thread that serves it ends early, whatever that is."""
    try:
        yield
    except EngineError as error:
        feed.failed(error.message)
    except Exception:
        # Whoever waits for cells would wait for ever.
        log.exception("a sweep's executor met an unexpected error")
        feed.failed(say("background.unforeseen", place="Sweep"))


class Executor(Protocol):
    """Computes cells somewhere."""

    def start(self, feed: Feed) -> None:
        """Begin to take cells and to compute them; returns at once."""

    def wake(self) -> None:
        """Look again whether there is work: there was none, and now there may be."""

    def cancel(self) -> None:
        """Take no more cells and leave off those in hand; what is done stays done."""

    def close(self) -> None:
        """Do as `cancel`, and return when nothing runs any more."""

    @property
    def workers(self) -> tuple[WorkerState, ...]:
        """All who compute, as they are now."""
