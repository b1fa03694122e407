"""How much: what is left from row to row, how figures grow, who comes to a goal, what is equal."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import msgspec

from engine.experiments.article.figures import (
    Figures,
    apart,
    by_measure,
    middle,
    of_group,
    written,
)
from engine.experiments.article.measures import MEASURES, Measure
from engine.experiments.cell import DIGITS
from engine.messages import Message, say


class Ratios(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="ratios"):
    """What is left of a figure from epoch to epoch, and whether that share is the same.

    Rows stand for epochs, by what they count; where some between two rows are left out, the share
    is the one that would make the same of them.

    Attributes
    ----------
    limit : float
        How many times the smallest share the largest may be to be called nearly the same.
    """

    limit: float

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return whether the figure falls with every seed, and by how much."""
        there = [row for row in rows if row.values]
        seeds = min((len(row.values) for row in there), default=0)
        if len(there) < 3 or not seeds:
            return ()
        falling = sum(all(a.values[seed] > b.values[seed] for a, b in pairwise(there))
                      for seed in range(seeds))
        told = [say("article.ratios.falls", noun=measure.noun, count=falling, seeds=seeds)]
        if _has_shares(there):
            told += self._beside_the_article(there)
            told.append(self._steadiness(_shares(there)))
        return tuple(told)

    def _beside_the_article(self, there: Sequence[Figures]) -> Iterator[Message]:
        """Yield the shares of the article's own rows, measured and printed."""
        own = [row for row in there if not math.isnan(row.printed)]
        if len(own) > 2:
            shares = _shares(own)
            printed = _shares([replace(row, values=(row.printed,)) for row in own])
            yield say("article.ratios.printed", shares=_written(shares), times=_times(shares),
                      printed=_written(printed), most=_times(printed))

    def _steadiness(self, shares: Sequence[float]) -> Message:
        is_steady = max(shares) <= self.limit * min(shares)
        return say("article.ratios.steady" if is_steady else "article.ratios.unsteady",
                   shares=_written(shares), times=_times(shares), limit=self.limit)


def _has_shares(rows: Sequence[Figures]) -> bool:
    return all(math.isfinite(row.counted) and 0 < middle(row.values) < math.inf for row in rows)


def _shares(rows: Sequence[Figures]) -> list[float]:
    """Return what is left of each row's median to the next, per epoch."""
    return [(middle(after.values) / middle(before.values))
            ** (1 / (after.counted - before.counted)) for before, after in pairwise(rows)]


def _written(shares: Sequence[float]) -> tuple[Message, ...]:
    return tuple(map(written, shares))


def _times(shares: Sequence[float]) -> Message:
    """Return how many times the smallest share the largest is."""
    return written(max(shares) / min(shares))


class Growth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="growth"):
    """How a measured figure grows from a group's first row to its last, beside what is counted.

    Attributes
    ----------
    counted : str
        Name of the measure that is counted; empty takes the number that a row stands for.
    group : str
        Which rows.
    figure : str
        Name of the measure that is measured; empty takes the table's own, others are those beside
        it.
    """

    counted: str = ""
    group: str = ""
    figure: str = ""

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return both factors."""
        rows, measure = by_measure(rows, self.figure, measure)
        there = of_group(rows, self.group)
        ends = [(middle(row.values), self._count(row)) for row in there]
        if len(there) < 2 or not all(
                math.isfinite(value) and value > 0 for end in ends for value in end):
            return ()
        first, last = ends[0], ends[-1]
        rises = all(apart(a.values, b.values) < 0 for a, b in pairwise(there))
        told = say("article.growth", first=there[0].label, last=there[-1].label,
                   counted=self._noun, count=written(last[1] / first[1]), noun=measure.noun,
                   times=written(last[0] / first[0]))
        return told, say("article.growth.rises" if rises else "article.growth.uneven",
                         noun=measure.noun)

    @property
    def _noun(self) -> Message:
        return MEASURES[self.counted].noun if self.counted else say("article.noun.examples")

    def _count(self, row: Figures) -> float:
        return middle(row.beside.get(self.counted, ())) if self.counted else row.counted


class Above(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="above"):
    """Whether rows lie above a limit with every seed.

    Attributes
    ----------
    limit : float
        What is to be exceeded.
    group : str
        Which rows.
    """

    limit: float
    group: str = ""

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return which rows do."""
        there = of_group(rows, self.group)
        if not there:
            return ()
        lie = [row.label for row in there if min(row.values) > self.limit]
        others = [row.label for row in there if min(row.values) <= self.limit]
        values = {"noun": measure.noun, "limit": written(self.limit)}
        told = []
        if lie:
            told.append(say("article.above", labels=tuple(lie), **values))
        if others:
            told.append(say("article.above.not", labels=tuple(others), **values))
        return (*told, say("article.refuted" if not others else "article.not-refuted"))


class Starts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="starts"):
    """How many starts of each row come to a goal.

    Attributes
    ----------
    limit : float | None
        Largest figure of one that has; None where figures are infinite of one that has not.
    refutes : bool
        Whether the table is there to show that not every start does.
    group : str
        Which rows.
    """

    limit: float | None = None
    refutes: bool = False
    group: str = ""

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return how many do, and what the others come to."""
        there = of_group(rows, self.group)
        if not there:
            return ()
        counts = tuple(self._row(row) for row in there)
        told = [say("article.starts-finite", rows=counts) if self.limit is None else
                say("article.starts", noun=measure.noun, limit=written(self.limit), rows=counts)]
        if self.refutes:
            some = any(self._come(row) for row in there)
            all_do = all(self._come(row) == len(row.values) for row in there)
            told.append(say("article.refuted" if some and not all_do else "article.not-refuted"))
        return tuple(told)

    def _come(self, row: Figures) -> int:
        limit = sys.float_info.max if self.limit is None else self.limit
        return sum(value <= limit for value in row.values)

    def _row(self, row: Figures) -> Message:
        return say("article.starts.row", label=row.label, count=self._come(row),
                   starts=len(row.values))


class SameGradients(msgspec.Struct, frozen=True, forbid_unknown_fields=True,
                    tag="same-gradients"):
    """Whether the first gradient of every layer is the same in all rows, and what comes of it."""

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return whether it is, to all the digits that are kept, with every seed."""
        there = [row for row in rows if row.values]
        if len(there) < 2:
            return ()
        same = len({row.gradients for row in there}) == 1
        apart_after = len({row.values for row in there}) == len(there)
        labels = tuple(row.label for row in there)
        told = say("article.gradients.same" if same else "article.gradients.other",
                   labels=labels, digits=DIGITS)
        after = say("article.gradients.after" if apart_after else "article.gradients.alike",
                    noun=measure.noun)
        return told, after, say("article.refuted" if same and apart_after
                                else "article.not-refuted")
