"""What the cells of a column mean: numbers, dates, categories, or nothing to learn from."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.data.cells import Cells, cells_of
from engine.data.composite import Composite
from engine.data.dataset import Indices, Reals
from engine.data.dates import Order, are_compact, clock_unit, compact_days, find_dates
from engine.data.identifiers import counts_rows
from engine.data.judging import FEW_ROWS, Judged, Kept, Look, judge, look_at
from engine.data.limits import MOST_LEVELS
from engine.data.lines import Role
from engine.data.missing import find_sentinels, gaps_among_texts, looks_missing, may_be_gaps
from engine.data.number_style import Ambiguity, Hints

_AT_ONCE = 20_000
"""Texts that are sorted without a break."""

Kind = Literal["numeric", "category", "date", "text", "identifier", "constant", "empty"]


_PLAIN = Composite(())


@dataclass(frozen=True, eq=False)
class Column:
    """A column as it was understood.

    Attributes
    ----------
    name : str
        Its name.
    position : int
        Its place in the file, from 0.
    numbers : float64[n] | None
        Its values if it is one of numbers; NaN where there is none.
    codes : int64[n] | None
        Positions in ``levels`` if it is one of texts or dates; -1 where there is none.
    levels : tuple[str, ...]
        The different texts, sorted.
    days : float64[n] | None
        Days since the first of January 1970, the time as a fraction, if it is one of dates; NaN
        where there is none.
    order : str
        ``day-first`` or ``month-first`` for dates such as 03/04/2020; empty for others.
    order_guessed : bool
        Whether nothing tells which of these it is.
    not_numbers : int
        Cells that hold neither a number nor nothing, in a column of numbers; they count as missing.
    infinite : int
        Infinite numbers, or such as leave float64; they count as missing.
    example : str
        The first cell that is not a number.
    example_row : int
        Its row, counted from 1 below the header.
    markers : tuple[(str, int), ...]
        Texts that stand for no value, with how often each occurs.
    sentinels : tuple[(float, int), ...]
        Numbers that seem to stand for no value, and are values all the same.
    doubtful : tuple[(str, int), ...]
        Texts such as ``NA`` that are values of a column of texts, and might be meant for none.
    ambiguous : Ambiguity | None
        Numbers such as ``1,234`` of which nothing tells how they are to be read.
    decimal : str
        The decimal sign that its numbers show, or that goes with what groups their digits; empty
        if they show none.
    unit : str
        What stands at every number, such as ``%``, ``$`` or ``kg``.
    kept : str
        Why a column that looks like one of numbers is one of texts: ``codes`` such as 01067,
        ``units`` that differ, or ``mixed`` with other texts; empty if it is not.
    number_share : float
        Share of its filled cells that look like numbers, if it is one of texts.
    numbered : bool
        Whether it counts the rows of the file, of which these may be a part.
    role : str
        What the file itself says of it; empty if it says nothing.
    composite : Composite
        What its numbers were composed of in the file.
    """

    name: str
    position: int
    numbers: Reals | None = None
    codes: Indices | None = None
    levels: tuple[str, ...] = ()
    days: Reals | None = None
    order: Order = ""
    order_guessed: bool = False
    not_numbers: int = 0
    infinite: int = 0
    example: str = ""
    example_row: int = 0
    markers: tuple[tuple[str, int], ...] = ()
    sentinels: tuple[tuple[float, int], ...] = ()
    doubtful: tuple[tuple[str, int], ...] = ()
    ambiguous: Ambiguity | None = None
    decimal: str = ""
    unit: str = ""
    kept: Kept = ""
    number_share: float = 0.0
    numbered: bool = False
    role: Role = ""
    composite: Composite = _PLAIN

    @property
    def rows(self) -> int:
        """Number of its rows, those without a value among them."""
        values = self.codes if self.numbers is None else self.numbers
        assert values is not None
        return len(values)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether each row has a value: bool[n]."""
        if self.numbers is not None:
            return ~np.isnan(self.numbers)
        if self.days is not None:
            return ~np.isnan(self.days)
        assert self.codes is not None
        return self.codes >= 0

    @cached_property
    def missing(self) -> int:
        """Rows without a value."""
        return int((~self.present).sum())

    @property
    def sentinel(self) -> tuple[float, int] | None:
        """The first number that seems to stand for no value, with how often it occurs."""
        return self.sentinels[0] if self.sentinels else None

    def take(self, rows: Indices) -> Column:
        """Return the column with these rows only, and only the levels that they hold."""
        if self.numbers is not None:
            numbers, numbered = self.numbers, self.kind == "identifier"
            if len(rows) < len(numbers) or (rows != np.arange(len(rows))).any():
                numbers = numbers[rows]
            elif numbered == self.numbered:
                # With all that was found out of it, which counts where there are many columns.
                return self
            return replace(self, numbers=numbers, numbered=numbered)
        assert self.codes is not None
        codes = self.codes[rows]
        used = np.unique(codes[codes >= 0])
        place_of = np.full(len(self.levels) + 1, -1, dtype=np.int64)
        place_of[used] = np.arange(len(used))
        return replace(self, codes=place_of[codes], levels=tuple(self.levels[i] for i in used),
                       days=None if self.days is None else self.days[rows])

    @cached_property
    def distinct(self) -> int:
        """Number of different values."""
        values = self.numbers if self.days is None else self.days
        if values is not None:
            ordered = np.sort(values[self.present])
            return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + bool(len(ordered))
        return len(self.levels)

    @cached_property
    def kind(self) -> Kind:
        """What the column is good for."""
        if self.numbers is not None:
            # Without counting the different ones, which takes long in a large table.
            least = np.fmin.reduce(self.numbers, initial=np.nan)
            if np.isnan(least):
                return "empty"
            if least == np.fmax.reduce(self.numbers):
                return "constant"
            counting = self.numbered or counts_rows(self.name, self.position, self.numbers)
            return "identifier" if counting else "numeric"
        count = int(self.present.sum())
        if not count:
            return "empty"
        distinct = self.distinct
        if distinct == 1:
            return "constant"
        if self.days is not None:
            return "date"
        if distinct == count > FEW_ROWS:
            return "identifier"
        return "category" if distinct <= MOST_LEVELS else "text"


