"""What the views of layers draw from, and the columns of the history that plots name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.telemetry.history import History
from engine.telemetry.snapshot import Snapshot
from gui.frames.epochs import EpochScale
from gui.frames.ghost import Ghost
from gui.frames.record import Record

Reals = NDArray[np.float64]
LOSS = "loss"
VALIDATION_LOSS = "validation_loss"


@dataclass(frozen=True)
class Seen:
    """What a view of layers may draw from.

    Attributes
    ----------
    history : History
        The run so far.
    snapshot : Snapshot | None
        The newest one that there was, whenever it came.
    record : Record
        The run so far, with its first steps one by one.
    epochs : EpochScale
        How many epochs its steps are.
    ghost : Ghost | None
        What stays of the run before.
    """

    history: History
    snapshot: Snapshot | None
    record: Record
    epochs: EpochScale
    ghost: Ghost | None
