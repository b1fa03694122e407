"""What is known of experiments: results from their files, and those that come meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import EngineError
from engine.experiments.library import Experiment, Library
from engine.experiments.results import Result
from engine.experiments.store import Store
from gui.workbench.latest import Latest


class ResultShelf(QObject):
    """Keeps results by experiment; files are read in a thread. GUI thread only.

    Parameters
    ----------
    library : Library
        Where the files are.

    Signals
    -------
    changed(str)
        More is known of an experiment.
    """

    changed = Signal(str)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._results: dict[str, dict[str, Result]] = {}
        self._sizes: dict[str, int] = {}
        self._reading = Latest("results of experiments", self)
        self._reading.done.connect(self._on_read)

    def read(self, experiments: Iterable[Experiment]) -> None:
        """Have the files of experiments read."""
        paths = {one.key: self._library.results_path(one.key) for one in experiments}
        several = [one for one in experiments if len(one.sweeps) > 1]
        self._reading.ask(partial(_read, paths, several))

    def size(self, experiment: Experiment) -> int:
        """Return how many cells an experiment has; one that two of its sweeps share counts once."""
        return self._sizes.get(experiment.key, experiment.size)

    def of(self, key: str) -> Sequence[Result]:
        """Return what is known of an experiment."""
        return tuple(self._results.get(key, {}).values())

    def count(self, key: str) -> int:
        """Return how many cells of an experiment are known."""
        return len(self._results.get(key, {}))

    def add(self, key: str, results: Iterable[Result]) -> None:
        """Take in what has come."""
        self._results.setdefault(key, {}).update({one.key: one for one in results})
        self.changed.emit(key)

    def forget(self, key: str) -> None:
        """Know nothing of an experiment any more."""
        self._results.pop(key, None)
        self.changed.emit(key)

    def shut_down(self) -> None:
        """Wait for the thread that reads."""
        self._reading.shut_down()

    @Slot(object)
    def _on_read(self, read: tuple[dict[str, list[Result]], dict[str, int]]) -> None:
        found, self._sizes = read
        for key, results in found.items():
            # What has come meanwhile is newer.
            self._results[key] = {one.key: one for one in results} | self._results.get(key, {})
            self.changed.emit(key)


def _read(paths: dict[str, Path], several: Sequence[Experiment]
          ) -> tuple[dict[str, list[Result]], dict[str, int]]:
    """Return what files hold, and how many cells those of several sweeps have.

    Of a file that cannot be read, nothing: that is told when it is written.
    """
    found = {}
    for key, path in paths.items():
        try:
            found[key] = Store(path, appends=False).results() if path.exists() else []
        except EngineError:
            found[key] = []
    sizes = {one.key: len({sweep.key_at(cell) for sweep in one.sweeps for cell in sweep.cells()})
             for one in several}
    return {key: results for key, results in found.items() if results}, sizes
