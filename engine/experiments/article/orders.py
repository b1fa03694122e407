"""Who lies above whom: the article's order, the best of all that was tried, all beside one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations

import msgspec

from engine.experiments.article.figures import (
    Figures,
    apart,
    by_measure,
    middle,
    of_group,
    shown,
    written,
)
from engine.experiments.article.measures import Measure
from engine.messages import Message, say

Pair = tuple[Figures, Figures]
"""Two rows, of which the article has the first one lower."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="order"):
    """Whether the rows stand in the article's order, from least to most.

    Every two rows are held against one another. That one lies below another is said only where it
    does with every seed.

    Attributes
    ----------
    group : str
        Which rows; of these, the ones that have a rank.
    """

    group: str = ""

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return what holds of the order, and what does not."""
        ranked = sorted((row for row in of_group(rows, self.group) if not math.isnan(row.rank)),
                        key=lambda row: row.rank)
        pairs = [(low, high) for low, high in combinations(ranked, 2) if low.rank < high.rank]
        if not pairs:
            return ()
        found: dict[int, list[Pair]] = {-1: [], 0: [], 1: []}
        for low, high in pairs:
            found[apart(low.values, high.values)].append((low, high))
        labels = tuple(row.label for row in ranked)
        if len(found[-1]) == len(pairs):
            return (say("article.order.holds", noun=measure.noun, labels=labels),)
        if len(found[1]) == len(pairs):
            return (say("article.order.reversed", noun=measure.noun, labels=labels[::-1]),)
        return tuple(_of_pairs(found[-1], found[1], found[0], measure))


def _of_pairs(as_said: Sequence[Pair], other_way: Sequence[Pair], undecided: Sequence[Pair],
              measure: Measure) -> Iterable[Message]:
    """Yield what holds of an order of which not all holds."""
    if as_said:
        yield say("article.order.as-said", noun=measure.noun, pairs=_lower(as_said))
    if other_way:
        yield say("article.order.other-way", noun=measure.noun,
                  pairs=_lower([(high, low) for low, high in other_way]))
    if undecided:
        yield say("article.order.undecided", noun=measure.noun, pairs=tuple(
            say("article.order.pair", a=low.label, b=high.label) for low, high in undecided))


def _lower(pairs: Sequence[Pair]) -> tuple[Message, ...]:
    """Return of every lower row than which it is lower."""
    highs: dict[str, list[Message]] = {}
    lows = {low.label.text: low.label for low, _ in pairs}
    for low, high in pairs:
        highs.setdefault(low.label.text, []).append(high.label)
    return tuple(say("article.order.lower", low=lows[text], highs=tuple(found))
                 for text, found in highs.items())


class Best(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="best"):
    """Which row of a group is the best, and whether the seeds tell it apart from the others.

    Attributes
    ----------
    group : str
        Which rows.
    is_scale : bool
        Whether the rows are steps of one scale, so that the best at its end may not be the best.
    figure : str
        Name of the measure; empty takes the table's own, others are those beside it.
    """

    group: str = ""
    is_scale: bool = False
    figure: str = ""

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return the best one, by the median."""
        rows, measure = by_measure(rows, self.figure, measure)
        tried = of_group(rows, self.group)
        sign = -1 if measure.larger_is_better else 1
        ranked = sorted(tried, key=lambda row: sign * middle(row.values))
        if len(ranked) < 2 or not math.isfinite(middle(ranked[0].values)):
            return ()
        best = ranked[0]
        told = [say("article.best", noun=measure.noun, count=len(tried), label=best.label,
                    shown=shown(best.values))]
        alike = tuple(row.label for row in tried
                      if row is not best and not apart(row.values, best.values))
        if alike:
            told.append(say("article.best.alike", labels=alike))
        return (*told, *(self._end_or_turn(tried, best, sign) if self.is_scale else ()))

    def _end_or_turn(self, tried: Sequence[Figures], best: Figures, sign: int
                     ) -> tuple[Message, ...]:
        """Say that the best is the last of the scale, or that it gets worse to either side."""
        place = tried.index(best)
        if place in (0, len(tried) - 1):
            return (say("article.best.end"),)
        before, after = tried[place - 1], tried[place + 1]
        if any(sign * middle(row.values) <= sign * middle(best.values) for row in (before, after)):
            return ()
        return (say("article.best.turn", before=before.label, after=after.label,
                    less=written(middle(before.values)), more=written(middle(after.values))),)


class Beside(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="beside"):
    """Which rows are better and which are worse than one of them, with every seed.

    Attributes
    ----------
    base : str
        Key of the row that the others are held against.
    group : str
        Which rows.
    """

    base: str
    group: str = ""

    def tell(self, rows: Sequence[Figures], measure: Measure) -> tuple[Message, ...]:
        """Return how the others stand beside the one."""
        there = of_group(rows, self.group)
        base = next((row for row in there if row.key == self.base), None)
        if base is None or len(there) < 2:
            return ()
        found: dict[int, list[Message]] = {-1: [], 0: [], 1: []}
        for row in there:
            if row is not base:
                found[apart(row.values, base.values)].append(row.label)
        parts = tuple(told for told, labels in (
            (say("article.beside.higher", labels=tuple(found[1])), found[1]),
            (say("article.beside.lower", labels=tuple(found[-1])), found[-1]),
            (say("article.beside.open", labels=tuple(found[0])), found[0])) if labels)
        return (say("article.beside", label=base.label, noun=measure.noun, parts=parts),)
