"""Has a run's next step taken apart in the training thread, beside the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import EngineError, SpecError

if TYPE_CHECKING:
    from engine.microscope.dissection import Dissection
    from gui.workbench.engine_port import DissectingLike
    from gui.workbench.rounds import Rounds
    from gui.workbench.run_set import RunSet

NAME = "dissect"
"""Of the errand."""


class DissectReports(QObject):
    """Carries a step that has been taken apart into the thread that owns it.

    Signals
    -------
    made(int, Dissection)
        Which request, and what has come of it.
    failed(int, EngineError)
        Which request, and why nothing has.
    """

    made = Signal(int, object)
    failed = Signal(int, object)


@dataclass(frozen=True)
class Dissect:
    """Command: take a run's next step apart; the run itself does not move.

    Attributes
    ----------
    run : str
        Key of the run.
    number : int
        Tells the request from others.
    example : int | None
        Which example of the batch alone; None: the whole batch.
    reports : DissectReports
        Told of it.
    """

    run: str
    number: int
    example: int | None
    reports: DissectReports


class DissectErrand:
    """Takes a run's next step apart a little at a time. Training thread only, but for its making.

    Parameters
    ----------
    command : Dissect
        What was asked for.
    rounds : Rounds
        The runs.
    """

    def __init__(self, command: Dissect, rounds: Rounds) -> None:
        self._command, self._rounds = command, rounds
        self._begun: DissectingLike | None = None

    def advance(self, budget_s: float) -> bool:
        """Go on for about so many seconds; return whether all is done."""
        command = self._command
        try:
            if self._begun is None:
                lane = self._rounds.lane(command.run)
                if lane is None:
                    raise SpecError("run.no-step")
                self._begun = lane.trainer.begin_dissecting(command.example)
            if not self._begun.advance(budget_s):
                return False
        except MemoryError:
            raise SpecError("run.no-memory-for-step") from None
        command.reports.made.emit(command.number, self._begun.found)
        return True

    def fail(self, error: EngineError) -> None:
        """Tell that it could not be done; nothing but the request ends with it."""
        self._command.reports.failed.emit(self._command.number, error)


class Dissecting(QObject):
    """Asks for steps and hands on the newest answer alone. GUI thread only.

    Parameters
    ----------
    runs : RunSet
        The runs.

    Signals
    -------
    dissected(Dissection)
        The step that was asked for last.
    failed(str)
        Why there is none, a sentence.
    """

    dissected = Signal(object)
    failed = Signal(str)

    def __init__(self, runs: RunSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._number = self._answered = 0
        self._reports = DissectReports(self)
        self._reports.made.connect(self._on_reports_made)
        self._reports.failed.connect(self._on_reports_failed)

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is on its way."""
        return self._answered != self._number

    def dissect(self, run: str, example: int | None) -> None:
        """Ask for the next step of a run; what was asked before is not answered any more."""
        self._number += 1
        self._runs.ask(Dissect(run, self._number, example, self._reports))

    @Slot(int, object)
    def _on_reports_made(self, number: int, found: Dissection) -> None:
        if number == self._number:
            self._answered = number
            self.dissected.emit(found)

    @Slot(int, object)
    def _on_reports_failed(self, number: int, error: EngineError) -> None:
        if number == self._number:
            self._answered = number
            self.failed.emit(error.sentence)
