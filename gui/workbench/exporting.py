"""Has a project written as a script or model of another library, in the training thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.spec import ProjectSpec
from engine.spec.replacing import replace_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.data.dataset import Dataset
    from engine.export.graph import Graph
    from engine.export.target import Target

NAME = "export"
"""Of the errand."""


class ExportReports(QObject):
    """Carries what comes of an export into the thread that owns it.

    Signals
    -------
    made(Path)
        The file that people open has been written, with those that belong to it.
    failed(EngineError)
        Why nothing has.
    cancelled()
        Nothing has, as nobody wanted it any more.
    """

    made = Signal(object)
    failed = Signal(object)
    cancelled = Signal()


@dataclass(frozen=True, eq=False)
class Export:
    """What is to be written, and where.

    Attributes
    ----------
    project, dataset : ProjectSpec, Dataset
        What is exported.
    weights : mapping
        Its parameters, as ``layer-id/w``.
    target : Target
        What it becomes.
    folder, stem : Path, str
        Where its files go, and how their names begin.
    """

    project: ProjectSpec
    dataset: Dataset
    weights: Mapping[str, NDArray[Any]]
    target: Target
    folder: Path
    stem: str


def make_graph(asked: Export) -> Graph:
    """Return the project as every writer reads it. Loads Numba: not for the window's thread."""
    from engine.export.build import build_graph

    return build_graph(asked.project, asked.dataset, asked.weights)


class ExportErrand:
    """Writes a project, in two pieces. Training thread only, but for its making and `cancel`.

    Parameters
    ----------
    asked : Export
        What to write.
    reports : ExportReports
        Told of what comes of it.
    """

    def __init__(self, asked: Export, reports: ExportReports) -> None:
        self._asked, self._reports = asked, reports
        self._graph: Graph | None = None
        self._is_cancelled = threading.Event()

    def cancel(self) -> None:
        """Write nothing, unless it is being written already; from any thread."""
        self._is_cancelled.set()

    def advance(self, budget_s: float) -> bool:
        """Do the next piece, which is not done in smaller ones; return whether all is done."""
        asked = self._asked
        if self._is_cancelled.is_set():
            self._reports.cancelled.emit()
            return True
        if self._graph is None:
            self._graph = make_graph(asked)
            return False
        written = asked.target.write(self._graph, asked.stem)
        if self._is_cancelled.is_set():
            # Behind here all files or none: they belong together.
            self._reports.cancelled.emit()
            return True
        for name, content in written.files.items():
            replace_file(asked.folder / name, content)
        self._reports.made.emit(asked.folder / written.main)
        return True

    def fail(self, error: EngineError) -> None:
        """Tell that it could not be done."""
        self._reports.failed.emit(error)
