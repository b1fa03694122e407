"""A sweep's results by place: what became of the networks of every setting, and how they rank.

Views draw a board and nothing else. A setting has two ways to end: its networks learned, which is
measured by what the sweep asks for; or they broke, which is measured by the size of the gradient at
their first step. The largest loss would not do for that, since it is not monotone, nor would the
step at which the numbers ended, which is among the first few everywhere.
"""

from __future__ import annotations

import enum
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.experiments.paths import Value
from engine.messages import Message, say

if TYPE_CHECKING:
    from engine.experiments.results import Result
    from engine.experiments.sweep import Sweep

Values = tuple[Value, ...]
"""A value on every axis."""
Reals = NDArray[np.float64]


class Fate(enum.Enum):
    """What became of the networks of a setting."""

    LEARNED = "learned"
    BROKE = "broke"
    REFUSED = "refused"


@dataclass(frozen=True)
class Measure:
    """What tells how well a network has learned.

    Attributes
    ----------
    key : str
        Name in files, and of the field of a result.
    title : Message
        What people read.
    larger_is_better : bool
        Whether the best has the largest figure.
    is_loss : bool
        Whether it is one that a sweep's goal is about.
    """

    key: str
    title: Message
    larger_is_better: bool = False
    is_loss: bool = False

    def of(self, result: Result) -> float:
        """Return the figure of a network; NaN where there is no finite one."""
        found = result.figure(self.key)
        return math.nan if found is None or not math.isfinite(found) else float(found)


MEASURES: Mapping[str, Measure] = {one.key: one for one in (
    Measure("loss", say("measure.loss"), is_loss=True),
    Measure("validation_loss", say("measure.validation-loss"), is_loss=True),
    Measure("accuracy", say("measure.accuracy"), larger_is_better=True),
    Measure("validation_accuracy", say("measure.validation-accuracy"), larger_is_better=True),
    Measure("step", say("measure.step")),
    Measure("epoch", say("measure.epoch")),
    Measure("seconds", say("measure.seconds")),
)}
"""What a sweep can ask for, by key."""


@dataclass(frozen=True)
class Spot:
    """The networks of one setting, a seed each.

    Attributes
    ----------
    values : tuple
        A value on every axis.
    fate : Fate
        What became of most of them.
    size : float
        Median of the figures of those that learned; of broken ones, of their first gradients; NaN
        where neither is known.
    figures : tuple[float, ...]
        Figure of every seed; NaN of one that broke.
    results : tuple[Result, ...]
        What is known of each, in the order of the seeds.
    """

    values: Values
    fate: Fate
    size: float
    figures: tuple[float, ...]
    results: tuple[Result, ...]

    @property
    def broken(self) -> int:
        """How many of them broke."""
        return sum(math.isnan(figure) for figure in self.figures)


@dataclass(frozen=True)
class Board:
    """The settings of a sweep that have been computed.

    Attributes
    ----------
    sweep : Sweep
        What was asked for.
    spots : Mapping[tuple, Spot]
        By the values on all axes.
    """

    sweep: Sweep
    spots: Mapping[Values, Spot] = field(default_factory=dict)

    @property
    def measure(self) -> Measure:
        """What tells how well a network has learned."""
        return MEASURES.get(self.sweep.measure, MEASURES["loss"])

    @cached_property
    def ranked(self) -> Mapping[Fate, Reals]:
        """Known sizes of every fate, from the smallest."""
        return {fate: np.sort(np.array([spot.size for spot in self.spots.values()
                                        if spot.fate is fate and not math.isnan(spot.size)]))
                for fate in Fate}

    def ends(self, fate: Fate) -> tuple[float, float] | None:
        """Return the smallest and the largest size of a fate; None where there is none."""
        sizes = self.ranked[fate]
        return (float(sizes[0]), float(sizes[-1])) if len(sizes) else None

    @cached_property
    def shares(self) -> Mapping[Values, float]:
        """How many of the settings of its fate are smaller, 0 to 1: its place on a ramp.

        Quantiles, so that a few that went far off do not take the colours of all others.
        """
        found: dict[Values, float] = {}
        for fate, ranked in self.ranked.items():
            spots = [spot for spot in self.spots.values() if spot.fate is fate]
            sizes = np.array([spot.size for spot in spots])
            places = (np.searchsorted(ranked, sizes, "left")
                      + np.searchsorted(ranked, sizes, "right") - 1) / 2
            shares = np.clip(places / max(len(ranked) - 1, 1), 0.0, 1.0)
            # What broke before its first gradient was measured is the worst of all.
            shares[np.isnan(sizes)] = float(fate is Fate.BROKE)
            found |= zip((spot.values for spot in spots), shares.tolist(), strict=True)
        return found

    def best(self) -> Spot | None:
        """Return the setting whose networks learned best; None before there is one."""
        found = [spot for spot in self.spots.values() if spot.fate is Fate.LEARNED]
        sign = -1 if self.measure.larger_is_better else 1
        return min(found, key=lambda spot: sign * spot.size, default=None)


def board_of(sweep: Sweep, results: Iterable[Result], before: Board | None = None) -> Board:
    """Return the board of a sweep's results, whatever their order.

    Parameters
    ----------
    sweep : Sweep
        What was asked for.
    results : iterable of Result
        What has come.
    before : Board | None
        Of the same sweep with fewer results: what has not changed is not looked at again.
    """
    measure = MEASURES.get(sweep.measure, MEASURES["loss"])
    by_values: dict[Values, list[Result]] = defaultdict(list)
    for result in results:
        by_values[tuple(result.values)].append(result)
    known = {} if before is None else before.spots
    return Board(sweep, {values: _spot(values, sorted(found, key=_seed), measure,
                                       known.get(values))
                         for values, found in by_values.items()})


def _seed(result: Result) -> int:
    return result.seed


def _spot(values: Values, results: Sequence[Result], measure: Measure, before: Spot | None
          ) -> Spot:
    if before is not None and len(before.results) == len(results) and all(
            one is other for one, other in zip(before.results, results, strict=True)):
        return before
    figures = tuple(map(measure.of, results))
    known = [figure for figure in figures if not math.isnan(figure)]
    if all(result.end == "refused" for result in results):
        return Spot(values, Fate.REFUSED, math.nan, figures, tuple(results))
    if 2 * len(known) > len(results):
        return Spot(values, Fate.LEARNED, median(known), figures, tuple(results))
    gradients = [first_gradient(result) for result, figure in zip(results, figures, strict=True)
                 if math.isnan(figure)]
    there = [size for size in gradients if not math.isnan(size)]
    return Spot(values, Fate.BROKE, median(there) if there else math.nan, figures, tuple(results))


def first_gradient(result: Result) -> float:
    """Return the largest RMS of dL/dW of all layers at the first step; NaN if none is finite."""
    found = [size for size in result.first_gradients if size is not None and math.isfinite(size)]
    return max(found, default=math.nan)
