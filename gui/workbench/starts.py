"""Notes with what every run starts, and compares two of them: by bytes, not by how they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from weakref import ReferenceType, ref

from msgspec.structs import replace

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.experiments.checksums import ParameterSum, SameStart, Start
    from engine.spec import ProjectSpec, TrainingSpec
    from gui.workbench.rounds import Lane

MOST_KEPT = 12
"""Runs that are remembered: those of a pair, and those that may be brought back."""


class Starts:
    """What runs have started with, by their numbers. Training thread only.

    Data are not kept alive by it: whoever trains on them has them.
    """

    def __init__(self) -> None:
        self._noted: dict[int, tuple[Mapping[str, ParameterSum], ProjectSpec,
                                     ReferenceType[Dataset]]] = {}
        self._starts: dict[int, Start] = {}

    def note(self, lane: Lane, project: ProjectSpec, dataset: Dataset) -> None:
        """Take note of a run at step 0; one that goes on is known already, or never will be."""
        if lane.step > 0:
            return
        # What Numba needs is left for the day when there are two runs.
        from engine.experiments.checksums import sums

        self._noted[lane.run_id] = sums(lane.trainer.weights()), project, ref(dataset)
        for run_id in tuple(self._noted)[:-MOST_KEPT]:
            del self._noted[run_id]
            self._starts.pop(run_id, None)

    def follow(self, lane: Lane, training: TrainingSpec) -> None:
        """Take note of other hyper-parameters, where they hold from the first step on."""
        if lane.step == 0 and lane.run_id in self._noted:
            sums, project, dataset = self._noted[lane.run_id]
            self._noted[lane.run_id] = sums, replace(project, training=training), dataset
            self._starts.pop(lane.run_id, None)

    def compared(self, lanes: Sequence[Lane]) -> Iterator[tuple[int, int, SameStart]]:
        """Yield the numbers of a pair and what of their starts is equal, if that is known."""
        # A start holds the data themselves.
        for run_id in self._starts.keys() - {lane.run_id for lane in lanes}:
            del self._starts[run_id]
        if len(lanes) != 2 or any(lane.run_id not in self._noted for lane in lanes):
            return
        from engine.experiments.checksums import same_start

        first, second = (lane.run_id for lane in lanes)
        a, b = self._start(first), self._start(second)
        if a is not None and b is not None:
            yield first, second, same_start(a, b)

    def _start(self, run_id: int) -> Start | None:
        """Return what a run has started with; None where its data are gone."""
        if run_id not in self._starts:
            from engine.experiments.checksums import Start
            from engine.training.order import first_batches

            parameters, project, kept = self._noted[run_id]
            if (dataset := kept()) is None:
                return None
            self._starts[run_id] = Start.of(project, dataset, parameters,
                                            first_batches(project, dataset))
        return self._starts[run_id]
