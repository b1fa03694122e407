"""The chain rule as a ladder: one factor for every layer on the way back from the loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.microscope.statement import Phase
from engine.microscope.trace import Trace


@dataclass(frozen=True)
class Rung:
    """The gradient at one layer.

    Attributes
    ----------
    number : int
        The layer's number.
    layer : str
        Its id.
    arriving : float
        RMS of dL/d(output): what comes from the layers behind it.
    inside : float
        RMS of dL/d(argument of its activation function); as ``arriving`` where it has none.
    statement : int
        Which statement has written the last of these.
    """

    number: int
    layer: str
    arriving: float
    inside: float
    statement: int

    @property
    def derivative(self) -> float:
        """The activation's factor: how much of what arrives is left behind it."""
        return _ratio(self.inside, self.arriving)


@dataclass(frozen=True)
class Ladder:
    """All rungs.

    Attributes
    ----------
    rungs : tuple[Rung, ...]
        From the first layer to the last; layers that no gradient reaches are left out.
    """

    rungs: tuple[Rung, ...]

    def weights(self, place: int) -> float:
        """Return the weights' factor between a rung and the one behind it, nearer the loss.

        What arrives at the rung, as a share of what is inside the next one: NaN for the last.
        """
        if place + 1 >= len(self.rungs):
            return math.nan
        return _ratio(self.rungs[place].arriving, self.rungs[place + 1].inside)

    def factor(self, place: int) -> float:
        """Return the whole factor between the insides of a rung and the next; NaN for the last."""
        return self.weights(place) * self.rungs[place].derivative

    @property
    def total(self) -> float:
        """Share of the last rung's gradient that is left at the first."""
        if not self.rungs:
            return math.nan
        return _ratio(self.rungs[0].inside, self.rungs[-1].inside)

    @property
    def weakest(self) -> int:
        """Which rung has the smallest factor; -1 for fewer than two."""
        factors = [self.factor(place) for place in range(len(self.rungs) - 1)]
        known = [(factor, place) for place, factor in enumerate(factors)
                 if not math.isnan(factor)]
        return min(known)[1] if known else -1


def ladder(trace: Trace) -> Ladder:
    """Return the gradient at every layer of a step."""
    statements = trace.program.statements
    arrivals: dict[int, tuple[float, int]] = {}
    insides: dict[int, tuple[float, int]] = {}
    ids = {one.number: one.layer for one in statements if one.number >= 0}
    for i, one in enumerate(statements):
        if one.phase not in (Phase.LOSS, Phase.BACKWARD):
            continue
        letter, digits = one.name[:2], one.name[2:]
        if digits.isdigit() and letter in ("da", "dz", "dh"):
            kept = insides if letter == "dz" else arrivals
            kept[int(digits)] = _rms(trace.values[i]), i
    rungs = []
    for number in sorted({*arrivals, *insides}):
        if number == 0 or number not in ids:
            continue
        arriving = arrivals.get(number, insides.get(number))
        inside = insides.get(number, arriving)
        assert arriving is not None
        assert inside is not None
        rungs.append(Rung(number, ids[number], arriving[0], inside[0],
                          max(arriving[1], inside[1])))
    return Ladder(tuple(rungs))


def _rms(values: NDArray[np.float64]) -> float:
    # By its largest number, so that squares of a vanished gradient do not become 0.
    largest = float(np.max(np.abs(values), initial=0.0))
    if not 0 < largest < math.inf:
        return largest
    return largest * math.sqrt(float(np.mean((values / largest) ** 2)))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
