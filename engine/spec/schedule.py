"""How the learning rate changes while a network is trained, and when training ends."""

from __future__ import annotations

from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]
CountFromOne = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
PositiveShare = Annotated[float, msgspec.Meta(gt=0, le=1)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]


class ScheduleSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The factor on the learning rate; each schedule reads those constants that it has.

    Attributes
    ----------
    kind : str
        Key of one of the schedules, such as ``cosine``.
    every : int
        Steps after which step decay and exponential decay have multiplied by ``decay``.
    decay : float
        Factor of step decay, exponential decay and of a plateau.
    length : int
        Steps that cosine, warm-up and one-cycle take; after them the rate stays.
    start : float
        Share of the learning rate with which warm-up and one-cycle begin.
    rise : float
        Share of its steps in which one-cycle goes up.
    final : float
        Share of the learning rate at the end of cosine and one-cycle, and below which plateaus do
        not reduce it.
    patience : int
        Epochs without a smaller loss that make a plateau; of the validation loss, or the training
        loss without validation examples.
    threshold : float
        Share by which a loss must be smaller to count.
    """

    kind: str = "constant"
    every: CountFromOne = 500
    decay: PositiveShare = 0.5
    length: CountFromOne = 2000
    start: PositiveShare = 0.04
    rise: Share = 0.3
    final: Share = 0.0
    patience: Count = 10
    threshold: Share = 1e-4


class StoppingSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When training ends by itself, asked at the end of every epoch; 0 leaves a rule out.

    Attributes
    ----------
    epochs : int
        After so many epochs.
    seconds : float
        After so many seconds of training.
    loss : float
        When the training loss, the mean over an epoch's batches, is at most this.
    accuracy : float
        When the validation accuracy (R² for regression, of texts 1 less the share of wrong
        characters) is at least this.
    patience : int
        When the validation loss has not become smaller for so many epochs; the best weights are
        brought back. Without validation examples the training loss decides.
    convergence : float
        When the training loss of an epoch differs from the last one's by less than this share.
    """

    epochs: Count = 0
    seconds: NotNegative = 0.0
    loss: NotNegative = 0.0
    accuracy: Share = 0.0
    patience: Count = 0
    convergence: Share = 0.0
