"""Rows of a delimited text, one at a time, with their line numbers.

A row is nearly always a line; only rows with quotes are parsed here, to see where they end.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from engine.data.limits import LONGEST_LINE
from engine.errors import DataError
from engine.messages import say

QUOTE = '"'
_SPACES = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Dialect:
    """How the cells of a line are told apart.

    Attributes
    ----------
    separator : str
        One character between cells; a space stands for any run of spaces and tabs.
    quote : str
        One character around texts that hold the separator.
    comment : tuple[str, ...]
        What lines begin with that are no rows.
    rewrite : callable | None
        Makes a line with this separator and this quote of one that is written otherwise.
    """

    separator: str
    quote: str = QUOTE
    comment: tuple[str, ...] = ()
    rewrite: Callable[[str], str] | None = None


class Record(NamedTuple):
    """A row as it stands in the file.

    Attributes
    ----------
    line : int
        Number of its first line, counted from 1.
    text : str
        Its text, end of line included.
    width : int
        Number of cells; 0 for a comment.
    """

    line: int
    text: str
    width: int


def iterate_records(lines: Iterable[str], dialect: Dialect, place: str, skip: int = 0,
                    cut: bool = False) -> Iterator[Record]:
    """Yield the rows that are not blank, and the comments.

    Parameters
    ----------
    lines : iterable of str
        Lines with their ends.
    dialect : Dialect
        How cells are told apart.
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
    separator, quote, comment = dialect.separator, dialect.quote, dialect.comment
    source = _numbered(lines, place, dialect.rewrite)
    for number, line in source:
        if number <= skip or not line.strip():
            continue
        if comment and line.lstrip().startswith(comment):
            yield Record(number, line, 0)
            continue
        text = _squeezed(line) if separator == " " else line
        if quote not in text:
            yield Record(number, text, text.count(separator) + 1)
            continue
        record = _quoted(number, text, source, dialect, place)
        if record is not None:
            yield record
        elif not cut:
            raise DataError("table.open-quote", quote=quote,
                            place=say("place.line", file=place, line=number))


def split_cells(text: str, dialect: Dialect) -> list[str]:
    """Return the cells of a row, quotes taken off, spaces at both ends removed."""
    if dialect.quote not in text:
        return [cell.strip() for cell in text.split(dialect.separator)]
    return [cell.strip() for cell in next(_reader(split_lines(text), dialect))]


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends; unlike `str.splitlines` as files have them."""
    return list(io.StringIO(text, newline=""))


def _numbered(lines: Iterable[str], place: str,
              rewrite: Callable[[str], str] | None) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise DataError("table.long-line", most=LONGEST_LINE,
                            place=say("place.line", file=place, line=number))
        if "\0" in line:
            raise DataError("table.zero-byte",
                            place=say("place.line", file=place, line=number))
        if number == 1:
            line = line.removeprefix("\ufeff")
        yield number, line if rewrite is None else rewrite(line)


def _squeezed(line: str) -> str:
    return _SPACES.sub(" ", line.strip()) + "\n"


def _reader(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=dialect.separator, quotechar=dialect.quote,
                      skipinitialspace=True)


def _quoted(number: int, first: str, source: Iterator[tuple[int, str]], dialect: Dialect,
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
        cells = next(_reader(lines(), dialect))
    except csv.Error as error:
        raise DataError("table.long-quote", lines=len(taken), reason=str(error),
                        quote=dialect.quote,
                        place=say("place.line", file=place, line=number)) from error
    return None if open_at_end else Record(number, "".join(taken), len(cells))
