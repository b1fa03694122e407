"""How large the weights of a run are at the step that is seen: the question, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from engine.telemetry.recorder import Recorder
    from gui.workbench.engine_port import TrainerLike


class WeighReports(QObject):
    """Carries an answer into the thread that owns it.

    Signals
    -------
    made(int, int, object)
        Which run, which step, and the mean square of every parameter by its name.
    """

    made = Signal(int, int, object)


@dataclass(frozen=True, eq=False)
class Weigh:
    """Command: tell how large a run's weights are; the run itself does not move.

    Attributes
    ----------
    run, run_id : str, int
        Key and number of the run.
    recorder : Recorder
        What is kept of its earlier steps.
    step : int | None
        The earlier step that is looked at; None for the newest.
    reports : WeighReports
        Told of it.
    """

    run: str
    run_id: int
    recorder: Recorder
    step: int | None
    reports: WeighReports


def weigh(command: Weigh, trainer: TrainerLike | None) -> None:
    """Tell how large weights are. Training thread only.

    Of a step of which no weights are kept, there is no answer.
    """
    from engine.theory import mean_squares

    if command.step is None:
        if trainer is not None:
            command.reports.made.emit(command.run_id, trainer.step,
                                      mean_squares(trainer.weights()))
        return
    moment = command.recorder.exactly_at(command.step)
    if moment is not None and moment.checkpoint is not None:
        command.reports.made.emit(command.run_id, command.step,
                                  mean_squares(moment.checkpoint.weights()))
