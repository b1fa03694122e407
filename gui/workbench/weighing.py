"""How large the weights of a run are at the step that is seen: the question, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.telemetry.recorder import Recorder
    from gui.workbench.engine_port import TrainerLike
    from gui.workbench.run_set import RunSet


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


class Weighing(QObject):
    """Asks how large weights are, and hands on the answers. GUI thread only.

    Parameters
    ----------
    runs : RunSet
        The runs.

    Signals
    -------
    weighed(str, int, object)
        Key of a run, a step of it, and the mean square of every parameter, ``layer-id/w``.
    """

    weighed = Signal(str, int, object)

    def __init__(self, runs: RunSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._reports = WeighReports(self)
        self._reports.made.connect(self._on_reports_made)

    def ask(self, key: str) -> None:
        """Ask for the weights of the step that is seen of a run, if there is such a run."""
        if key in self._runs:
            run = self._runs[key]
            past = run.past
            self._runs.ask(Weigh(key, run.run_id, past.recorder, past.cursor, self._reports))

    @Slot(int, int, object)
    def _on_reports_made(self, run_id: int, step: int, squares: Mapping[str, float]) -> None:
        for run in self._runs:
            # Runs may have changed their keys meanwhile.
            if run.run_id == run_id:
                self.weighed.emit(run.key, step, squares)
