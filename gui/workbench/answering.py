"""What a run makes of examples that are in no data set: the question, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gui.workbench.engine_port import TrainerLike


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
