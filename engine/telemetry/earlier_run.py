"""A run that has ended, with what is needed to compare it and to go back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import Doubles, Reals
from engine.messages import Message, say
from engine.spec import ProjectSpec

MOST_EARLIER = 8
"""So many are kept."""

LONGEST_NAME = 200
MOST_POINTS = 100_000


@dataclass(frozen=True, eq=False, kw_only=True)
class EarlierRun:
    """What a run has come to.

    Attributes
    ----------
    name : str
        What a person calls it; at most `LONGEST_NAME` characters.
    project : ProjectSpec
        What was trained, and how.
    task : str
        Of its data; with another task or loss, numbers cannot be compared.
    step, epoch : int
        Where it ended.
    figures : Mapping[str, float]
        Where its figures ended, by column of `engine.statistics`, such as ``validation_loss``; what
        was not measured is missing.
    weights : Mapping[str, real array]
        Its parameters by name, ``layer-id/w``; none where they were not kept.
    steps, epochs : float64[n]
        Where the points of its curves stand, from left to right.
    curves : Mapping[str, float64[n]]
        Means by column, of a figure of a layer, ``layer-id/figure``, means of its log10; NaN where
        nothing was measured.
    """

    name: str
    project: ProjectSpec
    task: str
    step: int
    epoch: int
    figures: Mapping[str, float]
    weights: Mapping[str, Reals]
    steps: Doubles
    epochs: Doubles
    curves: Mapping[str, Doubles]

    def problem(self) -> Message | None:
        """Say what cannot be right, the end of a sentence; None: nothing."""
        if not 0 < len(self.name) <= LONGEST_NAME:
            return say("earlier.name", most=LONGEST_NAME)
        if not 0 <= self.epoch <= self.step < 2**62:
            return say("earlier.step", step=self.step, epoch=self.epoch)
        for name, value in self.figures.items():
            if not np.isfinite(value):
                return say("earlier.figure", name=name[:200])
        for name, points in (("steps", self.steps), ("epochs", self.epochs)):
            if (points.dtype != np.float64 or points.ndim != 1 or len(points) > MOST_POINTS
                    or not np.isfinite(points).all() or (np.diff(points) < 0).any()):
                return say("earlier.points", name=name)
        for name, curve in {"epochs": self.epochs, **self.curves}.items():
            if curve.dtype != np.float64 or curve.shape != self.steps.shape:
                return say("earlier.curve", name=name[:200])
        return None
