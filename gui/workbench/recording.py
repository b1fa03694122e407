"""When checkpoints of a run are taken: seldom enough to cost nothing that can be felt."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.messages import say
from engine.telemetry.recorder import (
    LIVE_BYTES,
    Moment,
    grid_for,
    is_grid_step,
    next_grid_step,
)
from gui.workbench.pace import UNLIMITED

if TYPE_CHECKING:
    from engine.spec import TrainingSpec
    from engine.telemetry.recorder import Recorder
    from engine.telemetry.snapshot import Snapshot
    from gui.workbench.engine_port import TrainerLike

SHARE = 0.01
"""Most of the time that checkpoints may take, those of the grid aside."""

LONGEST_S = 0.25
"""Time after which one is taken although nobody has looked."""

FEWEST = 6
"""Checkpoints of which there must be room for so many; else there are none."""


class Tape:
    """Records a run: takes checkpoints when they are due. Training thread only.

    Those at the steps of a geometric grid are taken at every run alike; the others go with what is
    shown of the run, where that costs little.

    Parameters
    ----------
    trainer : TrainerLike
        What trains the run.
    recorder : Recorder
        Where the moments go.
    clock : callable
        Returns seconds.
    """

    def __init__(self, trainer: TrainerLike, recorder: Recorder,
                 clock: Callable[[], float] = time.perf_counter) -> None:
        self.trainer, self.recorder = trainer, recorder
        self._clock = clock
        self._cost_s = self._taken_s = 0.0
        self._taken_step = -1
        self._per_doubling = 1
        self._is_on = True
        self._twin: TrainerLike | None = None

    @property
    def steps_left(self) -> int:
        """Steps until the next checkpoint of the grid."""
        step = self.trainer.step
        return next_grid_step(step, self._per_doubling) - step if self._is_on else UNLIMITED

    def note(self, snapshot: Snapshot | None = None, *, at_rest: bool = False) -> None:
        """Take a checkpoint if it is due, and keep what has been seen at the same step.

        Parameters
        ----------
        snapshot : Snapshot | None
            Of the present step.
        at_rest : bool
            Whether the run stands still, so that taking one keeps nobody waiting.
        """
        step = self.trainer.step
        if step == self._taken_step:
            if snapshot is not None:
                self.recorder.add(Moment(step, None, snapshot))
        elif self._is_on and (at_rest or is_grid_step(step, self._per_doubling)
                              or self._may_take(seen=snapshot is not None)):
            self._take(step, snapshot)

    def retrain(self, training: TrainingSpec) -> None:
        """Take note that the run goes on with other hyper-parameters from here."""
        self.recorder.changes.append((self.trainer.step, training))

    def twin(self) -> TrainerLike:
        """Return a second trainer of the project, to put checkpoints into."""
        if self._twin is None:
            self._twin = self.trainer.twin()
        return self._twin

    def drop_twin(self) -> None:
        """Let go of its memory."""
        self._twin = None

    def _may_take(self, *, seen: bool) -> bool:
        waited = self._clock() - self._taken_s
        return waited >= (0.0 if seen else LONGEST_S) and waited * SHARE >= self._cost_s

    def _take(self, step: int, snapshot: Snapshot | None) -> None:
        begin = self._clock()
        checkpoint = self.trainer.checkpoint()
        if self._taken_step < 0:
            self._per_doubling = grid_for(checkpoint.nbytes)
            self._is_on = FEWEST * checkpoint.nbytes <= LIVE_BYTES // 2
        if self._is_on:
            self.recorder.add(Moment(step, checkpoint, snapshot))
        else:
            self.recorder.problem = say("recording.too-large", size=checkpoint.nbytes / 2**20,
                                        limit=LIVE_BYTES / 2**20)
        self._taken_step, self._taken_s = step, self._clock()
        self._cost_s = self._taken_s - begin
