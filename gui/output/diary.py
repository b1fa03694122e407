"""What a network wrote in the course of a run."""

from __future__ import annotations

from dataclasses import dataclass

from engine.telemetry.snapshot import Snapshot

GROWTH, LEAST_STEPS, MOST = 1.7, 50, 24


@dataclass(frozen=True)
class Entry:
    """A text.

    Attributes
    ----------
    step : int
        When it was written.
    prompt, text : str
        The beginning that was given, and what the network went on with.
    """

    step: int
    prompt: str
    text: str


class Diary:
    """The newest text, and earlier ones at steps that lie ever further apart.

    So the way from noise to words fits on a page however long the run is.

    Attributes
    ----------
    earlier : list[Entry]
        Kept texts, the oldest first; none of them changes any more.
    newest : Entry | None
        The text of the last snapshot.
    """

    def __init__(self) -> None:
        self.earlier: list[Entry] = []
        self.newest: Entry | None = None

    def clear(self) -> None:
        """Begin with another run."""
        self.earlier, self.newest = [], None

    def note(self, snapshot: Snapshot) -> bool:
        """Take the text of a snapshot; return whether it is another one."""
        if not snapshot.text:
            return False
        given = snapshot.prompt if snapshot.text.startswith(snapshot.prompt) else ""
        entry = Entry(snapshot.step, given, snapshot.text[len(given):])
        before = self.newest
        if entry == before:
            return False
        if before is not None and entry.step > before.step and self._is_due(before.step):
            self.earlier.append(before)
            # The first shows where it all began, so it is the second that makes room.
            del self.earlier[1:max(len(self.earlier) - MOST + 1, 1)]
        self.newest = entry
        return True

    def _is_due(self, step: int) -> bool:
        if not self.earlier:
            return True
        last = self.earlier[-1].step
        return step >= max(last * GROWTH, last + LEAST_STEPS)
