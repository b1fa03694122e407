"""What a network is to predict, made of one column of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.limits import FEWEST_ROWS, MOST_CLASSES
from engine.data.remark import Remark, remark
from engine.errors import DataError
from engine.messages import Message, say
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
    remarks : tuple[Remark, ...]
        Which rows were left out.
    """

    task: Task
    rows: Indices
    labels: Indices
    values: Reals
    class_names: tuple[str, ...]
    remarks: tuple[Remark, ...]


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
    where = say("place.column", file=place, column=column.name)
    rows = np.flatnonzero(column.present)
    if not len(rows):
        raise DataError("target.empty", place=where)
    remarks = _missing_remarks(column, len(column.present) - len(rows))
    task = task or suggest_task(column)
    if task == "classification":
        return _classes(column.take(rows), rows, remarks, where)
    return _values(column, rows, remarks, where)


def _missing_remarks(column: Column, missing: int) -> list[Remark]:
    if not missing:
        return []
    if column.not_numbers:
        return [remark("note.target-no-number", rows=missing, example=column.example)]
    return [remark("note.no-target", rows=missing)]


def _classes(column: Column, rows: Indices, remarks: list[Remark], place: Message) -> Target:
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
        alone = tuple(say("counted.class", name=names[i]) for i in rare)
        remarks = [*remarks, remark("note.only-examples", classes=alone)]
        place_of = np.cumsum(counts >= 2) - 1
        rows, labels = rows[kept], place_of[labels[kept]]
        names = tuple(name for name, size in zip(names, counts, strict=True) if size >= 2)
    _check_rows(len(rows), place)
    return Target("classification", rows, labels.astype(np.int64), np.empty((len(rows), 0)),
                  names, tuple(remarks))


def _values(column: Column, rows: Indices, remarks: list[Remark], place: Message) -> Target:
    if column.numbers is None:
        raise DataError("target.texts", place=place, example=column.levels[0])
    values = column.numbers[rows]
    _check_rows(len(rows), place)
    if values.min() == values.max():
        raise DataError("target.same-value", place=place, value=float(values[0]))
    return Target("regression", rows, np.empty(0, dtype=np.int64), values[:, None], (),
                  tuple(remarks))


def _check_rows(number: int, place: Message) -> None:
    if number < FEWEST_ROWS:
        raise DataError("target.too-few-rows", place=place, rows=number, fewest=FEWEST_ROWS)


def _too_many_classes(number: int, place: Message) -> DataError:
    return DataError("target.too-many-classes", place=place, count=number, most=MOST_CLASSES)


def _too_few_classes(names: Sequence[str], rare: Indices, place: Message) -> DataError:
    if len(names) == 1:
        return DataError("target.one-class", place=place, name=names[0])
    return DataError("target.rare-classes", place=place, count=len(names), rare=len(rare))
