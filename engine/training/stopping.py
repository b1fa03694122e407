"""Rules by which training ends by itself, asked at the end of every epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.messages import Message, say
from engine.spec import StoppingSpec


@dataclass(frozen=True)
class EpochReport:
    """What an epoch has come to.

    Attributes
    ----------
    epoch : int
        Completed epochs.
    seconds : float
        Spent on training so far.
    loss : float
        Mean training loss over the epoch's batches.
    validation_loss, validation_accuracy : float
        On the validation examples; NaN if there are none.
    """

    epoch: int
    seconds: float
    loss: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class Memory:
    """What the rules remember from one epoch to the next.

    Attributes
    ----------
    best : float
        The smallest loss; infinite before there is one.
    best_epoch, waited : int
        Its epoch, and the epochs since without a smaller one.
    last : float
        The last epoch's training loss; NaN before there is one.
    begin : float
        Seconds of training from which on a limit of time counts.
    """

    best: float = math.inf
    best_epoch: int = 0
    waited: int = 0
    last: float = math.nan
    begin: float = 0.0


class Stopping:
    """Remembers what the rules need from one epoch to the next.

    Parameters
    ----------
    spec : StoppingSpec
        The rules.

    Attributes
    ----------
    is_active : bool
        Whether there is any rule.
    improved : bool
        Whether the last epoch had the smallest loss so far: its weights are worth keeping.
    best_epoch : int
        The epoch of the smallest loss; 0 before there is one.
    out_of_patience : bool
        Whether the last epoch has ended the patience: the best weights are to be brought back.
    """

    def __init__(self, spec: StoppingSpec) -> None:
        self._spec = spec
        self.is_active = spec != StoppingSpec()
        self.improved = False
        self.out_of_patience = False
        self.remember(Memory())

    @property
    def memory(self) -> Memory:
        """What is remembered now."""
        return Memory(self._best, self.best_epoch, self._waited, self._last, self._begin)

    def remember(self, memory: Memory) -> None:
        """Go on from what was remembered."""
        self._best, self.best_epoch, self._waited = memory.best, memory.best_epoch, memory.waited
        self._last, self._begin = memory.last, memory.begin

    def reason(self, report: EpochReport) -> Message | None:
        """Return why training should end after this epoch, or None."""
        # Both remember something, so both are asked whatever comes first.
        patience, convergence = self._patience(report), self._convergence(report)
        return self._end(report) or self._goal(report) or patience or convergence

    def _end(self, report: EpochReport) -> Message | None:
        spec = self._spec
        if spec.epochs and report.epoch % spec.epochs == 0:
            return say("stopped.epochs", epochs=report.epoch)
        if spec.seconds and report.seconds - self._begin >= spec.seconds:
            self._begin = report.seconds
            return say("stopped.seconds", seconds=report.seconds)
        return None

    def _goal(self, report: EpochReport) -> Message | None:
        spec = self._spec
        if spec.loss and report.loss <= spec.loss:
            return say("stopped.loss", loss=report.loss, limit=spec.loss)
        if spec.accuracy and report.validation_accuracy >= spec.accuracy:
            return say("stopped.accuracy", accuracy=report.validation_accuracy,
                       limit=spec.accuracy)
        return None

    def _patience(self, report: EpochReport) -> Message | None:
        has_validation = not math.isnan(report.validation_loss)
        loss = report.validation_loss if has_validation else report.loss
        self.improved = loss < self._best
        self._waited = 0 if self.improved else self._waited + 1
        if self.improved:
            self._best, self.best_epoch = loss, report.epoch
        self.out_of_patience = 0 < self._spec.patience <= self._waited
        if not self.out_of_patience:
            return None
        self._waited = 0
        if has_validation:
            return say("stopped.validation-patience", patience=self._spec.patience,
                       best=self.best_epoch)
        return say("stopped.training-patience", patience=self._spec.patience,
                   best=self.best_epoch)

    def _convergence(self, report: EpochReport) -> Message | None:
        change = abs(report.loss - self._last)
        small = change < self._spec.convergence * abs(self._last)
        self._last = report.loss
        return say("stopped.converged", share=self._spec.convergence) if small else None
