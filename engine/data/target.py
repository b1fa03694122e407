"""What a network is to predict, made of one column of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.class_counts import are_unequal
from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.limits import FEWEST_ROWS, MOST_CLASSES
from engine.data.remark import Change, Remark, remark
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import Task


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


def make_target(column: Column, task: Task, place: str, fewest: int = 2) -> Target:
    """Make a target of a column.

    Parameters
    ----------
    column : Column
        The column to predict.
    task : str
        ``classification`` or ``regression``.
    place : str
        The file's name for error messages.
    fewest : int
        Classes of fewer examples are left out.

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
    remarks = _missing_remarks(column)
    if task == "classification":
        return _classes(column.take(rows), rows, remarks, where, fewest)
    return _values(column, rows, remarks, where)


def _missing_remarks(column: Column) -> list[Remark]:
    if not column.not_numbers:
        return []
    return [remark("note.target-no-number", name=column.name, rows=column.not_numbers,
                   example=column.example, row=column.example_row)]


def _rare_remark(names: Sequence[str], counts: Indices, fewest: int) -> Remark:
    classes = tuple(say("counted.class", name=name, count=int(count))
                    for name, count in zip(names, counts, strict=True))
    return Remark(say("note.rare-classes", classes=classes, fewest=fewest),
                  Change(say("change.keep-rare"), {"fewest": 1}))


def _classes(column: Column, rows: Indices, remarks: list[Remark], place: Message,
             fewest: int) -> Target:
    if column.numbers is None:
        assert column.codes is not None
        names, labels = column.levels, column.codes
    else:
        found, labels = np.unique(column.numbers, return_inverse=True)
        names = tuple(f"{value:.12g}" for value in found[:MOST_CLASSES + 1])
        if len(found) > MOST_CLASSES:
            raise _too_many_classes(len(found), place)
    counts = np.bincount(labels, minlength=len(names))
    rare = np.flatnonzero(counts < fewest)
    if len(names) - len(rare) > MOST_CLASSES:
        raise _too_many_classes(len(names), place)
    if len(names) - len(rare) < 2:
        raise _too_few_classes(names, rare, fewest, place)
    if len(rare):
        kept = np.flatnonzero(counts[labels] >= fewest)
        remarks = [*remarks, _rare_remark([names[i] for i in rare], counts[rare], fewest)]
        place_of = np.cumsum(counts >= fewest) - 1
        rows, labels = rows[kept], place_of[labels[kept]]
        names = tuple(name for name, size in zip(names, counts, strict=True) if size >= fewest)
    _check_rows(len(rows), place)
    remarks = [*remarks, *_unequal_remarks(names, labels)]
    return Target("classification", rows, labels.astype(np.int64), np.empty((len(rows), 0)),
                  names, tuple(remarks))


def _unequal_remarks(names: Sequence[str], labels: Indices) -> list[Remark]:
    counts = np.bincount(labels, minlength=len(names)).astype(np.int64)
    if not are_unequal(counts):
        return []
    rarest, commonest = int(counts.argmin()), int(counts.argmax())
    return [remark("note.unequal-classes", name=names[rarest], count=int(counts[rarest]),
                   rows=len(labels), common=names[commonest],
                   share=float(counts[commonest] / len(labels)))]


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


def _too_few_classes(names: Sequence[str], rare: Indices, fewest: int,
                     place: Message) -> DataError:
    if len(names) == 1:
        return DataError("target.one-class", place=place, name=names[0])
    return DataError("target.rare-classes", place=place, count=len(names), rare=len(rare),
                     fewest=fewest)
