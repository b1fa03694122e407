"""What the views of layers draw from, and the columns of the history that plots name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.telemetry.history import History
from engine.telemetry.snapshot import Snapshot

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
    """

    history: History
    snapshot: Snapshot | None
