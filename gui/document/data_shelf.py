"""The examples that a document needs, at hand for a few steps back, else loaded again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from engine.data import TABLE, TEXT, catalogue
from engine.data.dataset import Dataset
from engine.data.files import is_there
from engine.data.importers.catalogue import IMPORTERS
from engine.errors import DataError
from engine.layers import LOSSES, kind, output_layer
from engine.messages import Message, say
from engine.spec import DataSpec, ProjectSpec
from gui.document.patience import Patience, at_once

Loader = Callable[[DataSpec, Path | None], Dataset]
MOST_HELD = 3
"""Data sets kept alive; a large table takes hundreds of megabytes."""
MADE = {info.key: info.title for info in catalogue() if info.kind != "points"}
"""Data that come with the program. Thousands of drawings or voices are made when they are asked
for; points in the plane are there at once."""


@dataclass(frozen=True)
class Held:
    """A data set, or the reason why there is none.

    Attributes
    ----------
    dataset : Dataset
        The examples; without any, but with the task that the project was made for, if they are
        not there.
    fault : Message | None
        Why they are not there; None if they are.
    """

    dataset: Dataset
    fault: Message | None = None

    @property
    def problem(self) -> str:
        """Why they are not there, in a sentence; empty if they are."""
        return "" if self.fault is None else self.fault.text


class DataShelf:
    """Holds the data sets that were used last. GUI thread only.

    Parameters
    ----------
    load_data : callable
        ``load_data(spec, base)`` returns the data set.
    patience : Patience
        How it is waited for.
    """

    def __init__(self, load_data: Loader, patience: Patience = at_once) -> None:
        self.load_data = load_data
        self._patience = patience
        self._datasets: OrderedDict[DataSpec, Dataset] = OrderedDict()

    def __len__(self) -> int:
        return len(self._datasets)

    def load(self, data: DataSpec) -> Dataset:
        """Load a data set anew; what takes its time is waited for, by the name that people know."""
        job = partial(self.load_data, data, None)
        name = Path(data.path).name or MADE.get(data.source, "")
        return self._patience(name, job) if name else job()

    def put(self, data: DataSpec, dataset: Dataset) -> None:
        """Keep what ``data`` stands for, in the place of what was kept for it."""
        self._datasets[data] = dataset
        self._datasets.move_to_end(data)
        while len(self._datasets) > MOST_HELD:
            self._datasets.popitem(last=False)

    def has(self, data: DataSpec) -> bool:
        """Say whether a data set is at hand."""
        return data in self._datasets

    def take(self, project: ProjectSpec) -> Held:
        """Return a project's data set, loaded if it is not at hand.

        One that cannot be loaded is told by ``fault``, so that the project is not lost with it.
        """
        data = project.data
        if data not in self._datasets:
            try:
                self.put(data, self.load(data))
            except DataError as error:
                return Held(stand_in(project), _fault(data, error))
        self._datasets.move_to_end(data)
        return Held(self._datasets[data])

    def take_again(self, project: ProjectSpec, tried: Iterable[tuple[DataSpec | None, Held | None]]
                   ) -> Held:
        """Return a project's data set; what could not be loaded before is not tried again.

        Parameters
        ----------
        project : ProjectSpec
            Whose data are wanted.
        tried : iterable of (DataSpec | None, Held | None)
            What is known of data that are seen at present.
        """
        known = [held for data, held in tried if held is not None and data == project.data]
        return known[0] if known and not self.has(project.data) else self.take(project)

    def clear(self) -> None:
        """Let go of everything, so that files are read anew."""
        self._datasets.clear()


def _fault(data: DataSpec, error: DataError) -> Message:
    """Return why data could not be loaded, short where the file is simply not there."""
    if data.source in (TABLE, TEXT, *IMPORTERS):
        for path in map(Path, (data.path, *data.more_paths, data.table.test_path)):
            if path.name and not is_there(path):
                return say("document.file-gone", name=path.name)
    return error.message


def stand_in(project: ProjectSpec) -> Dataset:
    """Return a data set without examples whose task and outputs fit the project."""
    data, loss = project.data, LOSSES.get(project.training.loss)
    task = data.table.task or (loss.tasks[-1] if loss is not None else "classification")
    outputs = _outputs(project)
    classes = tuple(map(str, range(outputs))) if task == "classification" else ()
    none = np.zeros(0, np.int64)
    return Dataset(
        data.source, Path(data.path).name or data.source, task, np.zeros((0, 0)), none,
        np.zeros((0, 0 if classes else outputs)), classes, (), (data.table.target or "target",),
        none, none)


def _outputs(project: ProjectSpec) -> int:
    last = output_layer(project.network)
    if last is None:
        return 1
    layer_kind = kind(last.kind)
    field = layer_kind.field(layer_kind.width_option)
    width = layer_kind.options(last)[layer_kind.width_option]
    # What a file holds may be of any type and size; `diagnose` says so in words.
    fits = field is not None and field.fault(width) is None
    return int(width) if fits else 1
