"""A column of one file in the terms of the same column of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import Column
from engine.data.dataset import Indices
from engine.errors import DataError
from engine.messages import say


@dataclass(frozen=True, eq=False)
class Alike:
    """A column of another file.

    Attributes
    ----------
    column : Column
        Its values, with the levels of the first file; -1 for a text that this lacks.
    unseen : bool[n]
        Where it has such a text.
    texts : tuple[str, ...]
        Those texts.
    """

    column: Column
    unseen: NDArray[np.bool_]
    texts: tuple[str, ...] = ()


def alike(column: Column, first: Column, place: str, first_place: str) -> Alike:
    """Return a column of another file as if it stood in the first.

    Parameters
    ----------
    column : Column
        As it was understood by itself.
    first : Column
        The column of the same name in the first file.
    place, first_place : str
        Names of the files.

    Raises
    ------
    DataError
        If one file has numbers or dates in it, and the other texts.
    """
    none = np.zeros(column.rows, np.bool_)
    if first.days is not None:
        return Alike(replace(first, codes=np.full(len(none), -1, dtype=np.int64),
                             days=_days(column, first, place, first_place)), none)
    if first.numbers is not None:
        return Alike(_numeric(column, first, place, first_place), none)
    codes, texts = texts_of(column)
    place_of = {text: code for code, text in enumerate(first.levels)}
    found = np.array([*(place_of.get(text, -1) for text in texts), -1], dtype=np.int64)[codes]
    unseen = (codes >= 0) & (found < 0)
    strange = tuple(text for text in texts if text not in place_of)
    return Alike(replace(first, codes=found), unseen, strange)


def texts_of(column: Column) -> tuple[Indices, Sequence[str]]:
    """Return the texts of a column and which of them each row has, -1 for none.

    Numbers are written as the classes of a target are.
    """
    if column.numbers is None:
        assert column.codes is not None
        return column.codes, column.levels
    values, codes = np.unique(column.numbers[column.present], return_inverse=True)
    places = np.full(len(column.numbers), -1, dtype=np.int64)
    places[column.present] = codes
    return places, [f"{value:.12g}" for value in values]


def _numeric(column: Column, first: Column, place: str, first_place: str) -> Column:
    if column.numbers is None and column.present.any():
        # A single row may be enough to make texts of a column in a file of a few.
        codes, levels = texts_of(column)
        values = np.array([*map(_number, levels), np.nan])[codes]
        markers = {marker for marker, _ in first.markers}
        told = np.array([*(level not in markers for level in levels), False])[codes]
        wrong = np.isnan(values) & told
        example = levels[codes[np.flatnonzero(wrong)[0]]] if wrong.any() else ""
        if 2 * wrong.sum() > told.sum():
            raise DataError("split.file-texts",
                            place=say("place.column", file=place, column=column.name),
                            example=example, first=first_place)
        return replace(first, numbers=values, not_numbers=int(wrong.sum()), infinite=0,
                       example=example)
    numbers = column.numbers
    return replace(first, numbers=np.full(column.rows, np.nan)
                   if numbers is None else numbers, not_numbers=column.not_numbers,
                   infinite=column.infinite, example=column.example)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return float("nan")
    return number if np.isfinite(number) else float("nan")


def _days(column: Column, first: Column, place: str, first_place: str) -> NDArray[np.float64]:
    if column.days is not None:
        return column.days
    if column.present.any():
        raise DataError("split.file-no-dates",
                        place=say("place.column", file=place, column=first.name),
                        example=texts_of(column)[1][0], first=first_place)
    return np.full(column.rows, np.nan)
