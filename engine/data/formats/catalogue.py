"""Which reader a file is given to."""

from __future__ import annotations

from pathlib import Path

from engine.data.lines import LineSource
from engine.data.text_file import text_source
from engine.spec import TableSpec


def open_source(path: Path, spec: TableSpec) -> LineSource:
    """Return the lines of a person's table.

    Parameters
    ----------
    path : Path
        The file.
    spec : TableSpec
        What the person has chosen for it.

    Raises
    ------
    DataError
        If the file cannot be read, or is of no kind that holds a table.
    """
    return text_source(path, spec)
