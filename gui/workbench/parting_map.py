"""Makes the map of where two runs part, from what is kept of them, beside their training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.experiments.parting import Parting
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.recorder import Recorder

NAME = "parting"
"""Of the errand."""


class PartingReports(QObject):
    """Carries the map into the thread that owns it.

    Signals
    -------
    made(int, PartingMap, float)
        Which one, what is known of it, and which share of it that is.
    failed(int, EngineError)
        Which one, and why there is none.
    """

    made = Signal(int, object, float)
    failed = Signal(int, object)


class PartingErrand:
    """Makes a map a little at a time. Training thread only, but for what makes it.

    Asked again, it goes on from what the one before has found out.

    Parameters
    ----------
    number : int
        Tells it from those of other pairs.
    a, b : Recorder
        What is kept of the runs.
    reports : PartingReports
        Told of the map.
    before : PartingErrand | None
        The last one of this pair.
    """

    def __init__(self, number: int, a: Recorder, b: Recorder, reports: PartingReports,
                 before: PartingErrand | None = None) -> None:
        self._number, self._a, self._b, self._reports = number, a, b, reports
        self._before = before
        self._parting: Parting | None = None

    def advance(self, budget_s: float) -> bool:
        """Go on for about so many seconds; return whether all is done."""
        parting = self._begin()
        is_over = parting.advance(_kept(self._a), _kept(self._b), budget_s)
        known = parting.map
        both = len(set(self._a.steps) & set(self._b.steps))
        share = 1.0 if is_over or not both else min(len(known.steps) / both, 1.0)
        self._reports.made.emit(self._number, known, share)
        return is_over

    def fail(self, error: EngineError) -> None:
        """Tell that there is none."""
        self._reports.failed.emit(self._number, error)

    def _begin(self) -> Parting:
        if self._parting is None:
            from engine.experiments.parting import Parting

            before, self._before = self._before, None
            self._parting = Parting() if before is None else before._begin()
        return self._parting


def _kept(recorder: Recorder) -> Iterator[Checkpoint]:
    """Yield the checkpoints that are kept of a run."""
    for step in recorder.steps:
        moment = recorder.exactly_at(step)
        if moment is not None and moment.checkpoint is not None:
            yield moment.checkpoint
