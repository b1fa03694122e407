"""``history.csv``: a row of figures for every step, and going on where a run was."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.spec.locks import claim


def csv_lines(steps: NDArray[np.int64], rows: NDArray[np.float64]) -> str:
    """Return rows as lines of CSV: every digit, and an empty cell where nothing was measured."""
    lines = (f"{step},{','.join(map(repr, row))}\n"
             for step, row in zip(steps.tolist(), rows.tolist(), strict=True))
    return "".join(lines).replace("nan", "")


def header_line(columns: Sequence[str]) -> str:
    """Return the line with the names of the columns of a table."""
    buffer = io.StringIO()
    # Columns are named after layers, whose names may hold a comma, a quote or a new line.
    csv.writer(buffer, lineterminator="\n").writerow(columns)
    return buffer.getvalue()


def open_history(path: Path, columns: Sequence[str], step: int = 0,
                 row: NDArray[np.float64] | None = None) -> IO[str]:
    """Open a history to which the rows of the next steps can be written.

    It is locked until it is closed: two programs that write into one folder would mix their rows.

    Parameters
    ----------
    path : Path
        The file. What it holds is overwritten, unless it is this very run's: then the rows up to
        this step stay.
    columns : sequence of str
        Names of the figures.
    step : int
        Where the run goes on; 0 begins anew.
    row : float64[columns], optional
        The figures of that step. It is this run's history if they stand in it, to the last digit.

    Raises
    ------
    OSError
        If it cannot be opened.
    FormatError
        If another program is writing it, or it is no file.
    """
    header = header_line(("step", *columns))
    if path.exists() and not path.is_file() and not path.is_dir():
        # To open a pipe waits for somebody who reads from it.
        raise FormatError("file.special", path=str(path))
    if step and row is not None and path.is_file():
        file = _claimed(path, "r+")
        if _goes_on(file, header, csv_lines(np.array([step]), row[None])):
            return file
        file.close()
    # What is there goes once it is certain that nobody else writes it.
    file = _claimed(path, "a")
    file.truncate(0)
    file.write(header)
    return file


def _claimed(path: Path, mode: Literal["r+", "a"]) -> IO[str]:
    """Open a file that no other program writes; raises OSError and FormatError."""
    file = path.open(mode, encoding="utf-8", errors="replace", newline="\n")
    if not claim(file.fileno()):
        file.close()
        raise FormatError("results.busy", path=str(path.parent))
    return file


def _goes_on(file: IO[str], header: str, last: str) -> bool:
    """Cut a history off behind a line, and say whether it is there."""
    if file.read(len(header)) != header:
        return False
    while line := file.readline():
        if line == last:
            file.seek(file.tell())
            file.truncate()
            return True
    return False
