"""Trains a pair once more with other seeds, beside the runs that are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.errors import EngineError
    from engine.experiments.repeats import Decides, Repeats
    from engine.spec import ProjectSpec
    from gui.workbench.engine_port import TrainerFactory, TrainerLike
    from gui.workbench.run_plan import RunPlan

NAME = "repeats"
"""Of the errand."""

FINE = 0.005
"""Progress is told when it has grown by so much."""


@dataclass(frozen=True)
class Repetition:
    """What is to be repeated.

    Attributes
    ----------
    number : int
        Tells it from those before.
    a, b : RunPlan
        The pair.
    seeds : int
        How many pairs.
    yardstick : Decides
        What decides, and at which step.
    """

    number: int
    a: RunPlan
    b: RunPlan
    seeds: int
    yardstick: Decides


class RepeatReports(QObject):
    """Carries what comes of repeats into the thread that owns it.

    Signals
    -------
    progressed(int, float, int)
        Repetition, share that is done, pairs that are done.
    finished(int, Spread)
        Repetition and what all pairs say.
    failed(int, EngineError)
        Repetition and why it could not go on.
    """

    progressed = Signal(int, float, int)
    finished = Signal(int, object)
    failed = Signal(int, object)


class RepeatErrand:
    """Repeats a pair a little at a time. Training thread only, but for what makes it.

    Parameters
    ----------
    asked : Repetition
        What to repeat.
    factory : TrainerFactory
        Makes trainers.
    reports : RepeatReports
        Told of what comes of it.
    """

    def __init__(self, asked: Repetition, factory: TrainerFactory, reports: RepeatReports) -> None:
        self._asked, self._factory, self._reports = asked, factory, reports
        self._repeats: Repeats | None = None
        self._told = 0.0

    def advance(self, budget_s: float) -> bool:
        """Go on for about so many seconds; return whether all is done."""
        repeats = self._repeats
        if repeats is None:
            repeats = self._repeats = self._begin()
        is_over = repeats.advance(budget_s)
        number = self._asked.number
        if is_over:
            self._reports.finished.emit(number, repeats.spread)
        elif repeats.progress >= self._told + FINE:
            self._told = repeats.progress
            self._reports.progressed.emit(number, repeats.progress, repeats.pairs)
        return is_over

    def fail(self, error: EngineError) -> None:
        """Tell that it could not be done."""
        self._reports.failed.emit(self._asked.number, error)

    def _begin(self) -> Repeats:
        from engine.experiments.repeats import Repeats

        asked = self._asked
        return Repeats((asked.a.project, asked.a.dataset), (asked.b.project, asked.b.dataset),
                       asked.seeds, asked.yardstick, self._make)

    def _make(self, project: ProjectSpec, dataset: Dataset) -> TrainerLike:
        return self._factory(project, dataset, run_id=0, progress=_nobody)


def _nobody(_text: str, _share: float) -> None:
    """Take note of progress that nobody waits for."""
