"""What a network wrote in the course of a run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.telemetry.snapshot import Snapshot

GROWTH, LEAST_STEPS, MOST = 1.7, 50, 24


@dataclass(frozen=True)
class Entry:
    """A text.

    Attributes
    ----------
    begun, step : int
        When it was begun, and when its last token was written.
    prompt, text : str
        What was given, and what the network went on with.
    """

    begun: int
    step: int
    prompt: str
    text: str

    @property
    def steps(self) -> str:
        """Its steps, for people."""
        if self.begun == self.step:
            return f"Step {self.step:,}"
        return f"Steps {self.begun:,} to {self.step:,}"

    def grown_from(self, other: Entry | None) -> bool:
        """Whether this is the other text with more at its end."""
        return other is not None and self.prompt == other.prompt \
            and self.text.startswith(other.text)


class Diary:
    """The newest text, which grows, and earlier ones at steps that lie ever further apart.

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
        before = self.newest
        entry = Entry(snapshot.step, snapshot.step, snapshot.prompt,
                      snapshot.text.removeprefix(snapshot.prompt))
        if before is not None and entry.grown_from(before):
            if entry.text == before.text:
                return False
            self.newest = replace(entry, begun=before.begun)
            return True
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
