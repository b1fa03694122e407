"""How far the reading of data has come, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Hear = Callable[[float], None]
"""Told, in any thread and often, which share of a reading is done, 0 to 1; it begins anew with the
next file."""
Tell = Callable[[float], None]
"""Says how much of what there is to do has been done."""

_HEARS: ContextVar[Hear | None] = ContextVar("who hears how far reading has come", default=None)


@contextmanager
def heard(hear: Hear) -> Iterator[None]:
    """Let what is read meanwhile in this thread tell how far it has come."""
    token = _HEARS.set(hear)
    try:
        yield
    finally:
        _HEARS.reset(token)


def telling(total: float) -> Tell:
    """Return what tells how far a reading has come; any thread may call it.

    Parameters
    ----------
    total : float
        How much there is to do: bytes, images, recordings. Where that is not known, say nothing.
    """
    hear = _HEARS.get()
    if hear is None or total <= 0:
        return _nobody

    def tell(done: float) -> None:
        hear(min(max(done / total, 0.0), 1.0))

    return tell


def _nobody(_done: float) -> None:
    """Tell nobody."""
