"""Has graphs made of projects as they are, beside the runs, and hands on the newest alone."""

from __future__ import annotations

from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.export.graph import Graph
    from engine.spec import ProjectSpec
    from engine.telemetry.checkpoint import Checkpoint
    from gui.workbench.run_set import RunSet

NAME = "draft"
"""Of the errand."""


@dataclass(frozen=True, eq=False)
class Draft:
    """A project as writers read it.

    Attributes
    ----------
    graph : Graph
        The project.
    step : int | None
        Of the run whose weights it has; None where there is none, and they have just been drawn.
    """

    graph: Graph
    step: int | None


def make_draft(project: ProjectSpec, dataset: Dataset, found: Checkpoint | None) -> Draft:
    """Return a project with the weights of a run. Loads Numba: not for the window's thread."""
    from engine.export.build import build_graph

    weights = None if found is None else found.weights()
    # No script says where training leads, and runs wait for this.
    graph = build_graph(project, dataset, weights, steps=0)
    return Draft(graph, None if found is None else found.step)


class DraftReports(QObject):
    """Carries what comes of drafts into the thread that owns it.

    Signals
    -------
    made(int, Draft)
        Which request, and what has come of it.
    failed(int, EngineError)
        Which request, and why nothing has.
    """

    made = Signal(int, object)
    failed = Signal(int, object)


@dataclass(frozen=True, eq=False)
class DraftErrand:
    """Makes one draft. Training thread only, but for its making.

    Attributes
    ----------
    number : int
        Tells the request from others.
    project, dataset : ProjectSpec, Dataset
        What is drafted.
    weights : SimpleQueue[Checkpoint | None]
        Where its run has put what it has learned.
    reports : DraftReports
        Told of it.
    """

    number: int
    project: ProjectSpec
    dataset: Dataset
    weights: SimpleQueue[Checkpoint | None]
    reports: DraftReports

    def advance(self, budget_s: float) -> bool:
        """Make it, at once; return True."""
        try:
            found = self.weights.get_nowait()
        except Empty:
            found = None
        try:
            made = make_draft(self.project, self.dataset, found)
        except MemoryError as error:
            raise EngineError("run.no-memory-for-step") from error
        self.reports.made.emit(self.number, made)
        return True

    def fail(self, error: EngineError) -> None:
        """Tell that it could not be done; nothing but the request ends with it."""
        self.reports.failed.emit(self.number, error)


class Drafts(QObject):
    """Asks for drafts and hands on the newest answer alone. GUI thread only.

    Parameters
    ----------
    runs : RunSet
        Its thread makes them, between the turns of the runs.

    Signals
    -------
    drafted(Draft)
        What was asked for last.
    failed(EngineError)
        Why there is none.
    """

    drafted = Signal(object)
    failed = Signal(object)

    def __init__(self, runs: RunSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._number = self._answered = 0
        self._reports = DraftReports(self)
        self._reports.made.connect(self._on_reports_made)
        self._reports.failed.connect(self._on_reports_failed)

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is on its way."""
        return self._answered != self._number

    def ask(self, project: ProjectSpec, dataset: Dataset, key: str) -> None:
        """Ask for a draft with the weights of the run of this key, where that is their run.

        What was asked before is not answered any more, nor done if it waits.
        """
        self._number += 1
        self._runs.undertake(NAME, DraftErrand(
            self._number, project, dataset, self._runs.collect(key), self._reports))

    def release(self) -> None:
        """Let nothing that is on its way be answered."""
        self._number += 1
        self._answered = self._number
        self._runs.abandon(NAME)

    @Slot(int, object)
    def _on_reports_made(self, number: int, made: Draft) -> None:
        if number == self._number:
            self._answered = number
            self.drafted.emit(made)

    @Slot(int, object)
    def _on_reports_failed(self, number: int, error: EngineError) -> None:
        if number == self._number:
            self._answered = number
            self.failed.emit(error)
