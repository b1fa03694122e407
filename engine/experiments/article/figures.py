"""The figures of a row, one of every seed: their middle, their spread, and who lies above whom."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.experiments.article.measures import MEASURES, Measure
from engine.messages import Message, say


@dataclass(frozen=True)
class Figures:
    """What has been measured of one row.

    Attributes
    ----------
    key : str
        What the table's file calls the row.
    label : Message
        What people read.
    values : tuple[float, ...]
        The figure of every seed that is there; infinite where a goal was not reached, NaN where the
        run diverged.
    group : str
        Which rows it belongs with.
    rank : float
        Its place in the article's order, from least to most; NaN where the article has none.
    printed : float
        The figure that the article prints; NaN for words, and where it has none.
    counted : float
        What the row stands for as a number, such as its share of examples; NaN for none.
    beside : Mapping[str, tuple[float, ...]]
        Further figures, by the names of their measures.
    chosen : Message | None
        Which of several places the figures are of; None where the row has one.
    gradients : tuple[tuple[float | None, ...], ...]
        The first gradient of every layer, for every seed.
    """

    key: str
    label: Message
    values: tuple[float, ...]
    group: str = ""
    rank: float = math.nan
    printed: float = math.nan
    counted: float = math.nan
    beside: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    chosen: Message | None = None
    gradients: tuple[tuple[float | None, ...], ...] = ()


def of_group(rows: Iterable[Figures], group: str) -> list[Figures]:
    """Return the rows of a group of which something has been measured."""
    return [row for row in rows if row.group == group and row.values]


def comparable(row: Figures, measure: Measure) -> Figures:
    """Return a row in which the worst there is stands in the place of what is no number."""
    return replace(row, values=tuple(
        measure.worst if math.isnan(value) else value for value in row.values))


def by_measure(rows: Iterable[Figures], name: str, measure: Measure
               ) -> tuple[list[Figures], Measure]:
    """Return the rows with another of their measures as their figures, and that measure.

    Parameters
    ----------
    rows : iterable of Figures
        The rows.
    name : str
        Name of the measure; empty leaves everything as it is.
    measure : Measure
        What the figures are now.
    """
    if not name:
        return list(rows), measure
    other = MEASURES[name]
    return [comparable(replace(row, values=row.beside.get(name, ())), other)
            for row in rows], other


def middle(values: Sequence[float]) -> float:
    """Return the median, of infinite figures too; NaN of nothing.

    Of an even number it is the larger of the two in the middle where one of them is infinite.
    """
    if not values:
        return math.nan
    below, above = sorted(values)[(len(values) - 1) // 2], sorted(values)[len(values) // 2]
    return (below + above) / 2 if math.isfinite(below + above) else above


def apart(a: Sequence[float], b: Sequence[float]) -> int:
    """Return -1 where every figure of ``a`` lies below every one of ``b``, 1 above, 0 for neither.

    Of five seeds each, chance alone does so once in 126 times.
    """
    if not a or not b:
        return 0
    if max(a) < min(b):
        return -1
    return 1 if min(a) > max(b) else 0


def shown(values: Sequence[float]) -> Message:
    """Return median and spread in words: ``0.912 (0.903 to 0.921)``.

    Spread is from the least to the largest, since five figures say nothing more exact.
    """
    if not values:
        return say("article.waiting")
    known = [value for value in values if math.isfinite(value)]
    if len(known) == len(values):
        return _spread(known)
    if not known:
        return say("article.no-number") if all(map(math.isnan, values)) else (
            say("article.not-reached"))
    return say("article.some", shown=_spread(known), count=len(known), seeds=len(values))


def _spread(known: Sequence[float]) -> Message:
    low, high, median = min(known), max(known), float(np.median(known))
    if low == high:
        return written(median)
    return say("article.spread", middle=written(median), low=written(low), high=written(high))


def written(value: float) -> Message:
    """Return one figure in words."""
    if math.isnan(value):
        return say("article.no-number")
    if math.isinf(value):
        return say("article.not-reached")
    return say("article.figure", value=value)
