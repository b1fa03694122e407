"""Has a run's next step taken apart in the training thread, beside the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError, SpecError

if TYPE_CHECKING:
    from gui.workbench.engine_port import DissectingLike, TrainerLike

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
    trainer : TrainerLike | None
        What trains the run; None if there is none.
    """

    def __init__(self, command: Dissect, trainer: TrainerLike | None) -> None:
        self._command, self._trainer = command, trainer
        self._begun: DissectingLike | None = None

    def advance(self, budget_s: float) -> bool:
        """Go on for about so many seconds; return whether all is done."""
        command = self._command
        try:
            if self._begun is None:
                if self._trainer is None:
                    raise SpecError("run.no-step")
                self._begun = self._trainer.begin_dissecting(command.example)
                # It need not be held on to for what follows.
                self._trainer = None
            if not self._begun.advance(budget_s):
                return False
        except MemoryError:
            raise SpecError("run.no-memory-for-step") from None
        command.reports.made.emit(command.number, self._begun.found)
        return True

    def fail(self, error: EngineError) -> None:
        """Tell that it could not be done; nothing but the request ends with it."""
        self._command.reports.failed.emit(self._command.number, error)
