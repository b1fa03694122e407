"""The cells of one column as they were read: plain numbers and what stands between, or texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts of a column.

    Attributes
    ----------
    codes : int[n]
        For each row its place in ``levels``.
    levels : tuple[str, ...]
        The different texts in the order in which they first occur, spaces at their ends removed.
    """

    codes: NDArray[np.signedinteger]
    levels: tuple[str, ...]

    @property
    def counts(self) -> Indices:
        """How often each text occurs: int64[levels]."""
        return np.bincount(self.codes, minlength=len(self.levels)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a column.

    Attributes
    ----------
    numbers : float64[n] | None
        Its values where most cells are numbers that can be read in one way only; NaN elsewhere.
    odd_rows : int64[k]
        Rows of cells that are not empty and hold no such number.
    odd : Texts
        What stands in these rows.
    decimals : bool
        Whether some number has decimals without doubt.
    texts : callable
        Gives all cells as they stand in the file.
    """

    numbers: Reals | None
    odd_rows: Indices
    odd: Texts
    decimals: bool
    texts: Callable[[], Texts]

    def __len__(self) -> int:
        return len(self.texts().codes) if self.numbers is None else len(self.numbers)


NO_TEXTS = Texts(np.empty(0, dtype=np.int64), ())
_NO_ROWS = np.empty(0, dtype=np.int64)


def cells_of_texts(texts: Texts) -> Cells:
    """Return the cells of a column that is not plainly one of numbers."""
    return Cells(None, _NO_ROWS, NO_TEXTS, decimals=False, texts=lambda: texts)


def cells_of_numbers(numbers: Reals, *, decimals: bool) -> Cells:
    """Return the cells of a column of plain numbers and empty cells.

    Of numbers no texts are kept; a column without any has nothing but empty ones.
    """
    texts = (Texts(np.zeros(len(numbers), dtype=np.int32), ("",)) if np.isnan(numbers).all()
             else NO_TEXTS)
    return Cells(numbers, _NO_ROWS, NO_TEXTS, decimals, lambda: texts)


def cells_of(values: Sequence[object] | pd.Series) -> Cells:
    """Return cells from values: texts, or numbers as they are."""
    series = pd.Series(values)
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        numbers = series.to_numpy(dtype=np.float64, copy=True)
        return Cells(numbers, _NO_ROWS, NO_TEXTS, bool((numbers % 1 > 0).any()),
                     lambda: texts_of(["" if np.isnan(value) else f"{value:.15g}"
                                       for value in numbers]))
    return cells_of_texts(texts_of(
        ["" if missing else str(value)
         for value, missing in zip(series, series.isna(), strict=True)]))


def texts_of(values: Sequence[str]) -> Texts:
    """Return texts, each different one once."""
    places: dict[str, int] = {}
    codes = np.fromiter((places.setdefault(value.strip(), len(places)) for value in values),
                        dtype=np.int32, count=len(values))
    return Texts(codes, tuple(places))
