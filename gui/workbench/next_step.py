"""Asks for the next step of a run, taken apart, and hands on the newest answer alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.workbench.dissecting import Dissect, DissectReports

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.microscope.dissection import Dissection
    from gui.workbench.run_set import RunSet


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