def interpret(name: str, position: int, cells: Cells | pd.Series, decimal: str, *,
              chosen: bool = False, known: str = "", missing: Sequence[str] = (),
              present: Sequence[str] = (), markers: frozenset[str] = frozenset()) -> Column:
    """Return what the cells of a column mean.

    Parameters
    ----------
    name, position : str, int
        The column's name and its place in the file.
    cells : Cells or Series
        What `engine.data.column_reader.read_columns` gave for it, or values.
    decimal : str
        ``.`` or ``,``, for numbers that can be read both ways.
    chosen : bool
        Whether the person chose that sign.
    known : str
        The decimal sign that other columns have without doubt; empty if none has.
    missing : sequence of str
        Cells that hold no value; a number is compared as such.
    present : sequence of str
        Cells that hold a value although they look as if they did not.
    markers : frozenset[str]
        What stands for no value in columns of numbers of the same file.
    """
    look = look_at(cells if isinstance(cells, Cells) else cells_of(cells))
    choices = _Choices(Hints(decimal, chosen, known), frozenset(missing), frozenset(present))
    judged = judge(look, choices.hints, choices.missing, choices.present)
    if judged.numbers is not None:
        return _numeric(name, position, look, judged, decimal)
    return _of_texts(name, position, look.cells, judged, choices, markers)


