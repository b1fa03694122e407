"""What is kept of one run's steps, and which of them somebody looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.telemetry.parts import Part, Wanted
from engine.telemetry.recorder import RECENT, Recorder
from gui.frames.recording import Recording

if TYPE_CHECKING:
    from engine.diagnosis.verdicts import RunJudge, Verdict
    from engine.telemetry.black_box import BlackBox
    from engine.telemetry.recorder import Moment
    from engine.telemetry.snapshot import Snapshot


class Shown(NamedTuple):
    """What a frame shows.

    Attributes
    ----------
    step : int | None
        The earlier step that it is of; None for the newest.
    snapshot : Snapshot | None
        One that has not been shown.
    verdict : Verdict | None
        What was said at that step; the newest one's is with whoever asks.
    """

    step: int | None
    snapshot: Snapshot | None
    verdict: Verdict | None = None


class Past:
    """The recorded steps of a run. GUI thread only.

    Attributes
    ----------
    recorder : Recorder
        What is kept.
    cursor : int | None
        The step that is looked at; None for the newest.
    box : BlackBox | None
        How the run came to its end, if it has met numbers that are not finite.
    newest : Snapshot | None
        The last that has come.
    """

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.cursor: int | None = None
        self.box: BlackBox | None = None
        self.newest: Snapshot | None = None
        self._is_new = False
        self._last_shown: Snapshot | None = None
        self._turns: dict[int, Verdict] = {}

    def note(self, snapshot: Snapshot, verdict: Verdict) -> None:
        """Take note of what was said of a snapshot."""
        if self.recorder.note_verdict(snapshot, verdict.code, verdict.severity):
            self._turns[snapshot.step] = verdict
            kept = {stretch.first_step for stretch in self.recorder.stretches}
            self._turns = {step: said for step, said in self._turns.items() if step in kept}

    def stand_at(self, step: int | None) -> None:
        """Look at an earlier step from now on, or at the newest again."""
        self.cursor, self._is_new = step, True
        self._last_shown = None
        self.recorder.hold(step)

    def shown(self, newest: Snapshot | None, judge: RunJudge) -> Shown:
        """Return what the next frame shows.

        Parameters
        ----------
        newest : Snapshot | None
            The newest snapshot, if there is one that has not been shown.
        judge : RunJudge
            Who knows what was said of earlier steps.
        """
        self.newest = newest or self.newest
        if self.cursor is None:
            was_elsewhere, self._is_new = self._is_new, False
            return Shown(None, self.newest if was_elsewhere else newest)
        moment = self.recorder.exactly_at(self.cursor)
        found = moment.snapshot if moment is not None else None
        fresh = found if found is not self._last_shown else None
        self._last_shown = found or self._last_shown
        return Shown(self.cursor, fresh, self.said_at(self.cursor, judge))

    def lacks(self, wanted: Wanted) -> Moment | None:
        """Return the moment that is looked at if it can show more of what is wanted."""
        moment = self.recorder.exactly_at(self.cursor) if self.cursor is not None else None
        if moment is None or moment.checkpoint is None:
            return None
        seen = moment.snapshot
        missing = wanted - {Part.TEXT} - (seen.parts if seen is not None else frozenset())
        if seen is not None:
            missing &= seen.available
        return moment if missing or seen is None else None

    def recording(self, first: int, last: int, *, rests: bool) -> Recording:
        """Return which steps can be looked at.

        Parameters
        ----------
        first, last : int
            Where the run began, and how far it has come.
        rests : bool
            Whether it stands still, so that its last steps can be done again one by one.
        """
        recorder = self.recorder
        steps, problem = recorder.steps, recorder.problem
        # One that has been brought back goes on from where it stood, but has begun before.
        first = min([first, *steps[:1]])
        begin = max(first, last - RECENT)
        if rests and begin < last and recorder.start_before(begin) is not None:
            steps = tuple(sorted({*steps, *range(begin, last + 1)}))
        return Recording(steps, recorder.stretches, first, last, recorder.nbytes,
                         "" if problem is None else problem.text)

    def said_at(self, step: int, judge: RunJudge) -> Verdict | None:
        """Return what was said at a step, even where the judge remembers only those around it."""
        found = judge.verdict_at(step)
        stretch = next((stretch for stretch in reversed(self.recorder.stretches)
                        if stretch.first_step <= step), None)
        if stretch is None or (found is not None and found.code == stretch.code):
            return found
        return self._turns.get(stretch.first_step, found)
