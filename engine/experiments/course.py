"""One run on its way to a step, in small pieces, for whoever trains it beside something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.errors import DivergedError
from engine.messages import Message
from engine.spec import ProjectSpec
from engine.telemetry.parts import Wanted
from engine.telemetry.snapshot import Snapshot

Rows = NDArray[np.float64]
Steps = NDArray[np.int64]
Listen = Callable[[Steps, Rows], None]
"""Given the steps that were done and their rows, as a ring has them."""


class RingLike(Protocol):
    """Rows of the last steps; see `engine.telemetry.ring.Ring`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""

    @property
    def data(self) -> Rows:
        """The rows that there is room for."""

    def read(self, cursor: int) -> tuple[Steps, Rows, int]:
        """Return steps and rows that were written since, and the next cursor."""


class TrainerLike(Protocol):
    """A network in training; see `engine.training.trainer.Trainer`."""

    @property
    def ring(self) -> RingLike:
        """One row of figures per step."""

    @property
    def step(self) -> int:
        """Completed steps."""

    @property
    def ended(self) -> Message | None:
        """Why a stopping rule ended the last `run`; None when none did."""

    def run(self, max_steps: int, budget_s: float) -> int:
        """Train for so many steps or so long, whichever ends first; return the steps done."""

    def weights(self) -> Mapping[str, NDArray[Any]]:
        """Return copies of all parameters."""

    def snapshot(self, wanted: Wanted) -> Snapshot:
        """Return what is asked for; it changes nothing of the run."""


Make = Callable[[ProjectSpec, Dataset], TrainerLike]
"""Returns a trainer at step 0; raises EngineError where there can be none."""


class Course:
    """Takes one trainer to a step.

    Parameters
    ----------
    trainer : TrainerLike
        The run.
    step : int
        Where its course is over, unless a stopping rule ends it or it diverges before.
    listen : callable
        Told of all steps, in their order.

    Attributes
    ----------
    trainer : TrainerLike
        The run.
    error : DivergedError | None
        Where a number was no longer finite.
    """

    def __init__(self, trainer: TrainerLike, step: int, listen: Listen) -> None:
        self.trainer = trainer
        self.error: DivergedError | None = None
        self._step = step
        self._listen = listen
        self._cursor = 0

    @property
    def is_over(self) -> bool:
        """Whether it goes no further."""
        return (self.error is not None or self.trainer.ended is not None
                or self.trainer.step >= self._step)

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return 1.0 if self.is_over else self.trainer.step / self._step

    def advance(self, budget_s: float, until: int | None = None) -> None:
        """Train for about so many seconds.

        Parameters
        ----------
        budget_s : float
            Seconds; at least one step is done.
        until : int | None
            A step to rest at before the last one.
        """
        end = self._step if until is None else min(until, self._step)
        if self.is_over or self.trainer.step >= end:
            return
        # The ring holds no more than what is read before it comes round.
        most = min(end - self.trainer.step, len(self.trainer.ring.data) // 2)
        try:
            self.trainer.run(most, budget_s)
        except DivergedError as error:
            self.error = error
        steps, rows, self._cursor = self.trainer.ring.read(self._cursor)
        if len(steps):
            self._listen(steps, rows)
