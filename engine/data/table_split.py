"""Which rows of a table are for validation: random ones, whole groups, or the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.remark import Change, Remark, remark
from engine.data.split import split_groups, split_latest, split_rows
from engine.data.target import Target
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec

_AT_RANDOM = Change(say("change.split-random"), MappingProxyType({"split": "random"}))


@dataclass(frozen=True)
class Division:
    """A table's examples on both sides.

    Attributes
    ----------
    training, validation : int64[...]
        Examples to learn from and to validate on, in a shuffled order.
    remarks : tuple[Remark, ...]
        How they were told apart, unless at random.
    """

    training: Indices
    validation: Indices
    remarks: tuple[Remark, ...]


def divide(columns: Sequence[Column], target: Target, inputs: Sequence[Column], spec: DataSpec,
           place: str) -> Division:
    """Divide the examples of a table.

    Parameters
    ----------
    columns : sequence of Column
        The table, among them the column that says how to divide.
    target : Target
        Says which rows are examples, and their classes: random examples have the same mixture of
        these on both sides.
    inputs : sequence of Column
        What is learned from.
    spec : DataSpec
        Kind of split, share to learn from, and seed.
    place : str
        The file's name for sentences.

    Raises
    ------
    DataError
        If the column cannot divide the examples in two; the sentence says why.
    """
    table = spec.table
    by = next((column for column in columns if column.name == table.split_by), None)
    if table.split == "groups":
        if by is None:
            raise DataError("split.no-column", place=place)
        made = _groups(by, target, spec, place)
        remarks = (*made.remarks, *_as_input(by, inputs))
    elif table.split == "latest":
        made = _latest(by, target, spec, place)
        remarks = made.remarks
    else:
        labels = target.labels if target.task == "classification" else None
        return Division(*split_rows(len(target.rows), labels, spec.training_share, spec.seed), ())
    return Division(made.training, made.validation,
                    (*remarks, *_unlearned(target, made.training)))


def order_of(column: Column) -> Reals | None:
    """Return what the rows of a table can be sorted by, float64[n]; None if a column holds texts.

    Those are the days of a column of dates, and the numbers of one of numbers; NaN where there is
    none.
    """
    return column.numbers if column.days is None else column.days


def groups_of(column: Column) -> Indices:
    """Return the group of every row, int64[n], from 0: equal values are one, a gap one by itself.

    An empty cell says nothing about whom a row belongs to, least of all that it belongs to the same
    as another.
    """
    order = order_of(column)
    if order is None:
        assert column.codes is not None
        _, groups = np.unique(column.codes, return_inverse=True)
    else:
        _, groups = np.unique(order, return_inverse=True)
    gaps = np.flatnonzero(~column.present)
    groups = groups.astype(np.int64)
    groups[gaps] = column.rows + np.arange(len(gaps))
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def _unlearned(target: Target, training: Indices) -> tuple[Remark, ...]:
    """Return a remark on classes that none of the examples to learn from belongs to, if any."""
    if target.task != "classification":
        return ()
    counts = np.bincount(target.labels[training], minlength=len(target.class_names))
    names = tuple(target.class_names[label] for label in np.flatnonzero(counts == 0))
    return (remark("note.split-unlearned", classes=names),) if names else ()


def _as_input(by: Column, inputs: Sequence[Column]) -> tuple[Remark, ...]:
    """Return a remark on groups that are learned from although none of them comes again."""
    names = tuple(column.name for column in inputs)
    if by.name not in names or len(names) < 2:
        return ()
    without = Change(say("change.no-input", column=by.name), MappingProxyType({
        "inputs": tuple(name for name in names if name != by.name)}))
    return (Remark(say("note.split-groups-input", column=by.name), without),)


def _groups(by: Column, target: Target, spec: DataSpec, place: str) -> Division:
    column = by.take(target.rows)
    groups = groups_of(column)
    count = int(groups.max()) + 1
    if count < 2:
        raise DataError("split.one-group", place=say("place.column", file=place, column=by.name))
    training, validation = split_groups(groups, spec.training_share, spec.seed)
    learned = len(np.unique(groups[training]))
    remarks = [Remark(say("note.split-groups", column=by.name, groups=count, learned=learned,
                          kept=count - learned, share=len(training) / len(groups)), _AT_RANDOM)]
    if column.missing:
        remarks.append(remark("note.split-groups-gaps", column=by.name, rows=column.missing))
    return Division(training, validation, tuple(remarks))


def _latest(by: Column | None, target: Target, spec: DataSpec, place: str) -> Division:
    share = spec.training_share
    if by is None:
        training, validation = split_latest(target.rows.astype(np.float64), share, spec.seed)
        last = Remark(say("note.split-last-rows", rows=len(validation), all=len(target.rows)),
                      _AT_RANDOM)
        return Division(training, validation, (last,))
    order, where = order_of(by), say("place.column", file=place, column=by.name)
    if not by.present[target.rows].any():
        raise DataError("split.order-empty", place=where)
    if order is None:
        raise DataError("split.order-texts", place=where, example=by.levels[0])
    order = order[target.rows]
    known = order[~np.isnan(order)]
    if known.min() == known.max():
        raise DataError("split.order-same", place=where)
    training, validation = split_latest(order, share, spec.seed)
    remarks = [Remark(say("note.split-latest", column=by.name, rows=len(validation),
                          all=len(order)), _AT_RANDOM)]
    if len(known) < len(order):
        remarks.append(remark("note.split-latest-gaps", column=by.name,
                              rows=len(order) - len(known)))
    return Division(training, validation, tuple(remarks))
