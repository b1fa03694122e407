"""Rows of a delimited text, one at a time, with their line numbers.

A row is nearly always a line; only rows with quotes are parsed here, to see where they end.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from engine.data.limits import LONGEST_LINE
from engine.errors import DataError
from engine.messages import say

QUOTE = '"'

_TOGETHER, _MOST_TOGETHER = 2**19, 4096
"""Characters and lines that are looked at together."""

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


class Rows(NamedTuple):
    """Rows that follow one another, one line each, none blank, none with an empty first cell.

    Attributes
    ----------
    line : int
        Number of the first of them, counted from 1.
    lines : list of str
        Their texts, ends of line included.
    text : str
        All of them together.
    width : int
        Number of cells of each.
    """

    line: int
    lines: list[str]
    text: str
    width: int

    def records(self) -> Iterator[Record]:
        """Yield them one by one."""
        return (Record(number, line, self.width)
                for number, line in enumerate(self.lines, self.line))


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
    source = _numbered(lines, place, dialect.rewrite)
    for number, line in source:
        if number <= skip or not line.strip():
            continue
        record, _ = _record(number, line, source, dialect, place)
        if record is not None:
            yield record
        elif not cut:
            raise _open_quote(number, dialect, place)


def _record(number: int, line: str, source: Iterator[tuple[int, str]], dialect: Dialect,
            place: str) -> tuple[Record | None, int]:
    """Return the row that begins with a line, None if it does not end; and the lines it takes."""
    if dialect.comment and line.lstrip().startswith(dialect.comment):
        return Record(number, line, 0), 1
    text = _squeezed(line) if dialect.separator == " " else line
    if dialect.quote not in text:
        return Record(number, text, text.count(dialect.separator) + 1), 1
    return _quoted(number, text, source, dialect, place)


def _open_quote(line: int, dialect: Dialect, place: str) -> DataError:
    return DataError("table.open-quote", quote=dialect.quote,
                     place=say("place.line", file=place, line=line))


def iterate_rows(lines: Iterable[str], dialect: Dialect, place: str,
                 skip: int = 0) -> Iterator[Record | Rows]:
    """Yield what `iterate_records` does, plain lines of the same width many at once.

    Parameters
    ----------
    lines, dialect, place, skip
        As `iterate_records` has them.

    Raises
    ------
    DataError
        If a line is too long or has a zero byte, or a quote is never closed.
    """
    lines = iter(lines)
    read, count = 0, 64
    while group := list(islice(lines, count)):
        text = "".join(group)
        count = max(1, min(_MOST_TOGETHER, _TOGETHER * len(group) // len(text)))
        # The first group has the mark of the encoding and the lines to skip.
        width = _common_width(group, text, dialect) if read >= max(skip, 1) else 0
        if width:
            yield Rows(read + 1, group, text, width)
            read += len(group)
            continue
        end = read + len(group)
        source = _numbered(chain(group, lines), place, dialect.rewrite, read + 1)
        while read < end:
            read, line = next(source)
            if read <= skip or not line.strip():
                continue
            record, taken = _record(read, line, source, dialect, place)
            if record is None:
                raise _open_quote(read, dialect, place)
            yield record
            read += taken - 1


def _common_width(lines: Sequence[str], text: str, dialect: Dialect) -> int:
    """Return the number of cells of each of some lines; 0 if they have to be looked at one by one.

    Parameters
    ----------
    lines : sequence of str
        The lines.
    text : str
        All of them together.
    dialect : Dialect
        How cells are told apart.
    """
    separator, quote = dialect.separator, dialect.quote
    if dialect.rewrite is not None or separator == " " or "\0" in text or any(
            mark in text for mark in dialect.comment):
        return 0
    if text.startswith(separator) or any(end + separator in text for end in "\r\n") or (
            max(map(len, lines)) > LONGEST_LINE or not all(map(str.strip, lines))):
        return 0
    if quote not in text:
        widths = {line.count(separator) + 1 for line in lines}
    else:
        try:
            found = list(map(len, _reader(lines, dialect)))
            closed = len(list(_reader([lines[-1], "x"], dialect))) == 2
        except csv.Error:
            return 0
        if len(found) != len(lines) or not closed:
            return 0
        widths = set(found)
    return widths.pop() if len(widths) == 1 else 0


def split_cells(text: str, dialect: Dialect) -> list[str]:
    """Return the cells of a row, quotes taken off, spaces at both ends removed."""
    if dialect.quote not in text:
        return [cell.strip() for cell in text.split(dialect.separator)]
    return [cell.strip() for cell in next(_reader(split_lines(text), dialect))]


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends; unlike `str.splitlines` as files have them."""
    return list(io.StringIO(text, newline=""))


def _numbered(lines: Iterable[str], place: str, rewrite: Callable[[str], str] | None,
              first: int = 1) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=first):
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
            place: str) -> tuple[Record | None, int]:
    """Return the row that begins with this line, None if the text ends before it; and its lines."""
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
    record = None if open_at_end else Record(number, "".join(taken), len(cells))
    return record, len(taken)
