"""What stays of the run before: its curves and its last gradients, in grey beside the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

LEAST_STEPS = 20
"""A run of fewer steps leaves nothing behind, and what stayed of the one before it stays."""

LAST_POINTS = 8
"""Points at its end that tell where a curve has come to."""


@dataclass(frozen=True, eq=False)
class Ghost:
    """The last run as it stood when another took its place. It never changes.

    Attributes
    ----------
    steps, epochs : float64[n]
        Where its points stand.
    losses : mapping
        Means of the loss and of the validation loss by column, float64[n].
    logarithms : mapping
        Means of log10 of a figure of a layer by column, ``layer-id/figure``, float64[n].
    objective : tuple[str, str]
        Task and loss that it was trained for; with another one, numbers cannot be compared.
    """

    steps: Reals
    epochs: Reals
    losses: Mapping[str, Reals]
    logarithms: Mapping[str, Reals]
    objective: tuple[str, str]

    @cached_property
    def gradients(self) -> Mapping[str, float]:
        """Gradient RMS by layer id as it was at the end: the geometric mean of the last points.

        A single batch would say little; a layer whose gradient was 0 has none.
        """
        found = {}
        for column, logarithms in self.logarithms.items():
            layer_id, _, figure = column.rpartition("/")
            last = logarithms[-LAST_POINTS:]
            known = last[np.isfinite(last)]
            if figure == "gradient_rms" and len(known):
                found[layer_id] = float(10.0 ** known.mean())
        return found
