"""What is counted along the axis at the bottom of plots over a run."""

from __future__ import annotations

from enum import Enum

import numpy as np

from gui.frames.epochs import EpochScale
from gui.plots.feed import Reals

LEAST_STEPS = 10.0
"""A run is drawn over so many steps at least."""


class Count(Enum):
    """What is counted; the value is the word for people."""

    STEPS = "steps"
    LOG_STEPS = "log steps"
    EPOCHS = "epochs"

    @property
    def word(self) -> str:
        """What stands at the end of the axis."""
        return "epoch" if self is Count.EPOCHS else "step"


def places(count: Count, steps: Reals, epochs: Reals) -> Reals:
    """Return where points stand along the axis, float64[n].

    Parameters
    ----------
    count : Count
        What is counted.
    steps, epochs : float64[n]
        The points in steps, 1 being the first, and in epochs.
    """
    match count:
        case Count.STEPS:
            return steps
        case Count.LOG_STEPS:
            return np.asarray(np.log10(np.maximum(steps, 1.0)))
        case Count.EPOCHS:
            return epochs


def span(count: Count, last_step: float, epochs: EpochScale) -> tuple[float, float]:
    """Return the range of the axis for a run that has come to a step."""
    last = np.array([max(last_step, LEAST_STEPS)])
    return 0.0, float(places(count, last, epochs.at(last))[0])
