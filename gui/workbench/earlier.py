"""Earlier runs: those that were dropped or replaced, as far as they are still kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.telemetry import earlier_run as engine
from engine.telemetry.recorder import MOST_LEFT
from gui.frames.ghost import Ghost
from gui.workbench.commands import Origin
from gui.workbench.parcels import Parcel
from gui.workbench.run_plan import Restart, RunPlan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.spec import ProjectSpec
    from gui.workbench.run import Run

MOST = 8
"""Runs that are kept."""

WHOLE, WHOLE_BYTES = MOST_LEFT, 32 * 2**20
"""The newest of them are kept with their whole history, so that undoing brings it back: fewer where
the curves of so many take more bytes, as those of a hundred layers do, but the newest always."""

LEAST_BYTES, MOST_BYTES = 8 * 2**20, 256 * 2**20
"""What their weights and optimizer memories may take together; the oldest lose theirs first. Those
of the `WHOLE` newest have room where the larger number is enough for that, which small networks
leave unused."""


@dataclass(frozen=True, eq=False)
class EarlierRun:
    """A run that is no longer trained.

    Attributes
    ----------
    number : int
        Tells it from the others.
    project : ProjectSpec
        What it trained last.
    step : int
        Where it stood.
    ghost : Ghost
        Its curves.
    parcel : Parcel
        What decides its further bytes; empty where too much is kept.
    name : str
        What a person calls it; empty lets it be named by what differs.
    side : int
        Number of the document's side that it belonged to.
    run : Run | None
        Its whole history, of the newest.
    weights : mapping | None
        What it had learned, where that is all that is known of its state.
    """

    number: int
    project: ProjectSpec
    step: int
    ghost: Ghost
    parcel: Parcel
    name: str = ""
    side: int = 0
    run: Run | None = None
    weights: Mapping[str, NDArray[Any]] | None = None

    @classmethod
    def opened(cls, number: int, saved: engine.EarlierRun) -> EarlierRun:
        """Return a run that a file holds."""
        losses = {name: curve for name, curve in saved.curves.items() if "/" not in name}
        logarithms = {name: curve for name, curve in saved.curves.items() if "/" in name}
        ghost = Ghost(saved.steps, saved.epochs, losses, logarithms,
                      (saved.task, saved.project.training.loss))
        return cls(number, saved.project, saved.step, ghost, Parcel(), saved.name,
                   weights=saved.weights or None)

    @property
    def learned(self) -> Mapping[str, NDArray[Any]] | None:
        """What it had learned; None where that is kept no longer."""
        checkpoint = self.parcel.checkpoint
        return self.weights if checkpoint is None else checkpoint.weights()

    @property
    def origin(self) -> Origin:
        """What it goes on from: its very state, or at least what it had learned."""
        if self.parcel.checkpoint is not None:
            return Origin(parcel=self.parcel)
        return Origin(weights=self.weights)

    @property
    def can_go_on(self) -> bool:
        """Whether its weights are still kept; else only its curves are."""
        return self.parcel.checkpoint is not None or self.weights is not None

    @property
    def figures(self) -> dict[str, float]:
        """Where its curves ended, by column; what was not measured is missing."""
        last = {name: _last(curve) for name, curve in self.ghost.losses.items()}
        return {name: value for name, value in last.items() if value is not None}

    def saved(self, present: ProjectSpec) -> engine.EarlierRun:
        """Return it as a file holds it."""
        ghost, learned = self.ghost, self.learned
        epochs = int(ghost.epochs[-1]) if len(ghost.epochs) else 0
        finite = learned is not None and all(np.isfinite(array).all() for array in
                                             learned.values())
        return engine.EarlierRun(
            name=self.title(present)[:engine.LONGEST_NAME], project=self.project,
            task=ghost.objective[0], step=self.step, epoch=min(epochs, self.step),
            figures=self.figures, weights=learned if learned is not None and finite else {},
            steps=ghost.steps, epochs=ghost.epochs, curves={**ghost.losses, **ghost.logarithms})

    def title(self, present: ProjectSpec) -> str:
        """Return its name, or what differs from the present project: ``ReLU instead of Tanh``."""
        from engine.experiments.differences import differences

        if self.name:
            return self.name
        found = differences(present, self.project)
        if len(found) == 1:
            return (found[0].brief if found[0].everywhere else found[0].told).text
        return f"{len(found)} changes" if found else "Same settings"

    def fits(self, side: int, plan: RunPlan) -> bool:
        """Say whether it can go on, with its history, as the run of a side."""
        return (self.run is not None and self.side == side and not plan.issues
                and not isinstance(RunPlan.diff(self.run.plan, plan), Restart))


class EarlierRuns:
    """The earlier runs, the newest first. GUI thread only."""

    def __init__(self) -> None:
        self._runs: list[EarlierRun] = []
        self._numbers = count(1)

    def __iter__(self) -> Iterator[EarlierRun]:
        return iter(tuple(self._runs))

    def __len__(self) -> int:
        return len(self._runs)

    def __getitem__(self, number: int) -> EarlierRun:
        return next(run for run in self._runs if run.number == number)

    def open(self, saved: Iterable[engine.EarlierRun]) -> None:
        """Keep the runs that a file holds, and no others."""
        self._runs = [EarlierRun.opened(next(self._numbers), run) for run in saved][:MOST]

    def note(self, run: Run, parcel: Parcel) -> None:
        """Keep a run that is let go of, in the place of the same run that has come less far."""
        ghost = run.left_behind()
        if ghost is None:
            return
        project = run.plan.project
        self._runs = [other for other in self._runs
                      if other.name or other.project != project or other.step > run.step]
        self.put(EarlierRun(next(self._numbers), project, run.step, ghost, parcel, "", run.side,
                            run))

    def put(self, run: EarlierRun) -> None:
        """Keep one as the newest."""
        self._runs = [run, *self._runs][:MOST]
        taken = 0
        for place, other in enumerate(self._runs):
            taken += 0 if other.run is None else other.run.history_nbytes
            if place >= WHOLE or (place and taken > WHOLE_BYTES):
                self._runs[place] = replace(other, run=None)
        self.bound()

    def bound(self) -> None:
        """Let the oldest go without weights where all together take too much."""
        largest = max((run.parcel.nbytes for run in self._runs), default=0)
        room, taken = min(MOST_BYTES, max(LEAST_BYTES, WHOLE * largest)), 0
        for run in self._runs:
            taken += run.parcel.nbytes
            if taken > room:
                run.parcel.empty()

    def rename(self, number: int, name: str) -> None:
        """Call one as a person wants; an empty name lets it be named by what differs."""
        self._runs = [replace(run, name=name.strip()) if run.number == number else run
                      for run in self._runs]

    def assign(self, number: int, side: int) -> None:
        """Let one belong to a side of the document."""
        self._runs = [replace(run, side=side) if run.number == number else run
                      for run in self._runs]

    def forget(self, number: int) -> None:
        """Keep one no longer."""
        self._runs = [run for run in self._runs if run.number != number]

    def take(self, side: int) -> EarlierRun | None:
        """Return the newest run of a side, which is no earlier one any more; None without one."""
        found = next((run for run in self._runs if run.side == side and side), None)
        if found is not None:
            self.forget(found.number)
        return found


def _last(curve: NDArray[np.float64]) -> float | None:
    """Return the last number that was measured."""
    known = curve[np.isfinite(curve)]
    return float(known[-1]) if len(known) else None
