"""What a network is to predict, made of several columns of a table that are one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.remark import Remark, remark
from engine.data.target import Target, make_target
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import Task

_FLAGS: Mapping[str, float] = MappingProxyType({
    "false": 0.0, "true": 1.0, "no": 0.0, "yes": 1.0, "f": 0.0, "t": 1.0, "n": 0.0, "y": 1.0,
})
"""Words for 0 and 1."""


def make_joint_target(columns: Sequence[Column], task: Task | None, place: str) -> Target:
    """Make one target of several columns.

    Columns of 0 and 1 of which one is 1 in every row, or none is, are the classes of a
    classification and name them. Other numbers are the values of a regression.

    Parameters
    ----------
    columns : sequence of Column
        Two columns or more.
    task : str or None
        ``classification`` or ``regression``; None decides by the values.
    place : str
        The file's name for error messages.

    Raises
    ------
    DataError
        If the columns are no classes although these are to be predicted, hold texts, or have too
        few values.
    """
    flags = flags_of(columns)
    several = None if flags is None else np.flatnonzero(np.nansum(flags, axis=1) > 1)
    remarks: tuple[Remark, ...] = ()
    if task is None:
        one_each = several is not None and not len(several)
        task = "classification" if one_each else "regression"
        if several is not None and len(several):
            remarks = (remark("note.several-flags", rows=len(several),
                              names=tuple(column.name for column in columns)),)
    if task != "classification":
        made = _values(columns, place)
        return replace(made, remarks=(*remarks, *made.remarks))
    if flags is None:
        raise DataError("target.no-flags", place=_where(columns, place))
    if several is not None and len(several):
        row = int(several[0])
        both = tuple(column.name for column, flag in zip(columns, flags[row], strict=True)
                     if flag == 1)
        raise DataError("target.several-flags", place=_where(columns, place), rows=len(several),
                        names=both, row=row + 1)
    return _classes(columns, flags, place)


def flags_of(columns: Sequence[Column]) -> Reals | None:
    """Return columns as 0 and 1, float64[n, k], NaN where there is no value; None if they are none.

    Words such as ``True`` and ``no`` count.
    """
    flags = []
    for column in columns:
        values = _flags_of(column)
        if values is None:
            return None
        flags.append(values)
    return np.column_stack(flags)


def classes_of(flags: Reals) -> Indices:
    """Return which one of the flags is 1 in every row, int64[n]; -1 if it is not known or none."""
    certain = ~np.isnan(flags).any(axis=1) & (np.nansum(flags, axis=1) == 1)
    return np.where(certain, np.nan_to_num(flags).argmax(axis=1), -1).astype(np.int64)


def _flags_of(column: Column) -> Reals | None:
    if column.numbers is not None:
        known = column.numbers[column.present]
        return column.numbers if ((known == 0) | (known == 1)).all() else None
    assert column.codes is not None
    words = [_FLAGS.get(level.strip().lower()) for level in column.levels]
    if any(word is None for word in words):
        return None
    return np.array([*(word for word in words if word is not None), np.nan])[column.codes]


def _classes(columns: Sequence[Column], flags: Reals, place: str) -> Target:
    labels = classes_of(flags)
    gaps = np.isnan(flags).any(axis=1)
    names = tuple(column.name for column in columns)
    remarks = _gaps(int(gaps.sum()), names)
    none = int(((labels < 0) & ~gaps).sum())
    if none:
        remarks.append(remark("note.no-flag", rows=none, names=names))
    rows = np.flatnonzero(labels >= 0)
    joint = Column(", ".join(names), columns[0].position, codes=labels, levels=names)
    if not len(rows):
        raise DataError("target.empty", place=say("place.column", file=place, column=joint.name))
    unused = tuple(np.array(names)[np.bincount(labels[rows], minlength=len(names)) == 0].tolist())
    if unused:
        remarks.append(remark("note.unused-flags", names=unused))
    made = make_target(joint.take(rows), "classification", place)
    return Target("classification", rows[made.rows], made.labels, made.values, made.class_names,
                  (*remarks, *made.remarks))


def _values(columns: Sequence[Column], place: str) -> Target:
    present = np.logical_and.reduce([column.present for column in columns])
    rows = np.flatnonzero(present)
    if not len(rows):
        raise DataError("target.empty", place=_where(columns, place))
    remarks: list[Remark] = _gaps(int((~present).sum()), tuple(one.name for one in columns))
    # Each is checked as if it were the only one; taken to these rows, it has no gaps of its own.
    values = [make_target(column.take(rows), "regression", place).values for column in columns]
    return Target("regression", rows, np.empty(0, dtype=np.int64), np.column_stack(values), (),
                  tuple(remarks))


def _gaps(rows: int, names: tuple[str, ...]) -> list[Remark]:
    return [remark("note.no-joint-target", rows=rows, names=names)] if rows else []


def _where(columns: Sequence[Column], place: str) -> Message:
    return say("place.columns", file=place, columns=tuple(column.name for column in columns))