def interpret_columns(names: Sequence[str], cells: dict[int, Cells], decimal: str, *,
                      chosen: bool = False, missing: Sequence[str] = (),
                      present: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return what the columns of a file mean, each in the light of the others.

    Parameters
    ----------
    names : sequence of str
        Names of all columns of the file.
    cells : dict[int, Cells]
        Cells of some of them by their place; emptied, so that memory becomes free.
    decimal, chosen, missing, present
        As `interpret` has them.

    Notes
    -----
    The decimal sign that some column has without doubt decides for those that have none; a word
    that marks gaps among numbers marks them among texts too.
    """
    looks = {position: look_at(cells.pop(position)) for position in sorted(cells)}
    signs = {look.own_decimal(decimal) for look in looks.values()} - {""}
    known = "" if chosen or len(signs) != 1 else signs.pop()
    choices = _Choices(Hints(decimal, chosen, known), frozenset(missing), frozenset(present))
    columns: dict[int, Column] = {}
    texts: dict[int, tuple[Cells, Judged]] = {}
    for position in sorted(looks):
        look = looks.pop(position)
        judged = judge(look, choices.hints, choices.missing, choices.present)
        if judged.numbers is not None:
            columns[position] = _numeric(names[position], position, look, judged, decimal)
        else:
            texts[position] = look.cells, judged
    markers = frozenset(text for column in columns.values() for text, _ in column.markers)
    for position, (found, judged) in texts.items():
        columns[position] = _of_texts(names[position], position, found, judged, choices, markers)
    return tuple(columns[position] for position in sorted(columns))


def _shown(look: Look, judged: Judged, decimal: str) -> str:
    if judged.style is not None and judged.style.shown:
        return judged.style.decimal
    return look.own_decimal(decimal)


@dataclass(frozen=True)
class _Choices:
    """What is known of gaps and of how numbers are written before a column is looked at."""

    hints: Hints
    missing: frozenset[str]
    present: frozenset[str]


def shown_decimal(columns: Sequence[Column]) -> str:
    """Return the decimal sign that most columns show; empty if none does."""
    signs = Counter(column.decimal for column in columns if column.decimal)
    return signs.most_common(1)[0][0] if signs else ""


def _numeric(name: str, position: int, look: Look, judged: Judged, decimal: str) -> Column:
    numbers = judged.numbers
    assert numbers is not None
    endless = np.isinf(numbers)
    infinite = int(np.count_nonzero(endless))
    if infinite:
        numbers[endless] = np.nan
    column = Column(
        name, position, numbers=numbers, infinite=infinite,
        not_numbers=judged.not_numbers, example=judged.example, example_row=judged.example_row,
        markers=judged.markers, unit=judged.unit,
        ambiguous=None if judged.style is None else judged.style.ambiguous,
        decimal=_shown(look, judged, decimal),
        composite=look.composite._replace(levels=()) if look.composite.levels else look.composite,
        sentinels=find_sentinels(numbers))
    unit = 0.0 if judged.unit or judged.not_numbers else clock_unit(name, numbers)
    if unit or (not judged.unit and not judged.not_numbers and are_compact(numbers)):
        days = numbers / unit if unit else compact_days(numbers)
        levels, codes = np.unique(numbers[~np.isnan(numbers)], return_inverse=True)
        places = np.full(len(numbers), -1, dtype=np.int64)
        places[~np.isnan(numbers)] = codes
        return replace(column, numbers=None, days=days, codes=places, sentinels=(),
                       levels=tuple(f"{level:.0f}" for level in levels))
    return column


def _of_texts(name: str, position: int, cells: Cells, judged: Judged, choices: _Choices,
              markers: frozenset[str]) -> Column:
    texts = cells.texts()
    counts = texts.counts
    # No list of pairs: the collector of garbage walks through millions of them, and all else waits.
    counted = {text: int(count) for text, count in zip(texts.levels, counts, strict=True)}
    gaps = gaps_among_texts(counted, markers, choices.present) | choices.missing
    marked = gaps | {text for text in texts.levels if looks_missing(text)} - choices.present
    day_first = (choices.hints.known or choices.hints.decimal) == ","
    found = find_dates(texts.levels, counts, marked, day_first)
    levels = _sorted([text for text in texts.levels if text not in gaps])
    place_of = {text: i for i, text in enumerate(levels)}
    recode = np.fromiter((place_of.get(text, -1) for text in texts.levels), dtype=np.int64,
                         count=len(texts.levels))
    column = Column(
        name, position, codes=recode[texts.codes], levels=tuple(levels), kept=judged.kept,
        number_share=judged.share, doubtful=_doubtful(counted, gaps, choices.present),
        markers=_counted(gaps, counted))
    if found is None:
        return column
    wrong = found.wrong
    example = min(wrong, default=-1)
    return replace(
        column, days=found.days[texts.codes], order=found.order, order_guessed=found.ambiguous,
        kept="", doubtful=(),
        markers=_counted(marked, counted),
        not_numbers=int(counts[list(wrong)].sum()),
        example=texts.levels[example] if wrong else "",
        example_row=int(np.argmax(texts.codes == example)) + 1 if wrong else 0)


def _counted(words: frozenset[str], counted: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """Return which of some words occur but for the empty one, in the order of the file."""
    if words.isdisjoint(counted):
        return ()
    return tuple((text, count) for text, count in counted.items() if text and text in words)


def _sorted(texts: Sequence[str]) -> list[str]:
    """Return texts sorted; of many, some at a time, since nothing else runs while a list is."""
    if len(texts) <= 2 * _AT_ONCE:
        return sorted(texts)
    bounds = sorted(texts[::max(1, len(texts) // 2**14)])
    bounds = bounds[::max(1, len(bounds) * _AT_ONCE // len(texts))]
    parts: list[list[str]] = [[] for _ in range(len(bounds) + 1)]
    for text in texts:
        parts[bisect_right(bounds, text)].append(text)
    return [text for part in parts for text in sorted(part)]


def _doubtful(counted: dict[str, int], gaps: frozenset[str],
              present: frozenset[str]) -> tuple[tuple[str, int], ...]:
    return tuple((text, counted[text]) for text in may_be_gaps(counted)
                 if text not in gaps and text not in present)
