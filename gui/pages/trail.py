"""Where somebody has been among the pages, and the way back."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

MOST = 200


class Reason(Protocol):
    """Why a page is shown: what was said that it explains."""

    def html(self) -> str:
        """Return it as rich text; it stands before all else."""
        ...

    def more(self) -> str:
        """Return what else there is to say of it, behind the explanation; empty for nothing."""
        ...


class Stop(NamedTuple):
    """Something that was shown.

    Attributes
    ----------
    kind : str
        ``page``, ``contents``, or ``found``: what was looked for.
    key : str
        ``GROUP/KEY`` of a page; the words that were looked for.
    reason : Reason | None
        Why a page was opened.
    """

    kind: Literal["page", "contents", "found"]
    key: str = ""
    reason: Reason | None = None


class Trail:
    """What was shown before and after what is shown now."""

    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._place = -1

    @property
    def here(self) -> Stop | None:
        """What is shown; None before anything is."""
        return self._stops[self._place] if self._stops else None

    def go(self, stop: Stop) -> None:
        """Go on to something; what lay ahead is forgotten.

        What is looked for takes the place of what was: every letter is no stop of its own.
        """
        if stop == self.here:
            return
        here = self.here
        replaces = here is not None and here.kind == stop.kind == "found"
        del self._stops[self._place + (0 if replaces else 1):]
        self._stops = [*self._stops, stop][-MOST:]
        self._place = len(self._stops) - 1

    def can_move(self, by: int) -> bool:
        """Say whether there is something so many stops ahead, or behind where negative."""
        return 0 <= self._place + by < len(self._stops)

    def move(self, by: int) -> None:
        """Go so many stops on, or back; nothing if there is none."""
        if self.can_move(by):
            self._place += by
