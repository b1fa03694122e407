"""Turning columns of a table into the numbers that a network sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.limits import MOST_CELLS, MOST_COLUMNS, MOST_LEVELS
from engine.data.scaling import check_range, measure
from engine.data.wording import count, listing, quote
from engine.errors import DataError
from engine.spec import Scaling

_DROPPED = {
    "empty": "holds no value",
    "constant": "has the same value everywhere",
    "text": f"has more than {MOST_LEVELS} different texts",
    "identifier": "only names or counts the rows",
}


@dataclass(frozen=True)
class Encoded:
    """Inputs of a network.

    Attributes
    ----------
    inputs : float64[n, d]
        All finite.
    names : tuple[str, ...]
        One for every input: ``mass``, or ``island = Biscoe`` for a category.
    notes : tuple[str, ...]
        What was filled and encoded, a sentence each.
    """

    inputs: Reals
    names: tuple[str, ...]
    notes: tuple[str, ...]


def choose_inputs(columns: Sequence[Column], chosen: bool,
                  place: str) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Leave out the columns that nothing can be learned from.

    Parameters
    ----------
    columns : sequence of Column
        Every column but the target, with the rows to be used only.
    chosen : bool
        Whether the person named them; then a row number is kept, and free text is an error.
    place : str
        The file's name for error messages.

    Returns
    -------
    columns, notes
        What is left, and a sentence on what is not.

    Raises
    ------
    DataError
        If nothing is left, or a chosen column is free text.
    """
    kept, dropped = [], []
    for column in columns:
        kind = column.kind
        if chosen and kind == "identifier" and column.numbers is not None:
            kind = "numeric"
        if chosen and kind in ("text", "identifier"):
            raise DataError(f"{place}, column {quote(column.name)}",
                            f"{column.distinct:,} different texts",
                            f"numbers or at most {MOST_LEVELS} different texts",
                            "Leave the column out of the inputs")
        if kind in _DROPPED:
            dropped.append((column, kind))
        else:
            kept.append(column)
    if not kept:
        # A table of one row number and a target is a curve over time.
        kept = [column for column, kind in dropped
                if kind == "identifier" and column.numbers is not None]
        dropped = [pair for pair in dropped if pair[0] not in kept]
    if not kept:
        raise DataError(place, "no column to learn from: " + _reasons(dropped),
                        f"a column of numbers, or of at most {MOST_LEVELS} different texts",
                        "Add such a column")
    if not dropped:
        return tuple(kept), ()
    return tuple(kept), (f"Left out: {_reasons(dropped)}.",)


def _reasons(dropped: Sequence[tuple[Column, str]]) -> str:
    if not dropped:
        return "there is none besides the target"
    return listing([f"{quote(column.name)} {_DROPPED[kind]}" for column, kind in dropped],
                   "column")


def encode(columns: Sequence[Column], training: Indices, scaling: Scaling, place: str) -> Encoded:
    """Fill gaps, one-hot encode categories and scale numbers.

    Parameters
    ----------
    columns : sequence of Column
        The columns to learn from.
    training : int64[...]
        Rows on which medians and scales are measured.
    scaling : str
        ``standard``, ``minmax`` or ``none``. Encoded categories stay 0 and 1.
    place : str
        The file's name for error messages.

    Raises
    ------
    DataError
        If there would be too many inputs, or a number is too large.
    """
    n = len(columns[0].present)
    widths = [1 if column.numbers is not None else len(_levels(column)) for column in columns]
    _check_size(n, sum(widths), place)
    inputs = np.zeros((n, sum(widths)))
    names: list[str] = []
    numeric: list[int] = []
    for column, width in zip(columns, widths, strict=True):
        if column.numbers is not None:
            numeric.append(len(names))
            inputs[:, len(names)] = _filled(column.numbers, training)
            names.append(column.name)
            continue
        assert column.codes is not None
        codes = np.where(column.codes < 0, width - 1, column.codes)
        inputs[np.arange(n), len(names) + codes] = 1.0
        names.extend(f"{column.name} = {level}" for level in _levels(column))
    if numeric:
        block = inputs[:, numeric]
        inputs[:, numeric] = measure(scaling, block[training])(block)
    check_range(inputs, tuple(names), place)
    return Encoded(inputs, tuple(names), tuple(_notes(columns)))


def _levels(column: Column) -> tuple[str, ...]:
    return (*column.levels, "missing") if column.missing else column.levels


def _filled(numbers: Reals, training: Indices) -> Reals:
    missing = np.isnan(numbers)
    if not missing.any():
        return numbers
    known = numbers[training][~missing[training]]
    if not len(known):
        known = numbers[~missing]
    return np.where(missing, np.median(known), numbers)


def _check_size(rows: int, width: int, place: str) -> None:
    if width > MOST_COLUMNS:
        raise DataError(place, f"{width:,} inputs after encoding categories",
                        f"at most {MOST_COLUMNS:,}", "Choose fewer columns")
    if rows * width > MOST_CELLS:
        raise DataError(place, f"{rows:,} rows of {width:,} inputs",
                        f"at most {MOST_CELLS:,} numbers",
                        "Choose fewer columns or save fewer rows")


def _notes(columns: Sequence[Column]) -> list[str]:
    notes = []
    for column in columns:
        if column.not_numbers:
            notes.append(f"In {quote(column.name)}, {count(column.not_numbers, 'cell')} without a "
                         f"number, for example {quote(column.example)}, counted as missing.")
        if column.infinite:
            notes.append(f"In {quote(column.name)}, {count(column.infinite, 'cell')} with an "
                         f"infinite or too large number counted as missing.")
    gaps = [(column, column.missing) for column in columns]
    numbers = [pair for pair in gaps if pair[1] and pair[0].numbers is not None]
    texts = [pair for pair in gaps if pair[1] and pair[0].numbers is None]
    if numbers:
        notes.append(f"Missing numbers were filled with the median of the training examples: "
                     f"{_listed(numbers)}.")
    if texts:
        notes.append(f"Missing categories became a category of their own: {_listed(texts)}.")
    encoded = [(column, len(_levels(column))) for column in columns if column.numbers is None]
    if encoded:
        notes.append(f"Categories were one-hot encoded: {_listed(encoded)}.")
    return notes


def _listed(counted: Sequence[tuple[Column, int]]) -> str:
    return listing([f"{quote(column.name)} ({number:,})" for column, number in counted], "column")
