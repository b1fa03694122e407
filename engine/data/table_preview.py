"""A first look at a person's table, before it is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from engine.data.column_reader import read_columns
from engine.data.columns import Column, Kind, interpret
from engine.data.encoding import choose_inputs
from engine.data.limits import HEAD_ROWS
from engine.data.records import iterate_records, split_cells
from engine.data.sniff import examine
from engine.data.target import make_target, suggest_target, suggest_task
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import TableSpec, Task

SHOWN_ROWS = 20
_EXAMPLES = 3


@dataclass(frozen=True)
class ColumnPreview:
    """A column as far as the first rows show it.

    Attributes
    ----------
    name : str
        Its name.
    kind : str
        ``numeric``, ``category`` (few texts), ``text`` (many), ``identifier`` (names or counts the
        rows), ``constant`` or ``empty``. Only the first two are learned from unless chosen.
    missing : int
        Rows without a value.
    distinct : int
        Number of different values.
    examples : tuple[str, ...]
        Up to three different values.
    """

    name: str
    kind: Kind
    missing: int
    distinct: int
    examples: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether the column is learned from when nothing is chosen."""
        return self.kind in ("numeric", "category")


@dataclass(frozen=True)
class TablePreview:
    """What the beginning of a file shows.

    Attributes
    ----------
    title : str
        The file's name.
    size : int
        Its bytes.
    encoding, separator, decimal, header : str, str, str, bool
        How it was read; found out where the person left it open.
    columns : tuple[ColumnPreview, ...]
        Every column.
    rows : tuple[tuple[str, ...], ...]
        The cells of the first rows, at most 20.
    rows_seen : int
        Rows that the preview has read.
    complete : bool
        Whether these are all rows of the file.
    target : str
        The person's target, else the most likely one; empty if no column can be one.
    task : str
        The person's task, else the likely one for this target.
    inputs : tuple[str, ...]
        The person's inputs, else all usable columns but the target.
    remarks : tuple[Message, ...]
        What was changed or left out.
    fault : Message | None
        Why these columns cannot be learned from; None if they can, or if the preview has not seen
        enough of the file to say.
    """

    title: str
    size: int
    encoding: str
    separator: str
    decimal: str
    header: bool
    columns: tuple[ColumnPreview, ...]
    rows: tuple[tuple[str, ...], ...]
    rows_seen: int
    complete: bool
    target: str
    task: Task
    inputs: tuple[str, ...]
    remarks: tuple[Message, ...]
    fault: Message | None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed or left out, a sentence each."""
        return tuple(remark.text for remark in self.remarks)

    @property
    def problem(self) -> str:
        """Why these columns cannot be learned from, as a sentence; empty if they can."""
        return "" if self.fault is None else self.fault.text


def preview(path: str | Path, spec: TableSpec | None = None) -> TablePreview:
    """Look at the beginning of a text file.

    Parameters
    ----------
    path : str or Path
        The file. At most a megabyte and a thousand rows of it are read.
    spec : TableSpec, optional
        What the person has fixed. A target or inputs that the file does not have are ignored, so
        that a preview stays possible while the separator is being chosen.

    Raises
    ------
    DataError
        If it is not a readable table; the sentence says where and what to do.
    """
    path, spec = Path(path), spec or TableSpec()
    place = path.name
    sample = examine(path, spec)
    form = sample.format
    records = list(islice(
        iterate_records(sample.lines, form.separator, place, form.skip,
                        cut=not sample.head.complete), HEAD_ROWS + 1))
    complete = sample.head.complete and len(records) <= HEAD_ROWS
    records = records[:HEAD_ROWS]
    cells, sifting = read_columns(iter(records), form, range(len(form.names)), place)
    columns = [interpret(name, position, cells[position], form.decimal)
               for position, name in enumerate(form.names)]
    target = _target(columns, spec)
    task = spec.task or ("regression" if target is None else suggest_task(target))
    inputs = _inputs(columns, spec, target)
    return TablePreview(
        title=place, size=sample.head.size, encoding=form.encoding, separator=form.separator,
        decimal=form.decimal, header=form.header,
        columns=tuple(_column_preview(column) for column in columns),
        rows=tuple(tuple(split_cells(record, form.separator)) for record in records[:SHOWN_ROWS]),
        rows_seen=sifting.kept, complete=complete, target="" if target is None else target.name,
        task=task, inputs=tuple(column.name for column in inputs),
        remarks=(*form.remarks, *sifting.remarks(len(form.names))),
        fault=_fault(target, task, inputs, bool(spec.inputs), place) if complete else None)


def _target(columns: Sequence[Column], spec: TableSpec) -> Column | None:
    by_name = {column.name: column for column in columns}
    return by_name.get(spec.target) or suggest_target(columns)


def _inputs(columns: Sequence[Column], spec: TableSpec, target: Column | None) -> list[Column]:
    named = [column for column in columns if column.name in spec.inputs and column is not target]
    return named or [column for column in columns
                     if column.kind in ("numeric", "category") and column is not target]


def _column_preview(column: Column) -> ColumnPreview:
    if column.numbers is None:
        examples = column.levels[:_EXAMPLES]
    else:
        values = column.numbers[column.present]
        _, first = np.unique(values, return_index=True)
        examples = tuple(f"{values[i]:.6g}" for i in sorted(first)[:_EXAMPLES])
    return ColumnPreview(column.name, column.kind, column.missing, column.distinct, examples)


def _fault(target: Column | None, task: Task, inputs: Sequence[Column], chosen: bool,
           place: str) -> Message | None:
    if target is None:
        return say("table.nothing-to-predict", place=place)
    try:
        made = make_target(target, task, place)
        choose_inputs([column.take(made.rows) for column in inputs], chosen, place)
    except DataError as error:
        return error.message
    return None
