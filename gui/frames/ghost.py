"""What stays of the run before: its curves and its last gradients, in grey beside the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

LEAST_STEPS = 20
"""A run of fewer steps leaves nothing behind, and what stayed of the one before it stays."""


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
    gradients : mapping
        Last gradient RMS by layer id.
    objective : tuple[str, str]
        Task and loss that it was trained for; with another one, numbers cannot be compared.
    """

    steps: Reals
    epochs: Reals
    losses: Mapping[str, Reals]
    logarithms: Mapping[str, Reals]
    gradients: Mapping[str, float]
    objective: tuple[str, str]
