"""What a network is to predict, made of one column of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.limits import FEWEST_ROWS, MOST_CLASSES
from engine.errors import DataError
from engine.spec import Task

_FEW_INTEGERS = 20
"""Whole numbers of at most so many different values are taken for classes."""

_TARGET_NAMES = (
    "target", "label", "labels", "y", "output", "outcome", "result", "survived", "diagnosis",
    "species", "variety", "quality", "class", "classes", "category", "type", "price",
)
"""Names that tell a target, the surest first."""


@dataclass(frozen=True)
class Target:
    """What is to be predicted.

    Attributes
    ----------
    task : str
        ``classification`` or ``regression``.
    rows : int64[m]
        Rows of the table that have a target and can be used.
    labels : int64[m]
        Classes; empty for regression.
    values : float64[m, k]
        Values as the file has them; k = 0 for classification, else 1.
    class_names : tuple[str, ...]
        Names of the classes.
    notes : tuple[str, ...]
        Which rows were left out, a sentence each.
    """

    task: Task
    rows: Indices
    labels: Indices
    values: Reals
    class_names: tuple[str, ...]
    notes: tuple[str, ...]


def suggest_target(columns: Sequence[Column]) -> Column | None:
    """Return the column that is most likely to be predicted, or None if there is none.

    That is one with a telling name such as ``species``, else the last with two values or more that
    is neither free text nor a row number.
    """
    usable = [column for column in columns if column.kind in ("numeric", "category")]
    by_name = {column.name.lower(): column for column in usable}
    for name in _TARGET_NAMES:
        if name in by_name:
            return by_name[name]
    return usable[-1] if usable else None


def suggest_task(column: Column) -> Task:
    """Return ``classification`` for texts and few whole numbers, else ``regression``."""
    if column.numbers is None:
        return "classification"
    values = column.numbers[column.present]
    if (values != np.round(values)).any():
        return "regression"
    distinct = len(np.unique(values))
    return "classification" if distinct <= min(_FEW_INTEGERS, len(values) // 2) else "regression"


def make_target(column: Column, task: Task | None, place: str) -> Target:
    """Make a target of a column.

    Parameters
    ----------
    column : Column
        The column to predict.
    task : str or None
        ``classification`` or ``regression``; None decides by `suggest_task`.
    place : str
        The file's name for error messages.

    Raises
    ------
    DataError
        If the column has too few values, one class only, too many classes, or texts where
        regression needs numbers.
    """
    place = f"{place}, column {column.name!r}"
    rows = np.flatnonzero(column.present)
    if not len(rows):
        raise DataError(place, "the target has no value in any row", "a value in every row",
                        "Choose another target")
    notes = _missing_notes(column, len(column.present) - len(rows))
    task = task or suggest_task(column)
    if task == "classification":
        return _classes(column.take(rows), rows, notes, place)
    return _values(column, rows, notes, place)


def _missing_notes(column: Column, count: int) -> list[str]:
    if not count:
        return []
    rows = "1 row was" if count == 1 else f"{count:,} rows were"
    reason = "because the target has no value there"
    if column.not_numbers:
        reason = f"because the target has no number there, but for example {column.example!r}"
    return [f"{rows} left out {reason}."]


def _classes(column: Column, rows: Indices, notes: list[str], place: str) -> Target:
    if column.numbers is None:
        assert column.codes is not None
        names, labels = column.levels, column.codes
    else:
        found, labels = np.unique(column.numbers, return_inverse=True)
        names = tuple(f"{value:.12g}" for value in found[:MOST_CLASSES + 1])
        if len(found) > MOST_CLASSES:
            raise _too_many_classes(len(found), place)
    counts = np.bincount(labels, minlength=len(names))
    rare = np.flatnonzero(counts < 2)
    if len(names) - len(rare) > MOST_CLASSES:
        raise _too_many_classes(len(names), place)
    if len(names) - len(rare) < 2:
        raise _too_few_classes(names, rare, place)
    if len(rare):
        kept = np.flatnonzero(counts[labels] >= 2)
        listed = ", ".join(repr(names[i]) for i in rare[:5]) + (" ..." if len(rare) > 5 else "")
        classes = "1 class" if len(rare) == 1 else f"{len(rare):,} classes"
        notes = [*notes, f"{classes} with one example only left out: {listed}."]
        place_of = np.cumsum(counts >= 2) - 1
        rows, labels = rows[kept], place_of[labels[kept]]
        names = tuple(name for name, count in zip(names, counts, strict=True) if count >= 2)
    _check_rows(len(rows), place)
    return Target("classification", rows, labels.astype(np.int64), np.empty((len(rows), 0)),
                  names, tuple(notes))


def _values(column: Column, rows: Indices, notes: list[str], place: str) -> Target:
    if column.numbers is None:
        raise DataError(place, f"texts such as {column.levels[0]!r}", "numbers for regression",
                        "Choose Classification or another target")
    values = column.numbers[rows]
    _check_rows(len(rows), place)
    if values.min() == values.max():
        raise DataError(place, f"the same value {values[0]:.6g} in every row",
                        "values that differ", "Choose another target")
    return Target("regression", rows, np.empty(0, dtype=np.int64), values[:, None], (),
                  tuple(notes))


def _check_rows(count: int, place: str) -> None:
    if count < FEWEST_ROWS:
        rows = "1 row" if count == 1 else f"{count} rows"
        raise DataError(place, f"{rows} to learn from", f"at least {FEWEST_ROWS}",
                        "Add rows, or fill the gaps of the target")


def _too_many_classes(count: int, place: str) -> DataError:
    return DataError(place, f"{count:,} different values", f"at most {MOST_CLASSES} classes",
                     "Choose another target, or Regression if these are numbers")


def _too_few_classes(names: Sequence[str], rare: Indices, place: str) -> DataError:
    if len(names) == 1:
        return DataError(place, f"one class only, {names[0]!r}", "at least 2 classes",
                         "Choose another target or add examples of another class")
    return DataError(place, f"{len(names):,} different values, {len(rare):,} of them once only",
                     "at least 2 classes of 2 examples or more",
                     "Choose another target or add examples")
