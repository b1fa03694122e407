"""The columns of a person's table as they were understood, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from engine.data.column_reader import read_columns
from engine.data.column_remarks import column_remarks
from engine.data.columns import Column, interpret_columns, shown_decimal
from engine.data.columns_declared import declare, settled
from engine.data.formats import open_source
from engine.data.limits import WHOLE_BYTES
from engine.data.lines import LineSource
from engine.data.records import Record, Rows, iterate_records, iterate_rows, split_cells
from engine.data.remark import Remark, remark
from engine.data.rows_of_none import without_readings
from engine.data.sifting import Sifting
from engine.data.sniff import TextFormat, examine
from engine.spec import TableSpec

SHOWN_ROWS = 20


@dataclass(frozen=True, eq=False)
class Reading:
    """What a file holds.

    Attributes
    ----------
    source : LineSource
        Where its lines came from.
    form : TextFormat
        How they were read.
    columns : tuple[Column, ...]
        Those that were asked for, in the order of the file.
    shown : tuple[tuple[str, ...], ...]
        The cells of its first rows, at most 20.
    sifting : Sifting
        Which rows were read.
    complete : bool
        Whether these are all rows of the file, not a sample of them.
    spec : TableSpec
        What the person chose of how cells are read.
    """

    source: LineSource
    form: TextFormat
    columns: tuple[Column, ...]
    shown: tuple[tuple[str, ...], ...]
    sifting: Sifting
    complete: bool
    spec: TableSpec

    @property
    def place(self) -> str:
        """The file's name, for sentences."""
        return self.source.place

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What was done to make columns of the file."""
        return (*self.source.remarks, *self._mended, *self.form.remarks,
                *self.sifting.remarks(len(self.form.names)),
                *column_remarks(self.columns, self.spec))

    @property
    def _mended(self) -> tuple[Remark, ...]:
        mending = self.source.mending
        if mending is None or not mending.count:
            return ()
        place = len(split_cells(mending.before, self.form.dialect)) - 1
        names = self.form.names
        return (remark("note.wrong-bytes", count=mending.count, line=mending.line,
                       column=names[min(place, len(names) - 1)], letter=mending.letter),)


def read(path: Path, spec: TableSpec, sampled: bool = False,
         wanted: tuple[str, ...] | None = None) -> Reading:
    """Read the columns of a table.

    Parameters
    ----------
    path : Path
        The file.
    spec : TableSpec
        What the person has chosen for it.
    sampled : bool
        Whether a sample that is spread over a large file will do.
    wanted : tuple[str, ...] or None
        Names of the columns to read; None reads all.

    Raises
    ------
    DataError
        If the file cannot be read as a table; the sentence says where and what to do.
    """
    return _cached(path, *_stamp(path), _form_of(spec), sampled, wanted)


def _form_of(spec: TableSpec) -> TableSpec:
    """Return what of a person's choices says how cells are read, not what is learned from them."""
    return TableSpec(separator=spec.separator, decimal=spec.decimal, header=spec.header,
                     encoding=spec.encoding, quote=spec.quote, sheet=spec.sheet, cells=spec.cells,
                     missing=spec.missing, present=spec.present)


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes with a file: its time and size; zeros if there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=2)
def _cached(path: Path, time_ns: int, size: int, spec: TableSpec, sampled: bool,
            wanted: tuple[str, ...] | None) -> Reading:
    # Kept, so that a preview that has read everything, another target, seed or split do not have
    # the file read again; two, for there may be a file for validation beside it.
    return _read(open_source(path, spec), spec, sampled and size > WHOLE_BYTES, wanted)


def _read(source: LineSource, spec: TableSpec, sampled: bool,
          wanted: tuple[str, ...] | None) -> Reading:
    spec, place = settled(source, spec), source.place
    form = examine(source, spec)
    chosen = frozenset(form.names if wanted is None else wanted)
    places = [position for position, name in enumerate(form.names) if name in chosen]
    shown = tuple(tuple(split_cells(record.text, form.dialect)) for record in islice(
        filter(_is_row, _records_of_head(source, form)), SHOWN_ROWS))
    with _records(source, form, sampled) as records:
        cells, sifting = read_columns(records, form, places, place, spec.present)
    columns = interpret_columns(form.names, cells, form.decimal, chosen=bool(spec.decimal),
                                missing=spec.missing, present=spec.present)
    columns = without_readings(tuple(declare(column, source.declared) for column in columns),
                               spec.present)
    form = replace(form, decimal=shown_decimal(columns) or form.decimal)
    unused = _unused(form, columns) if wanted is None else 0
    if unused:
        kept = len(form.names) - unused
        form, columns = replace(form, names=form.names[:kept]), columns[:kept]
        shown = tuple(row[:kept] for row in shown)
    return Reading(source, form, columns, shown, sifting, not sampled, spec)


def _is_row(record: Record) -> bool:
    return record.width > 0


def _unused(form: TextFormat, columns: Sequence[Column]) -> int:
    """Return the number of columns at the end that have neither a name nor a value."""
    count = 0
    while count < form.nameless and columns[-1 - count].kind == "empty":
        count += 1
    return count


@contextmanager
def _records(source: LineSource, form: TextFormat,
             sampled: bool) -> Iterator[Iterator[Record | Rows]]:
    if sampled:
        yield chain(_records_of_head(source, form), _records_of_pieces(source, form))
        return
    with source.open() as lines:
        yield iterate_rows(lines, form.dialect, source.place, form.skip)


def _records_of_head(source: LineSource, form: TextFormat) -> Iterator[Record]:
    return iterate_records(source.head, form.dialect, source.place, form.skip,
                           cut=not source.complete)


def _records_of_pieces(source: LineSource, form: TextFormat) -> Iterator[Record]:
    # Where a piece begins inside a text in quotes, its lines are no rows: those with quotes are
    # not looked at, and those of another width tell nothing of the file.
    plain = [line for line in source.pieces() if form.dialect.quote not in line]
    width = len(form.names)
    return (record for record in iterate_records(plain, form.dialect, source.place)
            if record.width == width)
