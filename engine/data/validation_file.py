"""Another file of the same columns, whose rows are all for validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.alike import Alike, alike, texts_of
from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.joint_target import classes_of, flags_of
from engine.data.reading import Reading, read
from engine.data.remark import Change, Remark, remark
from engine.data.spellings import folded, respelled
from engine.data.table_split import order_of
from engine.data.target import Target
from engine.errors import DataError
from engine.messages import say
from engine.spec import TableSpec

_LEFT_AWAY = Change(say("change.no-test-file"), MappingProxyType({"test_path": ""}))


@dataclass(frozen=True, eq=False)
class Added:
    """The rows of another file below those of the first.

    Attributes
    ----------
    inputs : tuple[Column, ...]
        Columns to learn from, the examples of both files one below the other.
    labels, values : int64[n], float64[n, k]
        Targets of both.
    unseen : Mapping[str, bool[n]]
        By the names of columns of texts: where the other file has one that the first lacks.
    count : int
        Examples of the other file.
    remarks : tuple[Remark, ...]
        What was assumed and left out.
    """

    inputs: tuple[Column, ...]
    labels: Indices
    values: Reals
    unseen: Mapping[str, NDArray[np.bool_]]
    count: int
    remarks: tuple[Remark, ...]


def add_file(path: Path, first: Reading, targets: Sequence[Column], made: Target,
             inputs: Sequence[Column], spec: TableSpec) -> Added:
    """Read another file and add its examples to those of the first.

    Columns are found by their names, in any order; others are ignored. Levels and classes are those
    of the first file.

    Parameters
    ----------
    path : Path
        The other file.
    first : Reading
        The first file.
    targets : sequence of Column
        Its target, or targets.
    made : Target
        What is to be predicted of it.
    inputs : sequence of Column
        Its inputs, with the rows of ``made`` only.
    spec : TableSpec
        What the person has chosen for the first file.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, or none of its rows has a target.
    """
    other = _read(path, first, targets, inputs, spec)
    by_name = {column.name: column for column in other.columns}
    answers = [alike(by_name[one.name], one, other.place, first.place) for one in targets]
    found = _targets(answers, [by_name[one.name] for one in targets], targets, made, spec)
    remarks = [*_remarks(other, first, len(found.rows), len(made.rows)),
               *_left_out(found, other.place, first.place)]
    if not len(found.rows):
        raise DataError("split.file-no-target", place=other.place, first=first.place,
                        names=tuple(one.name for one in targets))
    joined, unseen = [], {}
    for column in inputs:
        own = by_name[column.name]
        if spec.merge_spellings:
            own = respelled(own, column)
        added = alike(own, column, other.place, first.place)
        where, said = _unseen(added, column, found.rows, other.place, first.place)
        if where.any():
            unseen[column.name] = np.append(np.zeros(len(made.rows), np.bool_), where)
        remarks.extend(said)
        joined.append(_below(column, added.column, found.rows, where))
    return Added(tuple(joined), np.append(made.labels, found.labels),
                 np.concatenate([made.values, found.values]), unseen, len(found.rows),
                 tuple(remarks))


def blank(inputs: Reals, names: Sequence[str], columns: Sequence[Column],
          unseen: Mapping[str, NDArray[np.bool_]]) -> None:
    """Set all inputs of a column of texts to 0 where its text is unknown, in place.

    Parameters
    ----------
    inputs : float64[n, d]
        Encoded inputs.
    names : sequence of str
        Their names, as `engine.data.encoding.encode` gives them.
    columns : sequence of Column
        The columns that they were made of.
    unseen : Mapping[str, bool[n]]
        Where each is unknown.
    """
    for column in columns:
        if column.name in unseen:
            own = {f"{column.name} = {level}" for level in (*column.levels, "missing")}
            places = [place for place, name in enumerate(names) if name in own]
            inputs[np.flatnonzero(unseen[column.name])[:, None], places] = 0.0


def _read(path: Path, first: Reading, targets: Sequence[Column], inputs: Sequence[Column],
          spec: TableSpec) -> Reading:
    needed = tuple(column.name for column in (*targets, *inputs))
    form = first.form
    # What a person had to choose for one file of a program holds for another of it.
    chosen = spec if path.suffix.lower() == Path(first.place).suffix.lower() else TableSpec()
    header = form.header if spec.header is None else spec.header
    other = read(path, TableSpec(
        separator=chosen.separator, decimal=chosen.decimal, header=header,
        encoding=chosen.encoding, quote=chosen.quote, missing=spec.missing,
        present=spec.present), wanted=needed)
    for name in needed:
        if name not in other.form.names:
            answer = name in {column.name for column in targets}
            raise DataError("split.file-no-answer" if answer else "split.file-no-column",
                            place=other.place, column=name, first=first.place,
                            known=tuple(other.form.names))
    return other


@dataclass(frozen=True, eq=False)
class _Answers:
    """Targets of the other file: rows that have one, labels and values of these, and the rest."""

    rows: Indices
    labels: Indices
    values: Reals
    without: int
    strange: int = 0
    classes: tuple[str, ...] = ()


def _targets(answers: Sequence[Alike], columns: Sequence[Column], targets: Sequence[Column],
             made: Target, spec: TableSpec) -> _Answers:
    if made.task != "classification":
        present = np.logical_and.reduce([one.column.present for one in answers])
        rows = np.flatnonzero(present)
        values = np.column_stack([one.column.numbers[rows] for one in answers
                                  if one.column.numbers is not None])
        return _Answers(rows, np.empty(0, dtype=np.int64), values, int((~present).sum()))
    names: Sequence[str]
    if len(targets) > 1:
        codes, names = _joint(columns), [one.name for one in columns]
    else:
        codes, names = texts_of(columns[0])
    label_of = _label_of(targets, made, spec)
    known = np.array([*(label_of(name) for name in names), -1], dtype=np.int64)
    labels = known[codes]
    rows, strange = np.flatnonzero(labels >= 0), (codes >= 0) & (labels < 0)
    return _Answers(rows, labels[rows], np.empty((len(rows), 0)), int((codes < 0).sum()),
                    int(strange.sum()), tuple(names[code] for code in np.unique(codes[strange])))


def _joint(columns: Sequence[Column]) -> Indices:
    flags = flags_of(columns)
    return (np.full(columns[0].rows, -1, dtype=np.int64) if flags is None
            else classes_of(flags))


def _label_of(targets: Sequence[Column], made: Target, spec: TableSpec) -> Callable[[str], int]:
    """Return what gives the label of a class by how a file writes it, -1 if there is none."""
    if len(targets) > 1:
        names = made.class_names
        return lambda text: names.index(text) if text in names else -1
    # Whatever rule made classes of the first file's values, its rows tell which is which.
    codes, texts = texts_of(targets[0])
    labels = dict(zip(codes[made.rows].tolist(), made.labels.tolist(), strict=True))
    by_text = {texts[code]: label for code, label in labels.items()}
    if not spec.merge_spellings:
        return lambda text: by_text.get(text, -1)
    by_spelling = {folded(text): label for text, label in by_text.items()}
    return lambda text: by_text.get(text, by_spelling.get(folded(text), -1))


def _left_out(found: _Answers, place: str, first: str) -> list[Remark]:
    remarks = []
    if found.without:
        remarks.append(remark("note.split-file-no-target", file=place, rows=found.without))
    if found.strange:
        remarks.append(remark("note.split-file-classes", file=place, rows=found.strange,
                              classes=found.classes, first=first))
    return remarks


def _unseen(added: Alike, column: Column, rows: Indices, place: str,
            first: str) -> tuple[NDArray[np.bool_], list[Remark]]:
    """Return where none of the inputs that a column of texts becomes is 1, and what to say."""
    if column.codes is None or order_of(column) is not None:
        return np.zeros(len(rows), np.bool_), []
    unseen, remarks = added.unseen[rows], []
    if unseen.any():
        remarks.append(remark("note.split-file-unseen", file=place, column=column.name,
                              texts=added.texts, rows=int(unseen.sum()), first=first))
    gaps = ~added.column.present[rows] & ~unseen
    if gaps.any() and not column.missing:
        remarks.append(remark("note.split-file-gaps", file=place, column=column.name,
                              rows=int(gaps.sum()), first=first))
        return unseen | gaps, remarks
    return unseen, remarks


def _below(column: Column, added: Column, rows: Indices,
           unseen: NDArray[np.bool_]) -> Column:
    """Return the rows of a column with those of another file below them.

    What is unseen takes the first level, so that it is no gap; `blank` clears it.
    """
    more: dict[str, Any] = {}
    for name in ("numbers", "codes", "days"):
        own, other = getattr(column, name), getattr(added, name)
        if own is not None and other is not None:
            more[name] = np.append(own, other[rows])
    if unseen.any():
        more["codes"][column.rows:][unseen] = 0
    return replace(column, not_numbers=column.not_numbers + added.not_numbers,
                   infinite=column.infinite + added.infinite,
                   example=column.example or added.example, **more)


def _remarks(other: Reading, first: Reading, count: int, learned: int) -> list[Remark]:
    remarks = [Remark(say("note.split-file", file=other.place, rows=count, learned=learned,
                          first=first.place), _LEFT_AWAY)]
    if other.form.decimal != first.form.decimal:
        remarks.append(remark("note.split-file-decimal", file=other.place,
                              decimal=other.form.decimal, first=first.place,
                              other=first.form.decimal))
    extra = tuple(name for name in other.form.names if name not in first.form.names)
    if extra:
        remarks.append(remark("note.split-file-extra", file=other.place, names=extra))
    remarks.extend(Remark(say("note.split-file-says", file=other.place, what=one.message))
                   for one in other.remarks)
    return remarks
