"""The table in a sheet: where it begins and ends, its merged cells, and its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice

import python_calamine as calamine

from engine.data.formats.cell_range import CellRange
from engine.data.formats.cell_text import Value, cell_text, find_decimal
from engine.data.formats.delimited import LineWriter
from engine.data.remark import Remark, remark

_TEXTS = 20_000
"""Texts of a sheet that may say how its numbers are written."""

_DEEPEST_HEADER = 3


class SheetTable:
    """A sheet, and the table in it.

    Titles above the table and lines below it are told from it by the number of their filled cells,
    unless a range was chosen: it is taken as it is.

    Attributes
    ----------
    name : str
        The sheet's name.
    used : CellRange | None
        Its filled area from ``A1``; None if there is none.
    remarks : tuple[Remark, ...]
        What was left out or filled; complete once `lines` was called.
    """

    def __init__(self, sheet: calamine.CalamineSheet, used: CellRange | None,
                 wanted: CellRange | None) -> None:
        self.name = sheet.name
        self.used = used
        self.remarks: tuple[Remark, ...] = ()
        self._sheet = sheet
        self._chosen = wanted is not None
        self._area = _shared(used, wanted)
        self._filled: list[int] = []
        self._texts: list[str] = []
        self._merged_ranges = [CellRange(*first, *last)
                               for first, last in sheet.merged_cell_ranges or ()]
        self._with_time: set[int] = set()
        self._bounds = self._measure()
        self._top, self._bottom = self._ends()

    def _rows(self) -> Iterator[list[Value]]:
        area = self._area
        assert area is not None
        # The reader gives the blank rows above the filled cells, but not the blank columns left of
        # them.
        start = self._sheet.start
        margin: list[Value] = [""] * (start[1] if start else 0)
        for row in islice(self._sheet.iter_rows(), area.top, area.bottom + 1):
            yield (margin + row)[area.left:area.right + 1]

    def _measure(self) -> tuple[int, int]:
        """Count the filled cells of every row; return the first and last column with some."""
        several, alone = _Span(), _Span()
        for row in self._rows() if self._area else ():
            # Numbers are most of a sheet, and are done with at once.
            others = [(place, value) for place, value in enumerate(row)
                      if value.__class__ is not float]
            blank = {place for place, value in others if _is_blank(value)}
            count = len(row) - len(blank)
            self._filled.append(count)
            if count:
                places = range(len(row))
                (several if count > 1 else alone).widen(
                    next(place for place in places if place not in blank),
                    next(place for place in reversed(places) if place not in blank))
            for place, value in others:
                if isinstance(value, str):
                    if value and len(self._texts) < _TEXTS:
                        self._texts.append(value.strip())
                elif isinstance(value, datetime):
                    self._with_time.add(place)
        span = several if several.right >= 0 else alone
        return max(span.left, 0), span.right

    @property
    def is_empty(self) -> bool:
        """Whether no cell is filled."""
        return not any(self._filled)

    @property
    def is_table(self) -> bool:
        """Whether at least two rows have two filled cells."""
        return sum(count > 1 for count in self._filled) > 1

    def merge(self, ranges: Sequence[CellRange]) -> None:
        """Take merged cells from elsewhere; before the lines are asked for."""
        self._merged_ranges += ranges

    def _ends(self) -> tuple[int, int]:
        """Return the first and the last row of the table."""
        filled = [place for place, count in enumerate(self._filled) if count]
        if not filled:
            return 0, -1
        top, bottom = filled[0], filled[-1]
        if self._chosen or not self.is_table:
            return top, bottom
        several = sorted(count for count in self._filled if count > 1)
        usual = several[len(several) // 2]
        # Two cells may still be a title, such as 'as of:' and a date, above a table of six.
        title = max(1, min(2, usual // 3))
        while self._filled[top] <= title:
            top += 1
        while usual > 2 and self._filled[bottom] <= 1:
            bottom -= 1
        return top, bottom

    @cached_property
    def header_rows(self) -> int:
        """Rows that name the columns together, because cells of the first are merged; else 1."""
        left, right = self._bounds
        first = [merged for merged in self._merged if merged.top == self._top]
        depth = max((merged.bottom - merged.top + 1 for merged in first), default=1)
        if any(left <= merged.left < merged.right <= right for merged in first):
            depth = max(depth, 2)
        if not 1 < depth <= min(_DEEPEST_HEADER, self._bottom - self._top):
            return 1
        head = islice(self._rows(), self._top, self._top + depth)
        return depth if all(isinstance(value, str) for row in head for value in row) else 1

    @cached_property
    def _merged(self) -> tuple[CellRange, ...]:
        """Merged cells of the table, relative to its area; none if they cannot be true."""
        area = self._area
        if area is None:
            return ()
        found = []
        for merged in self._merged_ranges:
            shared = _shared(merged, area)
            if shared is not None and (shared.top, shared.left) == (merged.top, merged.left):
                found.append(CellRange(shared.top - area.top, shared.left - area.left,
                                       shared.bottom - area.top, shared.right - area.left))
        cells = sum((one.bottom - one.top + 1) * (one.right - one.left + 1) for one in found)
        # They never overlap, unless somebody wants a reader to work for hours.
        whole = (area.bottom - area.top + 1) * (area.right - area.left + 1)
        return tuple(found) if cells <= whole else ()

    def lines(self, decimal: str) -> tuple[list[str], str]:
        """Return the lines, the number of each that of its row, and their decimal sign.

        Parameters
        ----------
        decimal : str
            The decimal sign that a person has chosen, else empty.
        """
        sign = decimal or find_decimal(self._texts)
        area = self._area
        assert area is not None
        out = LineWriter()
        out.blank(area.top)
        head: list[list[str]] = []
        filler = _Filler(self._merged, self._top, self._bottom, self._bounds)
        for number, row in enumerate(self._rows()):
            if not self._top <= number <= self._bottom or not self._filled[number]:
                out.blank()
                continue
            sections = filler.sections
            filler.fill(number, row, self._filled[number])
            cells = self._texts_of(row, sign or ".")
            if number < self._top + self.header_rows - 1:
                head.append(cells)
                out.blank()
            elif filler.sections > sections:
                out.blank()
            elif head:
                out.row(_joined([*head, cells]))
                head = []
            else:
                out.row(cells)
        self._tell(filler)
        return out.lines, sign

    def _texts_of(self, row: Sequence[Value], decimal: str) -> list[str]:
        left, right = self._bounds
        return [cell_text(row[place], decimal, place in self._with_time)
                for place in range(left, right + 1)]

    def _tell(self, filler: _Filler) -> None:
        remarks = []
        if titles := sum(map(bool, self._filled[:self._top])):
            remarks.append(remark("note.sheet-titles", count=titles))
        if footers := sum(map(bool, self._filled[self._bottom + 1:])):
            remarks.append(remark("note.sheet-footers", count=footers))
        if filler.sections:
            remarks.append(remark("note.sheet-sections", count=filler.sections))
        if self.header_rows > 1:
            remarks.append(remark("note.sheet-header", count=self.header_rows))
        if filler.filled:
            remarks.append(remark("note.merged", count=filler.filled))
        self.remarks = tuple(remarks)


@dataclass
class _Span:
    """The first and the last of some columns."""

    left: int = -1
    right: int = -1

    def widen(self, left: int, right: int) -> None:
        self.left = left if self.left < 0 else min(self.left, left)
        self.right = max(self.right, right)


class _Filler:
    """Gives merged cells the value that is shown across them."""

    def __init__(self, merged: Sequence[CellRange], top: int, bottom: int,
                 bounds: tuple[int, int]) -> None:
        self.filled = 0
        self.sections = 0
        self._width = bounds[1] - bounds[0] + 1
        self._bounds = bounds
        self._last_row = bottom
        self._waiting = sorted((one for one in merged if top <= one.top <= bottom),
                               key=lambda one: one.top, reverse=True)
        self._open: list[tuple[CellRange, Value]] = []

    def fill(self, number: int, row: list[Value], filled: int) -> None:
        """Fill a row; count it as a section's title if one text stands across most of it."""
        left, right = self._bounds
        while self._waiting and self._waiting[-1].top <= number:
            merged = self._waiting.pop()
            across = min(merged.right, right) - max(merged.left, left) + 1
            if merged.top == number:
                if filled == 1 and 2 < self._width < 2 * across:
                    self.sections += 1
                    return
                self._open.append((merged, row[merged.left]))
        for merged, value in self._open:
            for place in range(max(merged.left, left), min(merged.right, right) + 1):
                if _is_blank(row[place]) and not _is_blank(value):
                    row[place] = value
                    self.filled += 1
        self._open = [one for one in self._open if one[0].bottom > number]


def _shared(one: CellRange | None, other: CellRange | None) -> CellRange | None:
    """Return what two ranges share; the first if there is no other; None for nothing."""
    if one is None or other is None:
        return one
    shared = CellRange(max(one.top, other.top), max(one.left, other.left),
                       min(one.bottom, other.bottom), min(one.right, other.right))
    return shared if shared.top <= shared.bottom and shared.left <= shared.right else None


def _is_blank(value: Value) -> bool:
    return isinstance(value, str) and not value.strip()


def _joined(head: Sequence[Sequence[str]]) -> list[str]:
    """Return one name for each column from the rows that name them together."""
    return [" ".join(dict.fromkeys(part.strip() for part in column if part.strip()))
            for column in zip(*head, strict=True)]
