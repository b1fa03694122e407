"""How much: what is left from row to row, how figures grow, who comes to a goal, what is equal."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
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
    """What is left of a figure from row to row, and whether that share is the same.

    Attributes
    ----------
    limit : float
        How many times the smallest share the largest may be to be called nearly the same.
    group : str
        Which rows.
    """

    limit: float
    group: str = ""

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return whether the figure falls with every seed, and by how much."""
        there = of_group(rows, self.group)
        seeds = min((len(row.values) for row in there), default=0)
        if len(there) < 3 or not seeds:
            return ()
        falling = sum(all(a.values[seed] > b.values[seed] for a, b in pairwise(there))
                      for seed in range(seeds))
        told = [say("article.ratios.falls", noun=measure.noun, count=falling, seeds=seeds)]
        shares = _shares([middle(row.values) for row in there])
        if shares:
            told += self._steadiness(shares)
            printed = _shares([row.printed for row in there if not math.isnan(row.printed)])
            if len(printed) > 1:
                told.append(say("article.ratios.printed", shares=tuple(map(written, printed)),
                                times=written(max(printed) / min(printed))))
        return tuple(told)

    def _steadiness(self, shares: Sequence[float]) -> Iterator[Message]:
        times = max(shares) / min(shares)
        values = {"shares": tuple(map(written, shares)), "times": written(times),
                  "limit": self.limit}
        yield (say("article.ratios.steady", **values) if times <= self.limit else
               say("article.ratios.unsteady", **values))


def _shares(figures: Sequence[float]) -> list[float]:
    """Return what is left from each figure to the next; nothing where that has no meaning."""
    if not all(math.isfinite(figure) and figure > 0 for figure in figures):
        return []
    return [after / before for before, after in pairwise(figures)]


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
