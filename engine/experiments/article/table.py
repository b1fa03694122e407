"""One table: its rows out of results, and what they say of the article."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

from engine.experiments.article.figures import Figures, comparable, middle, shown
from engine.experiments.article.file import RowFile, Seen, TableFile
from engine.experiments.article.measures import MEASURES, Measure
from engine.experiments.knobs import knob
from engine.experiments.results import Result
from engine.experiments.sweep import Sweep
from engine.messages import Message, say

Found = Mapping[str, Result]
"""Results by the keys of their cells."""


class Row(NamedTuple):
    """A row of a table: what the article prints, and what is measured.

    Attributes
    ----------
    label : Message
        What the row is for: ``rate 0.01``.
    article : str | None
        What the article prints; None where it has no such row.
    measured : tuple[float, ...]
        The figure of every seed that has come to its end, in the order of the seeds; infinite where
        a goal was not reached, NaN where numbers outgrew what the computer can hold.
    shown : Message
        Median and spread in words.
    is_article : bool
        Whether it is one of the article's own rows; ours are plain.
    beside : Message | None
        Further figures of the row in words, which the axis has no place for.
    """

    label: Message
    article: str | None
    measured: tuple[float, ...]
    shown: Message
    is_article: bool
    beside: Message | None = None


@dataclass(frozen=True)
class ArticleTable:
    """One table, as an experiment.

    Attributes
    ----------
    key : str
        What ``backprop-lab experiment`` calls it.
    file : TableFile
        What its file says.
    """

    key: str
    file: TableFile

    @property
    def title(self) -> Message:
        """Its name for people."""
        return _written(self.file.title)

    @property
    def claim(self) -> Message:
        """What the article says."""
        return _written(self.file.claim)

    @property
    def setting(self) -> Message:
        """What is trained, on what, for how long."""
        return _written(self.file.setting)

    @property
    def why(self) -> Message:
        """Why it was chosen so."""
        return _written(self.file.why)

    @property
    def left_out(self) -> Message:
        """What the table does not say, whatever is measured."""
        return _written(self.file.left_out)

    @property
    def sweeps(self) -> tuple[Sweep, ...]:
        """What is to be computed; results are known by their cells' keys."""
        return self.file.sweeps

    @property
    def axis_title(self) -> Message:
        """What the figures are, with their unit."""
        return self._measure.title

    @property
    def scale(self) -> Literal["log", "linear"]:
        """How the figures are to be drawn."""
        return self.file.scale

    @property
    def is_misconception(self) -> bool:
        """Whether it is one of the opinions that the article calls wrong."""
        return self.file.is_misconception

    @property
    def is_timed(self) -> bool:
        """Whether it measures seconds: then one cell is to be computed after the other."""
        return any(MEASURES[name].is_timed for name in (self.file.measure, *self.file.beside))

    def rows(self, results: Iterable[Result]) -> tuple[Row, ...]:
        """Return the rows with what has been measured by now; `measured` may be empty."""
        found = _by_key(results)
        return tuple(self._row(row, self._figures(row, found)) for row in self.file.rows)

    def verdict(self, results: Iterable[Result]) -> Message:
        """Return what holds and what does not, as far as it has been measured."""
        found = _by_key(results)
        keys = {key for places in self._keys.values() for seeds in places.values() for key in seeds}
        done = len(keys & found.keys())
        if not done:
            return say("article.nothing")
        figures = [comparable(self._figures(row, found), self._measure) for row in self.file.rows]
        told = [message for judge in self.file.judges
                for message in judge.tell(figures, self._measure)] or [say("article.too-few")]
        if done < len(keys):
            told.insert(0, say("article.unfinished", done=done, cells=len(keys)))
        return say("article.told", parts=tuple(told))

    @cached_property
    def _keys(self) -> Mapping[str, Mapping[Seen, tuple[str, ...]]]:
        """Keys of the cells of every sweep, by the values of its axes, seed by seed."""
        return {sweep.name: _keys_of(sweep) for sweep in self.sweeps}

    @property
    def _measure(self) -> Measure:
        return MEASURES[self.file.measure]

    def _row(self, row: RowFile, figures: Figures) -> Row:
        chosen = () if figures.chosen is None else (figures.chosen,)
        further = (*chosen, *(
            say("article.further", title=MEASURES[name].title, shown=shown(values))
            for name, values in figures.beside.items() if values))
        return Row(figures.label, row.article, figures.values, shown(figures.values),
                   row.article is not None,
                   say("article.all", parts=further) if further else None)

    def _figures(self, row: RowFile, found: Found) -> Figures:
        """Return what has been measured of a row, at the best of its places."""
        name = row.sweep or self.sweeps[0].name
        keys = self._keys[name]
        tried = [self._measured(row, [found[key] for key in keys[place] if key in found])
                 for place in row.values]
        best = min(tried, key=self._cost)
        if len(tried) < 2 or not best.values:
            return best
        axis = next(sweep.axes[-1] for sweep in self.sweeps if sweep.name == name)
        return replace(best, chosen=say(
            "article.chosen", knob=knob(axis.knob).title, count=len(tried),
            value=row.values[tried.index(best)][-1]))

    def _measured(self, row: RowFile, results: Sequence[Result]) -> Figures:
        """Return what has been measured of a row at one place."""
        return Figures(
            row.key, _written(row.label),
            tuple(self._measure.of(result, row.at) for result in results), row.group,
            _or_none(row.rank), row.printed, _or_none(row.counted),
            {name: tuple(MEASURES[name].of(result, row.at) for result in results)
             for name in self.file.beside},
            gradients=tuple(result.first_gradients for result in results))

    def _cost(self, row: Figures) -> float:
        """Return the median as what is to be small; infinite where there is none."""
        values = comparable(row, self._measure).values
        cost = middle(values) * (-1 if self._measure.larger_is_better else 1)
        return math.inf if math.isnan(cost) else cost


def _keys_of(sweep: Sweep) -> dict[Seen, tuple[str, ...]]:
    """Return the keys of a sweep's cells by the values of its axes."""
    keys: dict[Seen, tuple[str, ...]] = {}
    for cell in sorted(sweep.cells(), key=lambda cell: cell.seed):
        values = sweep.values_at(cell)
        keys[values] = (*keys.get(values, ()), sweep.key_at(cell))
    return keys


def _written(text: str) -> Message:
    return say("article.written", text=text)


def _by_key(results: Iterable[Result]) -> Found:
    return {result.key: result for result in results}


def _or_none(value: float | None) -> float:
    return math.nan if value is None else value
