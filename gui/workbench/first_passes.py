"""Measures projects as they would begin, beside the runs, and hands on the newest answer alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import EngineError
from engine.telemetry.parts import Part

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.spec import NetworkSpec, ProjectSpec
    from engine.telemetry.parts import Wanted
    from engine.telemetry.snapshot import LayerReading
    from gui.workbench.run_set import RunSet

NAME, CLEARING = "first pass", "clearing after first passes"
"""Of the errand."""
WANTED: Wanted = frozenset({Part.READINGS, Part.MAGNITUDES})


class FirstPassLike(Protocol):
    """Measures networks before their first step; see `engine.training.first_pass.FirstPass`."""

    def measure(self, network: NetworkSpec, wanted: Wanted = ...) -> tuple[LayerReading, ...]:
        """Return the reading of every layer of a network whose weights have just been drawn."""


FirstPassFactory = Callable[["ProjectSpec", "Dataset"], FirstPassLike]


def make_first_pass(project: ProjectSpec, dataset: Dataset) -> FirstPassLike:
    """Return the engine's. Imports Numba, so never call it in the window's thread."""
    from engine.training.first_pass import FirstPass

    return FirstPass(project, dataset)


class PassReports(QObject):
    """Carries what has been measured into the thread that owns it.

    Signals
    -------
    made(int, object)
        Which request, and every layer's reading.
    failed(int, EngineError)
        Which request, and why nothing could be measured.
    """

    made = Signal(int, object)
    failed = Signal(int, object)


class Bench:
    """Keeps what measures one project after the other. Training thread only, but for its making."""

    def __init__(self, factory: FirstPassFactory) -> None:
        self._factory = factory
        self._made: FirstPassLike | None = None
        self._made_for: tuple[object, Dataset] | None = None

    def measure(self, project: ProjectSpec, dataset: Dataset) -> tuple[LayerReading, ...]:
        """Return the reading of every layer, measured where the project before was if possible."""
        # Networks may differ, but for their outputs; all else decides what targets there are.
        units = [layer.options.get("units") for layer in project.network.layers[-1:]]
        rest = units, replace(project, network=type(project.network)())
        known = self._made_for
        if self._made is None or known is None or known[1] is not dataset or known[0] != rest:
            self._made, self._made_for = self._factory(project, dataset), (rest, dataset)
        return self._made.measure(project.network, WANTED)

    def clear(self) -> None:
        """Let go of all memory."""
        self._made = self._made_for = None


@dataclass(frozen=True, eq=False)
class PassErrand:
    """Measures one project. Training thread only, but for its making.

    Attributes
    ----------
    number : int
        Tells the request from others.
    project, dataset : ProjectSpec, Dataset
        What is measured.
    bench : Bench
        Where.
    reports : PassReports
        Told of it.
    """

    number: int
    project: ProjectSpec
    dataset: Dataset
    bench: Bench
    reports: PassReports

    def advance(self, budget_s: float) -> bool:
        """Measure it, at once; return True."""
        try:
            found = self.bench.measure(self.project, self.dataset)
        except MemoryError as error:
            raise EngineError("run.no-memory-for-step") from error
        self.reports.made.emit(self.number, found)
        return True

    def fail(self, error: EngineError) -> None:
        """Tell that it could not be done; nothing but the request ends with it."""
        self.reports.failed.emit(self.number, error)


@dataclass(frozen=True, eq=False)
class ClearErrand:
    """Lets go of what was measured on. Training thread only, but for its making."""

    bench: Bench

    def advance(self, budget_s: float) -> bool:
        """Let go of it; return True."""
        self.bench.clear()
        return True

    def fail(self, error: EngineError) -> None:
        """Never comes."""


class FirstPasses(QObject):
    """Asks for passes and hands on the newest answer alone. GUI thread only.

    Parameters
    ----------
    runs : RunSet
        Its thread measures, between the turns of the runs.
    factory : FirstPassFactory
        Makes what measures, in that thread.

    Signals
    -------
    measured(object)
        Every layer's reading in what was asked for last.
    failed(str)
        Why there is none, a sentence.
    """

    measured = Signal(object)
    failed = Signal(str)

    def __init__(self, runs: RunSet, factory: FirstPassFactory = make_first_pass,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs, self._bench = runs, Bench(factory)
        self._number = self._answered = 0
        self._reports = PassReports(self)
        self._reports.made.connect(self._on_reports_made)
        self._reports.failed.connect(self._on_reports_failed)

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is on its way."""
        return self._answered != self._number

    def ask(self, project: ProjectSpec, dataset: Dataset) -> None:
        """Ask for a pass; what was asked before is not answered any more, nor done if it waits."""
        self._number += 1
        self._runs.undertake(NAME, PassErrand(self._number, project, dataset, self._bench,
                                              self._reports))

    def release(self) -> None:
        """Ask for nothing more for a while, and let go of the memory."""
        self._number += 1
        self._answered = self._number
        self._runs.abandon(NAME)
        # Under a name of its own: what is asked next comes behind it, not in its place.
        self._runs.undertake(CLEARING, ClearErrand(self._bench))

    @Slot(int, object)
    def _on_reports_made(self, number: int, found: tuple[LayerReading, ...]) -> None:
        if number == self._number:
            self._answered = number
            self.measured.emit(found)

    @Slot(int, object)
    def _on_reports_failed(self, number: int, error: EngineError) -> None:
        if number == self._number:
            self._answered = number
            self.failed.emit(error.sentence)
