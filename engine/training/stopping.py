"""Rules by which training ends by itself, asked at the end of every epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
        self.best_epoch = 0
        self._best = math.inf
        self._waited = 0
        self._last = math.nan
        self._begin = 0.0

    def reason(self, report: EpochReport) -> str:
        """Return why training should end after this epoch, a sentence, or an empty text."""
        # Both remember something, so both are asked whatever comes first.
        patience, convergence = self._patience(report), self._convergence(report)
        return self._end(report) or self._goal(report) or patience or convergence

    def _end(self, report: EpochReport) -> str:
        spec = self._spec
        if spec.epochs and report.epoch % spec.epochs == 0:
            return f"Stopped after {report.epoch:,} epochs."
        if spec.seconds and report.seconds - self._begin >= spec.seconds:
            self._begin = report.seconds
            return f"Stopped after {report.seconds:,.1f} seconds of training."
        return ""

    def _goal(self, report: EpochReport) -> str:
        spec = self._spec
        if spec.loss and report.loss <= spec.loss:
            return f"Stopped: the training loss {report.loss:.4g} is at most {spec.loss:g}."
        if spec.accuracy and report.validation_accuracy >= spec.accuracy:
            return (f"Stopped: the validation accuracy {report.validation_accuracy:.4g} is at "
                    f"least {spec.accuracy:g}.")
        return ""

    def _patience(self, report: EpochReport) -> str:
        has_validation = not math.isnan(report.validation_loss)
        loss = report.validation_loss if has_validation else report.loss
        self.improved = loss < self._best
        self._waited = 0 if self.improved else self._waited + 1
        if self.improved:
            self._best, self.best_epoch = loss, report.epoch
        self.out_of_patience = 0 < self._spec.patience <= self._waited
        if not self.out_of_patience:
            return ""
        self._waited = 0
        name = "validation" if has_validation else "training"
        return (f"Stopped early: the {name} loss has not become smaller for "
                f"{self._spec.patience:,} epochs. The weights of epoch {self.best_epoch:,} are "
                "back.")

    def _convergence(self, report: EpochReport) -> str:
        change = abs(report.loss - self._last)
        small = change < self._spec.convergence * abs(self._last)
        self._last = report.loss
        if not small:
            return ""
        return (f"Stopped: the training loss has converged, an epoch changes it by less than "
                f"{self._spec.convergence:g} of itself.")
