"""Figures as columns with names, and as CSV that loses none of their digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from engine.telemetry.snapshot import Array

Table = tuple[list[str], list[Array]]
"""Names of columns, with units in brackets, and what stands in them: numbers, or texts."""


def stacked(parts: Sequence[tuple[str, Table]], title: str = "run") -> Table:
    """Return tables below one another, and in front a column with the name of each.

    A column that one of them lacks is empty there: NaN. One table alone stays as it is.

    Parameters
    ----------
    parts : sequence of (str, Table)
        The tables with their names; the columns of each have one length.
    title : str
        What the names are names of.
    """
    if len(parts) == 1:
        return parts[0][1]
    names = list(dict.fromkeys(name for _, (own, _) in parts for name in own))
    lengths = [len(columns[0]) if columns else 0 for _, (_, columns) in parts]
    keys = np.repeat(np.array([key for key, _ in parts], object), lengths)
    columns = []
    for name in names:
        pieces = [columns_of[own.index(name)] if name in own else np.full(length, np.nan)
                  for (_, (own, columns_of)), length in zip(parts, lengths, strict=True)]
        is_text = any(piece.dtype.kind in "OU" for piece in pieces)
        columns.append(np.concatenate([piece.astype(object) if is_text else piece
                                       for piece in pieces]))
    return [title, *names], [keys, *columns]


def csv_text(table: Table) -> str:
    """Return a table as CSV: commas, a header line, every digit, nothing where there is no number.

    Columns of one length stand side by side, a line for each of their rows. Where lengths differ
    the table is in long form: the three columns ``column``, ``row`` (from 0) and ``value``, a line
    for each number, column after column.
    """
    names, columns = table
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if len({len(column) for column in columns}) > 1:
        writer.writerow(("column", "row", "value"))
        for name, column in zip(names, columns, strict=True):
            writer.writerows((name, row, cell) for row, cell in enumerate(_cells(column)))
    else:
        writer.writerow(names)
        writer.writerows(zip(*map(_cells, columns), strict=True))
    return buffer.getvalue()


def _cells(column: Array) -> list[str]:
    return list(_texts(column.tolist()))


def _texts(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        # What is compared with itself is NaN.
        yield "" if value != value else value if isinstance(value, str) else repr(value)
