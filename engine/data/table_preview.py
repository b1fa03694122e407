"""A first look at a person's table, before it is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from engine.data.columns import Column, Kind
from engine.data.reading import Reading, read
from engine.data.remark import Remark
from engine.data.table_split import divide
from engine.data.understanding import Understanding, understand
from engine.errors import DataError
from engine.messages import Message
from engine.spec import DataSpec, TableSpec, Task

_EXAMPLES = 3
_FIRST = 100
"""Values among which the examples are nearly always found."""


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
    reasons : Mapping[str, Message]
        Why a column is not learned from, by its name.
    sheets, sheet : tuple[str, ...], str
        Names of the sheets of a workbook, and the one that is shown; empty for other files.
    remarks : tuple[Remark, ...]
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
    reasons: Mapping[str, Message]
    sheets: tuple[str, ...]
    sheet: str
    remarks: tuple[Remark, ...]
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
    """Look at a file: at all of it if it is small, else at a sample that is spread over it.

    Parameters
    ----------
    path : str or Path
        The file.
    spec : TableSpec, optional
        What the person has fixed. A target or inputs that the file does not have are ignored, so
        that a preview stays possible while the separator is being chosen.

    Raises
    ------
    DataError
        If it is not a readable table; the sentence says where and what to do.
    """
    spec = spec or TableSpec()
    reading = read(Path(path), spec, sampled=True)
    form, source = reading.form, reading.source
    found = understand(reading, _known(spec, form.names))
    return TablePreview(
        title=source.place, size=source.size, encoding=form.encoding, separator=form.separator,
        decimal=form.decimal, header=form.header,
        columns=tuple(_column_preview(column) for column in reading.columns), rows=reading.shown,
        rows_seen=reading.sifting.kept, complete=reading.complete,
        target=_target_name(found, spec), task=found.task,
        inputs=tuple(column.name for column in found.inputs), reasons=found.reasons,
        sheets=source.sheets, sheet=source.sheet, remarks=found.remarks,
        fault=found.fault or _split_fault(reading, found, spec) if reading.complete else None)


def _split_fault(reading: Reading, found: Understanding, spec: TableSpec) -> Message | None:
    """Return why a table cannot be divided as is chosen, whatever the share; None if it can."""
    if found.made is None:
        return None
    known = _known(spec, reading.form.names)
    try:
        divide(reading.columns, found.made, found.inputs, DataSpec(table=known), reading.place)
    except DataError as error:
        return error.message
    return None


def _target_name(found: Understanding, spec: TableSpec) -> str:
    """Return the target's name: of several that are one answer, the one that was chosen."""
    names = [column.name for column in found.targets]
    return spec.target if spec.target in names else "".join(names[:1])


def _known(spec: TableSpec, names: Sequence[str]) -> TableSpec:
    """Return the choices without columns that the file does not have."""
    known = frozenset(names)
    return replace(
        spec, target=spec.target if spec.target in known else "",
        inputs=tuple(name for name in spec.inputs if name in known),
        more_targets=tuple(name for name in spec.more_targets if name in known),
        split_by=spec.split_by if spec.split_by in known else "")


def _column_preview(column: Column) -> ColumnPreview:
    if column.numbers is None:
        examples = column.levels[:_EXAMPLES]
    else:
        values = column.numbers[column.present]
        first = [*dict.fromkeys(values[:_FIRST].tolist())]
        if len(first) < min(_EXAMPLES, column.distinct):
            _, places = np.unique(values, return_index=True)
            first = values[np.sort(places)].tolist()
        examples = tuple(f"{value:.6g}" for value in first[:_EXAMPLES])
    return ColumnPreview(column.name, column.kind, column.missing, column.distinct, examples)
