"""A project from its file to the end of its run, without a window: what all such runs do alike."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from engine.data import load
from engine.data.dataset import Dataset
from engine.experiments.course import Course, Listen
from engine.experiments.course import TrainerLike as CourseTrainer
from engine.experiments.yardstick import deciding_step
from engine.spec import DataSpec, ProjectSpec

CHUNK_S = 0.05
"""Seconds after which a run looks up: how soon it hears that it is to stop."""

KEPT = 4
"""Data sets that are kept at hand."""


class TrainerLike(CourseTrainer, Protocol):
    """A network in training; see `engine.training.trainer.Trainer`."""

    @property
    def epoch(self) -> int:
        """Completed epochs."""

    @property
    def steps_per_epoch(self) -> int:
        """Steps of a whole epoch."""

    @property
    def weight_layers(self) -> tuple[str, ...]:
        """Ids of the layers that learn, first to last."""


Make = Callable[[ProjectSpec, Dataset], TrainerLike]
"""Returns a trainer at step 0; raises EngineError where there can be none."""

ShouldStop = Callable[[], bool]
Look = Callable[[], int | None]


def never() -> bool:
    """Say that nothing is to stop."""
    return False


def straight_on() -> None:
    """Look at nothing, and let no step be rested at."""


def carry(course: Course, should_stop: ShouldStop = never, budget_s: float = CHUNK_S,
          look: Look = straight_on) -> bool:
    """Take a run to its end.

    Parameters
    ----------
    course : Course
        The run; where a number is no longer finite, it says so itself.
    should_stop : callable
        Asked every so often whether to leave off.
    budget_s : float
        How often, in seconds.
    look : callable
        Looks at the run before each piece of it, and returns a step to rest at, or None.

    Returns
    -------
    bool
        Whether it came to its end.
    """
    while not course.is_over:
        if should_stop():
            return False
        course.advance(budget_s, look())
    return True


def course_of(project: ProjectSpec, dataset: Dataset, trainer: CourseTrainer, listen: Listen
              ) -> Course:
    """Return the run of a trainer to where its project ends; raises as ``make``."""
    return Course(trainer, deciding_step(project, dataset), listen)


class Datasets:
    """Loads data sets, and keeps the last ones for projects that learn from the same.

    Parameters
    ----------
    folder : Path | None
        Where relative paths start; None is the current folder.
    kept : int
        How many are kept.
    """

    def __init__(self, folder: Path | None = None, kept: int = KEPT) -> None:
        self._folder = folder
        self._kept = kept
        self._loaded: OrderedDict[DataSpec, Dataset] = OrderedDict()

    def of(self, data: DataSpec) -> Dataset:
        """Return a data set; raises DataError where there is none."""
        if data not in self._loaded:
            self._loaded[data] = load(data, self._folder)
            while len(self._loaded) > self._kept:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(data)
        return self._loaded[data]
