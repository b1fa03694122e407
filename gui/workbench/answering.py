"""Asks a run what it makes of examples that are in no data set, and hands on the newest answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gui.workbench.engine_port import TrainerLike
    from gui.workbench.run_set import RunSet


class AskReports(QObject):
    """Carries an answer into the thread that owns it.

    Signals
    -------
    made(int, object)
        Which question, and the network's output, float64[m, o]; None where there is none.
    """

    made = Signal(int, object)


@dataclass(frozen=True, eq=False)
class Ask:
    """Command: tell the network's output for some inputs; the run itself does not move.

    Attributes
    ----------
    run : str
        Key of the run.
    number : int
        Tells the question from others.
    inputs : float64[m, i]
        Prepared as the data set's inputs are.
    reports : AskReports
        Told of it.
    """

    run: str
    number: int
    inputs: NDArray[Any]
    reports: AskReports


def answer(command: Ask, trainer: TrainerLike | None) -> None:
    """Tell what a network makes of inputs. Training thread only.

    A question that was meant for another run, of other inputs, has no answer.
    """
    found = None
    if trainer is not None:
        try:
            found = trainer.predict(command.inputs)
        except EngineError:
            found = None
    command.reports.made.emit(command.number, found)


class Answering(QObject):
    """Asks questions and hands on the newest answer alone. GUI thread only.

    Parameters
    ----------
    runs : RunSet
        The runs.

    Signals
    -------
    answered(object)
        The output for what was asked last, float64[m, o]; None where the network has none yet.
    """

    answered = Signal(object)

    def __init__(self, runs: RunSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._number = 0
        self._reports = AskReports(self)
        self._reports.made.connect(self._on_reports_made)

    def ask(self, run: str, inputs: NDArray[Any]) -> None:
        """Ask a run; what was asked before is not answered any more."""
        self._number += 1
        self._runs.ask(Ask(run, self._number, inputs, self._reports))

    @Slot(int, object)
    def _on_reports_made(self, number: int, found: NDArray[Any] | None) -> None:
        if number == self._number:
            self.answered.emit(found)
