"""How many epochs a number of steps is, also where the batch size has changed on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class EpochScale:
    """A line from steps to epochs, with a knot wherever an epoch began to have more or fewer steps.

    Attributes
    ----------
    per_epoch : int
        Steps of an epoch since the last knot.
    steps, epochs : tuple[float, ...]
        The knots; the first is the beginning.
    """

    per_epoch: int = 1
    steps: tuple[float, ...] = (0.0,)
    epochs: tuple[float, ...] = (0.0,)

    def bent(self, step: float, per_epoch: int) -> EpochScale:
        """Return the scale if epochs have so many steps from a step on."""
        if per_epoch == self.per_epoch:
            return self
        if step <= self.steps[-1]:
            return replace(self, per_epoch=per_epoch)
        return EpochScale(per_epoch, (*self.steps, step),
                          (*self.epochs, float(self.at(np.array([step]))[0])))

    def at(self, steps: Reals) -> Reals:
        """Return the epochs, and parts of one, that so many steps are, float64[n]."""
        within = np.interp(steps, self.steps, self.epochs)
        return np.asarray(within + np.maximum(steps - self.steps[-1], 0.0) / self.per_epoch)
