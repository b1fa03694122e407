"""Ranges of cells as spreadsheets write them: ``B3:F40``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import DataError

LAST_ROW, LAST_COLUMN = 2**20 - 1, 2**14 - 1
"""Places of the last cell of a sheet, ``XFD1048576``, counted from 0."""

_CELLS = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6}):\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_COLUMNS = re.compile(r"\$?([A-Z]{1,3}):\$?([A-Z]{1,3})")


@dataclass(frozen=True)
class CellRange:
    """A rectangle of cells, all places counted from 0 and inclusive.

    Attributes
    ----------
    top, left, bottom, right : int
        Its first and last row and column.
    """

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return f"{first}:{last}"


def parse_range(text: str, place: str) -> CellRange:
    """Return the range that a person has written: ``B3:F40``, or whole columns, ``B:F``.

    Raises
    ------
    DataError
        If it is none, or leaves the sheet.
    """
    written = re.sub(r"\s", "", text).upper()
    if match := _CELLS.fullmatch(written):
        columns = sorted((column_place(match[1]), column_place(match[3])))
        rows = sorted((int(match[2]) - 1, int(match[4]) - 1))
    elif match := _COLUMNS.fullmatch(written):
        columns = sorted((column_place(match[1]), column_place(match[2])))
        rows = [0, LAST_ROW]
    else:
        raise DataError("sheet.range", place=place, cells=text)
    if columns[1] > LAST_COLUMN or rows[1] > LAST_ROW:
        raise DataError("sheet.range", place=place, cells=text)
    return CellRange(rows[0], columns[0], rows[1], columns[1])


def column_place(letters: str) -> int:
    """Return the place of a column, from 0, by its letters."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def cell_name(row: int, column: int) -> str:
    """Return what a spreadsheet calls a cell: ``B3`` for row 2 and column 1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
