"""Asks how large the weights of runs are, and hands on the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.workbench.weighing import Weigh, WeighReports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gui.workbench.run_set import RunSet


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
