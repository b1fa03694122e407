"""A person's table as a data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from engine.data.column_reader import read_columns
from engine.data.columns import Column, interpret
from engine.data.dataset import Dataset
from engine.data.encoding import choose_inputs, encode
from engine.data.files import EncodingError, open_lines
from engine.data.records import Record, iterate_records
from engine.data.scaling import check_range, measure
from engine.data.sniff import TextFormat, examine
from engine.data.split import split_rows
from engine.data.target import Target, make_target
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import DataSpec, Scaling, TableSpec


@dataclass(frozen=True)
class Table:
    """The columns of a file that were asked for.

    Attributes
    ----------
    inputs : tuple[Column, ...]
        Columns to learn from, as far as they are of use.
    target : Target
        What to predict.
    target_name : str
        Name of the target column.
    remarks : tuple[Message, ...]
        What was left out.
    """

    inputs: tuple[Column, ...]
    target: Target
    target_name: str
    remarks: tuple[Message, ...]


def load_table(path: Path, spec: DataSpec, key: str = "table", title: str = "") -> Dataset:
    """Load a text file as a data set.

    Parameters
    ----------
    path : Path
        The file.
    spec : DataSpec
        How to read, scale and split it.
    key, title : str
        What the data set is called; the title is by default the file's name.

    Raises
    ------
    DataError
        If the file cannot be read or there is nothing to learn in it; the sentence says where.
    """
    table = _cached(path, *_stamp(path), spec.table)
    target, place = table.target, path.name
    n = len(target.rows)
    classes = target.task == "classification"
    training, validation = split_rows(n, target.labels if classes else None,
                                      spec.training_share, spec.seed)
    scaling: Scaling = "standard" if spec.scaling == "auto" else spec.scaling
    encoded = encode(table.inputs, training, scaling, place)
    values = target.values
    target_remarks: tuple[Message, ...] = ()
    units_of = None
    if not classes:
        scaler = measure(scaling, values[training])
        values, units_of = scaler(values), scaler.inverse
        check_range(values, (table.target_name,), place)
        target_remarks = _target_remarks(scaling, table.target_name)
    return Dataset(
        key=key, title=title or path.name, task=target.task, inputs=encoded.inputs,
        labels=target.labels, values=values, class_names=target.class_names,
        feature_names=encoded.names, target_names=(table.target_name,), training=training,
        validation=validation, units_of=units_of,
        remarks=(*table.remarks, *encoded.remarks, *target_remarks))


def _target_remarks(scaling: Scaling, name: str) -> tuple[Message, ...]:
    if scaling == "standard":
        return (say("note.target-standard", name=name),)
    if scaling == "minmax":
        return (say("note.target-minmax", name=name),)
    return ()


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes with a file: its time and size; zeros if there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=1)
def _cached(path: Path, time_ns: int, size: int, spec: TableSpec) -> Table:
    # One table is kept, so that moving the seed or the split does not read the file again.
    form = examine(path, spec).format
    try:
        return _read(path, form, spec)
    except EncodingError:
        if spec.encoding or form.encoding != "utf-8":
            raise
    # Its first megabyte was plain enough to pass for UTF-8.
    return _read(path, replace(form, encoding="cp1252"), spec)


def _read(path: Path, form: TextFormat, spec: TableSpec) -> Table:
    place = path.name
    target, inputs = choose_columns(form.names, spec, place)
    wanted = sorted({*inputs, *(() if target is None else (target,))})
    with _records(path, form) as records:
        cells, sifting = read_columns(records, form, wanted, place)
    columns = {position: interpret(form.names[position], position, cells.pop(position),
                                   form.decimal) for position in wanted}
    if target is None:
        target = _last_with_values(columns, place)
        inputs = tuple(position for position in inputs if position != target)
    made = make_target(columns[target], spec.task, place)
    usable, remarks = choose_inputs([columns[position].take(made.rows) for position in inputs],
                                    bool(spec.inputs), place)
    return Table(usable, made, form.names[target],
                 (*form.remarks, *sifting.remarks(len(form.names)), *made.remarks, *remarks))


@contextmanager
def _records(path: Path, form: TextFormat) -> Iterator[Iterator[Record]]:
    with open_lines(path, form.encoding) as lines:
        yield iterate_records(lines, form.separator, path.name, form.skip)


def choose_columns(names: Sequence[str], spec: TableSpec,
                   place: str) -> tuple[int | None, tuple[int, ...]]:
    """Return the positions of the target, None if it was left open, and of the inputs.

    Raises
    ------
    DataError
        If a column is named that does not exist, or the target is the only input.
    """
    target = _target_position(names, spec.target, place) if spec.target else None
    if not spec.inputs:
        return target, tuple(i for i in range(len(names)) if i != target)
    inputs = {_input_position(names, name, place) for name in spec.inputs} - {target}
    if target is None:
        inputs.discard(len(names) - 1)
    if not inputs:
        raise DataError("table.only-target", place=place, name=spec.target or names[-1])
    return len(names) - 1 if target is None else target, tuple(sorted(inputs))


def _target_position(names: Sequence[str], name: str, place: str) -> int:
    if name not in names:
        raise DataError("table.no-target-called", place=place, name=name, known=tuple(names))
    return names.index(name)


def _input_position(names: Sequence[str], name: str, place: str) -> int:
    if name not in names:
        raise DataError("table.no-input-called", place=place, name=name, known=tuple(names))
    return names.index(name)


def _last_with_values(columns: dict[int, Column], place: str) -> int:
    for position in sorted(columns, reverse=True):
        if columns[position].present.any():
            return position
    raise DataError("table.no-values", place=place)
