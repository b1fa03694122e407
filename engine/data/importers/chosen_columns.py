"""Columns of a table by the names that a person chose."""

from __future__ import annotations

from engine.data.columns import Column
from engine.data.reading import Reading
from engine.errors import DataError


def chosen_column(reading: Reading, name: str) -> Column:
    """Return a column; raises DataError, with the names that there are, if there is none."""
    found = next((column for column in reading.columns if column.name == name.strip()), None)
    if found is None:
        raise DataError("table.no-input-called", place=reading.place, name=name.strip(),
                        known=tuple(column.name for column in reading.columns))
    return found


def chosen_columns(reading: Reading, names: str) -> tuple[Column, ...]:
    """Return columns by their names with semicolons between, each once; none for an empty text.

    Raises
    ------
    DataError
        If there is none of a name.
    """
    if any(column.name == names.strip() for column in reading.columns):
        # A name may itself have a semicolon.
        return (chosen_column(reading, names),)
    return tuple(dict.fromkeys(chosen_column(reading, name) for name in names.split(";")
                               if name.strip()))
