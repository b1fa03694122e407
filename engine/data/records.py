"""Rows of a delimited text, one at a time, with their line numbers.

A row is nearly always a line; only rows with quotes are parsed here, to see where they end.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.data.limits import LONGEST_LINE
from engine.errors import DataError
from engine.messages import say

QUOTE = '"'
_SPACES = re.compile(r"[ \t]+")


class Record(NamedTuple):
    """A row as it stands in the file.

    Attributes
    ----------
    line : int
        Number of its first line, counted from 1.
    text : str
        Its text, end of line included.
    width : int
        Number of cells.
    """

    line: int
    text: str
    width: int


def iterate_records(lines: Iterable[str], separator: str, place: str, skip: int = 0,
                    cut: bool = False) -> Iterator[Record]:
    """Yield the rows that are not blank.

    Parameters
    ----------
    lines : iterable of str
        Lines with their ends.
    separator : str
        Between cells; a space stands for any run of spaces and tabs.
    place : str
        The file's name for error messages.
    skip : int
        Lines to leave out at the beginning.
    cut : bool
        Whether the lines are only the beginning of a file, so that the last row may lack its end;
        such a row is not yielded.

    Raises
    ------
    DataError
        If a line is too long or has a zero byte, or a quote is never closed.
    """
    source = _numbered(lines, place)
    for number, line in source:
        if number <= skip or not line.strip():
            continue
        text = _squeezed(line) if separator == " " else line
        if QUOTE not in text:
            yield Record(number, text, text.count(separator) + 1)
            continue
        record = _quoted(number, text, source, separator, place)
        if record is not None:
            yield record
        elif not cut:
            raise DataError("table.open-quote", quote=QUOTE,
                            place=say("place.line", file=place, line=number))


def split_cells(record: Record, separator: str) -> list[str]:
    """Return the cells of a row, quotes taken off, spaces at both ends removed."""
    if QUOTE not in record.text:
        return [cell.strip() for cell in record.text.split(separator)]
    return [cell.strip() for cell in next(_reader(split_lines(record.text), separator))]


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends; unlike `str.splitlines` as files have them."""
    return list(io.StringIO(text, newline=""))


def _numbered(lines: Iterable[str], place: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise DataError("table.long-line", most=LONGEST_LINE,
                            place=say("place.line", file=place, line=number))
        if "\0" in line:
            raise DataError("table.zero-byte",
                            place=say("place.line", file=place, line=number))
        yield number, line.removeprefix("\ufeff") if number == 1 else line


def _squeezed(line: str) -> str:
    return _SPACES.sub(" ", line.strip()) + "\n"


def _reader(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=separator, quotechar=QUOTE, skipinitialspace=True)


def _quoted(number: int, first: str, source: Iterator[tuple[int, str]], separator: str,
            place: str) -> Record | None:
    """Return the row that begins with this line, or None if the text ends inside a quote."""
    taken = [first]
    open_at_end = False

    def lines() -> Iterator[str]:
        nonlocal open_at_end
        yield first
        for _, line in source:
            taken.append(line)
            yield line
        open_at_end = True

    try:
        cells = next(_reader(lines(), separator))
    except csv.Error as error:
        raise DataError("table.long-quote", lines=len(taken), reason=str(error), quote=QUOTE,
                        place=say("place.line", file=place, line=number)) from error
    return None if open_at_end else Record(number, "".join(taken), len(cells))
