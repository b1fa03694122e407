"""Asks a run what it makes of examples that are in no data set, and hands on the newest answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from gui.workbench.answering import Ask, AskReports

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gui.workbench.run_set import RunSet


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
