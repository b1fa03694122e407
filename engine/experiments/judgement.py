"""Whether a difference between two runs is more than chance: figures of several seeds, in pairs.

Both sides of a pair have the same seed, so that what a seed does to both cancels out, and only who
is better in each pair is counted: the sign test, which asks for no bell curve and which no single
run that went astray can turn round. If the knob did nothing, A and B would win each pair like the
toss of a coin. The two-sided p is how often such tosses come out as uneven as this, or more so; it
is counted exactly, by the binomial distribution.

A difference is called one if p is at most 1/16. That is 5 of 5, 7 of 7, 8 of 9, 9 of 10: five seeds
that all point one way come by chance once in sixteen times, which is as much as five seeds can ever
show. The usual 1/20 would ask six seeds of everybody who wants to see anything at all; a limit that
fewer than five seeds could pass would call every eighth accident a discovery. With fewer than five,
nothing can be shown, and it says so.

Pairs whose figures are equal to the last bit say nothing for either side and are left out of the
tosses, but not of the count that people read. A run that came to no finite number is worse than any
that did; two such runs are equal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.messages import Message, say

LIMIT = 1 / 16
"""Largest p of what is called a difference."""

FEWEST = 5
"""Pairs below which no outcome can have so small a p: two tosses in 2**n are all one way."""

Outcome = Literal["better", "worse", "none", "few", "same"]


@dataclass(frozen=True)
class Judgement:
    """What the pairs say of run B.

    Attributes
    ----------
    a, b : tuple[float, ...]
        The figure of every pair's run A and run B; NaN or infinite for one that diverged.
    larger_is_better : bool
        Whether a large figure is a good one, as of accuracy.
    """

    a: tuple[float, ...]
    b: tuple[float, ...]
    larger_is_better: bool = False

    @cached_property
    def better(self) -> int:
        """Pairs in which B is better."""
        return sum(b < a for a, b in self._costs)

    @cached_property
    def worse(self) -> int:
        """Pairs in which B is worse."""
        return sum(b > a for a, b in self._costs)

    @property
    def pairs(self) -> int:
        """Pairs that there are."""
        return len(self.a)

    @property
    def p(self) -> float:
        """Two-sided p of the sign test; 1 where no pair differs."""
        return sign_test(self.better, self.worse)

    @property
    def outcome(self) -> Outcome:
        """What can be said: of ``few`` pairs nothing can, of the ``same`` figures all."""
        if self.pairs and not self.better and not self.worse:
            return "same"
        if self.pairs < FEWEST:
            return "few"
        if self.p > LIMIT:
            return "none"
        return "better" if self.better > self.worse else "worse"

    @property
    def medians(self) -> tuple[float, float]:
        """Medians of A and B; infinite, in the worse direction, where half of the runs diverged."""
        sign = -1.0 if self.larger_is_better else 1.0
        costs = np.array(self._costs).reshape(-1, 2)
        return sign * _median(costs[:, 0]), sign * _median(costs[:, 1])

    @property
    def diverged(self) -> tuple[int, int]:
        """How many of the runs of A and of B came to no finite figure."""
        return tuple(sum(not math.isfinite(figure) for figure in side)  # type: ignore[return-value]
                     for side in (self.a, self.b))

    @property
    def message(self) -> Message:
        """The sentence: ``B better in 5 of 5; median 0.12 against 0.31``."""
        told = self._told()
        diverged = tuple(say("judgement.diverged", run=run, count=count, pairs=self.pairs)
                         for run, count in zip("AB", self.diverged, strict=True) if count)
        return say("judgement.with", told=told, more=diverged) if diverged else told

    def _told(self) -> Message:
        outcome, pairs = self.outcome, self.pairs
        if not pairs:
            return say("judgement.nothing")
        a, b = self.medians
        medians = _medians(a, b)
        if outcome == "same":
            return say("judgement.same", pairs=pairs)
        if outcome == "better":
            return say("judgement.better", count=self.better, pairs=pairs, medians=medians)
        if outcome == "worse":
            return say("judgement.worse", count=self.worse, pairs=pairs, medians=medians)
        if outcome == "few":
            return say("judgement.few", pairs=pairs, fewest=FEWEST, count=self.better,
                       medians=medians)
        return say("judgement.none", pairs=pairs, count=self.better, medians=medians)

    @cached_property
    def _costs(self) -> tuple[tuple[float, float], ...]:
        """The figures as what is to be small; infinite for a run that diverged."""
        return tuple((self._cost(a), self._cost(b)) for a, b in zip(self.a, self.b, strict=True))

    def _cost(self, figure: float) -> float:
        if not math.isfinite(figure):
            return math.inf
        return -figure if self.larger_is_better else figure


def judged(a: Sequence[float], b: Sequence[float], *, larger_is_better: bool = False) -> Judgement:
    """Return what figures of runs A and B say, a pair of the same seed in each place.

    Raises
    ------
    ValueError
        If there are more of one than of the other.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} figures of A, {len(b)} of B")
    return Judgement(tuple(map(float, a)), tuple(map(float, b)), larger_is_better)


def sign_test(better: int, worse: int) -> float:
    """Return the exact two-sided p of so many pairs one way and so many the other."""
    pairs = better + worse
    ways = sum(math.comb(pairs, count) for count in range(min(better, worse) + 1))
    return min(1.0, 2.0 * ways / float(2**pairs))


def _median(costs: NDArray[np.float64]) -> float:
    """Return the middle one, or the mean of the two in the middle; NaN of nothing."""
    return float(np.median(costs)) if len(costs) else math.nan


def _medians(a: float, b: float) -> Message:
    """Return both medians, with as many digits as it takes to tell them apart."""
    digits = next((digits for digits in range(2, 9)
                   if f"{a:.{digits}g}" != f"{b:.{digits}g}"), 2)
    return say("judgement.medians", b=_figure(b, digits), a=_figure(a, digits))


def _figure(value: float, digits: int) -> Message:
    if not math.isfinite(value):
        return say("judgement.no-number")
    return say("judgement.figure", value=value, digits=digits)
