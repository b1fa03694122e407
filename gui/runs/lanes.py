"""Where steps and verdicts of a recording lie in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.telemetry.recorder import Stretch

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Axis:
    """Steps from left to right.

    Attributes
    ----------
    first, last : int
        The steps at its ends.
    left, right : float
        The pixels at its ends.
    logarithmic : bool
        Whether a decade of steps is as wide as the next; then step s stands at log10(1 + s).
    """

    first: int
    last: int
    left: float
    right: float
    logarithmic: bool = False

    def at(self, steps: Whole | int) -> Reals:
        """Return where steps lie, in pixels."""
        low, high = (self._spread(np.asarray(end)) for end in (self.first, self.last))
        # Where there is but one step, all that lies elsewhere is drawn there too.
        span = high - low if self.last > self.first else np.inf
        share = (self._spread(np.asarray(steps)) - low) / span
        return np.asarray(self.left + share * (self.right - self.left))

    def step(self, x: float) -> float:
        """Return the step that lies at a pixel, and parts of one."""
        share = (x - self.left) / max(self.right - self.left, 1e-9)
        low, high = (float(self._spread(np.asarray(end))) for end in (self.first, self.last))
        there = low + min(max(share, 0.0), 1.0) * (high - low)
        return float(10.0**there - 1 if self.logarithmic else there)

    def _spread(self, steps: NDArray[np.int64]) -> Reals:
        there = np.maximum(np.asarray(steps, np.float64), 0.0)
        return np.log10(1.0 + there) if self.logarithmic else there


@dataclass(frozen=True)
class Block:
    """Pixels of a lane that have one colour.

    Attributes
    ----------
    left, right : float
        From where to where.
    code, severity : str, int
        The verdict.
    """

    left: float
    right: float
    code: str
    severity: int


def blocks(stretches: Sequence[Stretch], last: int, axis: Axis) -> list[Block]:
    """Return what is to be painted of a lane: at most a block for each column of pixels.

    A verdict lasts until the next one. Of several within a column the gravest is seen, so that the
    one step at which a number overflowed is not lost among thousands.

    Parameters
    ----------
    stretches : Sequence[Stretch]
        Ascending.
    last : int
        The step at which the lane ends.
    axis : Axis
        Where steps lie.
    """
    if not stretches:
        return []
    begins = np.array([stretch.first_step for stretch in stretches], np.int64)
    severities = np.array([stretch.severity for stretch in stretches], np.int64)
    lefts = axis.at(begins)
    end = max(float(axis.at(last)), float(lefts[0]) + 1.0)
    rights = np.append(lefts[1:], end)
    count = int(np.ceil(end - lefts[0]))
    columns = lefts[0] + np.arange(count)
    owner = np.searchsorted(lefts, columns + 0.5, "right") - 1
    narrow = np.flatnonzero(rights - lefts < 1.0)
    # Ascending, so that the gravest writes last.
    for index in narrow[np.argsort(severities[narrow], kind="stable")].tolist():
        column = min(int(lefts[index] - lefts[0]), count - 1)
        if severities[index] > severities[owner[column]]:
            owner[column] = index
    kinds = {stretch[2:]: place for place, stretch in enumerate(stretches)}
    same = np.array([kinds[stretch[2:]] for stretch in stretches])[owner]
    changes = np.concatenate(([0], np.flatnonzero(np.diff(same)) + 1, [count]))
    return [Block(float(columns[a]), float(columns[b - 1]) + 1.0, *stretches[int(same[a])][2:])
            for a, b in zip(changes[:-1].tolist(), changes[1:].tolist(), strict=True)]


def columns_of(steps: Sequence[int], axis: Axis) -> list[int]:
    """Return the columns of pixels in which there are steps that were kept."""
    kept = axis.at(np.asarray(steps, np.int64))
    return [int(column) for column in np.unique(np.floor(kept))]
