"""A pair of runs once more with other seeds, in small pieces beside what is being looked at."""

from __future__ import annotations

import math
import time
from typing import Protocol

import numpy as np
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.experiments.course import Course, Make
from engine.experiments.spread import FIGURES, Curves, Ended, Spread, grid
from engine.spec import ProjectSpec
from engine.telemetry.parts import Part
from engine.telemetry.snapshot import Snapshot

USUAL_SEEDS = 5
"""Seeds that are asked for at once."""

SEEDS = 2**32
"""How many there are."""

SEEN = frozenset({Part.EVALUATION})
"""What a figure is read from."""


class Decides(Protocol):
    """What decides; see `engine.experiments.yardstick.Yardstick`."""

    @property
    def step(self) -> int:
        """The step at which it decides."""

    @property
    def falls(self) -> bool:
        """Whether less is better."""

    def of(self, snapshot: Snapshot) -> float:
        """Return the figure of a run."""


class Repeats:
    """Trains A and B with several seeds; every method belongs to one thread.

    One run at a time: A and then B of every seed, so that there is never more than one network
    beside those that are looked at. The first seed is the pair's own; each other one is further by
    1, on both sides alike. The data stay what they are: it is first weights, order of examples and
    dropout that chance decides, and that a knob is held against.

    A run is over at the yardstick's step. One that a stopping rule ends before, such as early
    stopping, is judged by where it ended; but not one that was to end after some epochs or seconds,
    which says nothing of how it learns: those two rules are left out.

    Parameters
    ----------
    a, b : tuple[ProjectSpec, Dataset]
        The pair, each side with its data.
    n_seeds : int
        How many pairs, from 1 on.
    yardstick : Decides
        Which figure is read, and at which step.
    make : callable
        Makes a trainer at step 0.
    first : tuple[Ended, Ended] | None
        What A and B have come to with the pair's own seed, where that is known already.

    Attributes
    ----------
    n_seeds : int
        How many pairs there are to be.
    seed : int
        A's seed of the pair in hand.
    """

    def __init__(self, a: tuple[ProjectSpec, Dataset], b: tuple[ProjectSpec, Dataset],
                 n_seeds: int, yardstick: Decides, make: Make,
                 first: tuple[Ended, Ended] | None = None) -> None:
        if n_seeds < 1:
            raise ValueError(f"{n_seeds} seeds")
        self.n_seeds = n_seeds
        self._sides = (a, b)
        self._yardstick = yardstick
        self._make = make
        self._steps = grid(yardstick.step)
        self._course: Course | None = None
        self._curves: Curves | None = None
        self._ended: list[Ended] = list(first or ())
        self._is_cancelled = False

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to be done."""
        return self._is_cancelled or self._done == 2 * self.n_seeds

    @property
    def pairs(self) -> int:
        """Pairs that have come to their end."""
        return self._done // 2

    @property
    def seed(self) -> int:
        """A's seed of the pair in hand, or of the last one."""
        return self._seed(0, min(self.pairs, self.n_seeds - 1))

    @property
    def progress(self) -> float:
        """How much is done, 0 to 1."""
        share = 0.0 if self._course is None else self._course.share
        return (self._done + share) / (2 * self.n_seeds)

    def cancel(self) -> None:
        """Do no more; pairs that have come to their end stay."""
        self._is_cancelled = True
        self._course = self._curves = None

    def advance(self, budget_s: float) -> bool:
        """Go on for about so many seconds; to make a trainer takes as long as it takes.

        Returns
        -------
        bool
            Whether all is done.

        Raises
        ------
        EngineError
            If a project cannot be trained; nothing more is done then.
        """
        end = time.perf_counter() + budget_s
        while not self.is_over:
            if self._course is None:
                self._begin()
            else:
                self._course.advance(max(end - time.perf_counter(), 0.0))
                if self._course.is_over:
                    self._finish(self._course)
            if time.perf_counter() >= end:
                break
        return self.is_over

    @property
    def spread(self) -> Spread:
        """What the pairs that have come to their end say."""
        whole = self._ended[:2 * self.pairs]
        shape = (self.pairs, 2)
        figures = np.array([run.figure for run in whole]).reshape(shape).T
        reached = np.array([run.reached for run in whole], np.int64).reshape(shape).T
        means = np.array([run.means for run in whole]).reshape(
            *shape, len(FIGURES), len(self._steps))
        return Spread(
            tuple(self._seed(0, pair) for pair in range(self.pairs)), figures, reached,
            self._steps, {name: means[:, :, place].swapaxes(0, 1)
                          for place, name in enumerate(FIGURES)}, not self._yardstick.falls)

    @property
    def _done(self) -> int:
        """Runs that are over."""
        return len(self._ended)

    def _seed(self, side: int, pair: int) -> int:
        return (self._sides[side][0].training.seed + pair) % SEEDS

    def _begin(self) -> None:
        pair, side = divmod(self._done, 2)
        project, dataset = self._sides[side]
        try:
            trainer = self._make(repeated(project, self._seed(side, pair)), dataset)
        except Exception:
            self.cancel()
            raise
        self._curves = Curves(trainer.ring.columns, self._steps)
        self._course = Course(trainer, self._yardstick.step, self._curves.listen)

    def _finish(self, course: Course) -> None:
        assert self._curves is not None
        self._ended.append(Ended(figure_of(course, self._yardstick), course.trainer.step,
                                 self._curves.means))
        # Now, and not when the next one is there: two networks would need twice the memory.
        self._course = self._curves = None


def figure_of(course: Course, yardstick: Decides) -> float:
    """Return the figure of a run; NaN where it diverged."""
    return (math.nan if course.error is not None else
            yardstick.of(course.trainer.snapshot(SEEN)))


def repeated(project: ProjectSpec, seed: int) -> ProjectSpec:
    """Return a project with another seed, that no clock and no count of epochs ends."""
    training = project.training
    stopping = replace(training.stopping, epochs=0, seconds=0.0)
    return replace(project, training=replace(training, seed=seed, stopping=stopping))
