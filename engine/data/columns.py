"""What the cells of a column mean: numbers, categories, or nothing to learn from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals
from engine.data.limits import MOST_LEVELS
from engine.data.numbers import is_missing, parse_number

Kind = Literal["numeric", "category", "text", "identifier", "constant", "empty"]

_NUMBERS_SHARE = 0.95
"""A column is one of numbers when at least this share of its values, or all but one, are."""

_FEW_ROWS = 8
"""In a table this small, values that all differ say nothing about what a column is."""

_IDENTIFIER = re.compile(r"(.*[ _-])?(id|index|idx|row|row name|nr|no|number|#)|column 1|unnamed.*",
                         re.IGNORECASE)


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
        Positions in ``levels`` if it is one of texts; -1 where there is none.
    levels : tuple[str, ...]
        The different texts, sorted.
    not_numbers : int
        Cells that hold neither a number nor nothing, in a column of numbers; they count as missing.
    infinite : int
        Infinite numbers, or such as leave float64; they count as missing.
    example : str
        The first cell that is not a number.
    numbered : bool
        Whether it counts the rows of the file, of which these may be a part.
    """

    name: str
    position: int
    numbers: Reals | None = None
    codes: Indices | None = None
    levels: tuple[str, ...] = ()
    not_numbers: int = 0
    infinite: int = 0
    example: str = ""
    numbered: bool = False

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether each row has a value: bool[n]."""
        if self.numbers is not None:
            return ~np.isnan(self.numbers)
        assert self.codes is not None
        return self.codes >= 0

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return int((~self.present).sum())

    def take(self, rows: Indices) -> Column:
        """Return the column with these rows only, and only the levels that they hold."""
        if self.numbers is not None:
            return Column(self.name, self.position, numbers=self.numbers[rows],
                          not_numbers=self.not_numbers, infinite=self.infinite,
                          example=self.example, numbered=self.kind == "identifier")
        assert self.codes is not None
        codes = self.codes[rows]
        used = np.unique(codes[codes >= 0])
        place_of = np.full(len(self.levels) + 1, -1, dtype=np.int64)
        place_of[used] = np.arange(len(used))
        return Column(self.name, self.position, codes=place_of[codes],
                      levels=tuple(self.levels[i] for i in used))

    @property
    def distinct(self) -> int:
        """Number of different values."""
        if self.numbers is not None:
            return len(np.unique(self.numbers[self.present]))
        return len(self.levels)

    @property
    def kind(self) -> Kind:
        """What the column is good for; see `kind_help`."""
        count = int(self.present.sum())
        distinct = self.distinct
        if not count:
            return "empty"
        if distinct == 1:
            return "constant"
        if self.numbers is not None:
            return "identifier" if self._counts_rows(count) else "numeric"
        if distinct == count > _FEW_ROWS:
            return "identifier"
        return "category" if distinct <= MOST_LEVELS else "text"

    def _counts_rows(self, count: int) -> bool:
        numbers = self.numbers
        assert numbers is not None
        if self.numbered:
            return True
        if count <= _FEW_ROWS or count != len(numbers) or numbers[0] not in (0, 1):
            return False
        if self.position and not _IDENTIFIER.fullmatch(self.name):
            return False
        return bool((np.diff(numbers) == 1).all())


def interpret(name: str, position: int, cells: pd.Series, decimal: str) -> Column:
    """Return what the cells of a column mean.

    Parameters
    ----------
    name, position : str, int
        The column's name and its place in the file.
    cells : Series
        What `engine.data.column_reader.read_columns` gave for it.
    decimal : str
        ``.`` or ``,``, for numbers that pandas took for text because thousands are grouped.
    """
    if pd.api.types.is_bool_dtype(cells):
        cells = cells.astype(str)
    elif pd.api.types.is_numeric_dtype(cells):
        return _numeric(name, position, cells.to_numpy(dtype=np.float64, copy=True))
    codes, uniques = pd.factorize(cells)
    texts = [str(unique).strip() for unique in uniques]
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    parsed = _parse_texts(texts, counts, decimal)
    if parsed is not None:
        values, wrong = parsed
        column = _numeric(name, position, np.append(values, np.nan)[codes])
        return Column(name, position, numbers=column.numbers, infinite=column.infinite,
                      not_numbers=int(counts[wrong].sum()),
                      example=texts[wrong[0]] if wrong else "")
    levels = sorted({text for text in texts if not is_missing(text)})
    place_of = {text: i for i, text in enumerate(levels)}
    recode = np.array([*(place_of.get(text, -1) for text in texts), -1], dtype=np.int64)
    return Column(name, position, codes=recode[codes], levels=tuple(levels))


def _numeric(name: str, position: int, numbers: Reals) -> Column:
    infinite = np.isinf(numbers)
    numbers[infinite] = np.nan
    return Column(name, position, numbers=numbers, infinite=int(infinite.sum()))


def _parse_texts(texts: list[str], counts: NDArray[np.int64],
                 decimal: str) -> tuple[Reals, list[int]] | None:
    """Return the numbers and the positions of what is none; None if it is a column of texts."""
    total = int(counts.sum())
    budget = max((1 - _NUMBERS_SHARE) * total, 1.0 if total > _FEW_ROWS else 0.0)
    values = np.full(len(texts), np.nan)
    wrong: list[int] = []
    found = False
    for position, text in enumerate(texts):
        if is_missing(text):
            continue
        number = parse_number(text, decimal)
        if number is not None:
            values[position] = number
            found = True
            continue
        wrong.append(position)
        budget -= counts[position]
        if budget < 0:
            return None
    return (values, wrong) if found else None
