"""Reading the rows of a text file into columns.

Rows are counted, measured and sifted while they stream in, so that nothing is allocated for a table
that is too large, and every row that is left out is known by its line. They are taken in blocks:
numbers that can be read in one way only become numbers at once, and all else stays as it is written
until the whole column tells what it means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from engine.data.blocks import Block, Gathering
from engine.data.cells import Cells
from engine.data.limits import MOST_CELLS, MOST_ROWS
from engine.data.records import Record, Rows
from engine.data.sifting import Sieve, Sifting
from engine.data.sniff import TextFormat
from engine.errors import DataError
from engine.messages import say

_BLOCK_CHARACTERS = 2**20
_AT_END = 13
"""Rows that are kept back until the end of the file shows that they are no sums or notes."""


def read_columns(records: Iterator[Record | Rows], form: TextFormat, wanted: Sequence[int],
                 place: str, present: Sequence[str] = ()) -> tuple[dict[int, Cells], Sifting]:
    """Read columns of a table.

    Parameters
    ----------
    records : iterator of Record or Rows
        The rows below the header.
    form : TextFormat
        How to read them.
    wanted : sequence of int
        Positions of the columns to read.
    place : str
        The file's name for error messages.
    present : sequence of str
        Texts that hold a value although they look as if they did not.

    Returns
    -------
    columns : dict[int, Cells]
        The cells of each column.
    sifting : Sifting
        Which rows were read.

    Raises
    ------
    DataError
        If there are no rows, too many, or most have another number of cells than columns; or if
        too many columns hold something else than plain numbers.
    """
    width = len(form.names)
    sieve = Sieve(form.dialect, width, form.names_row)
    blocks: list[Block] = []
    gathering = Gathering(blocks, list(wanted), place)
    rows = _good_rows(records, sieve, len(wanted), place)
    try:
        for content in _in_blocks(rows, width):
            blocks.append(Block(content, width, form.dialect, form.decimal, frozenset(present)))
            gathering.add(blocks[-1])
        _check_rows(sieve.sifting, width, place)
        return gathering.finish(), sieve.sifting
    except (pd.errors.ParserError, ValueError, OverflowError, MemoryError) as error:
        raise DataError("table.unreadable", place=place, reason=str(error)) from error


def _in_blocks(rows: Iterator[Sequence[str]], width: int) -> Iterator[bytes]:
    """Yield rows together, some hundred at least: each block has a price for each column."""
    room = max(_BLOCK_CHARACTERS, 1000 * width)
    taken: list[str] = []
    size = 0
    for texts in rows:
        taken.extend(texts)
        size += sum(map(len, texts))
        if size >= room:
            yield "".join(taken).encode("utf-8", "surrogatepass")
            taken, size = [], 0
    if taken:
        yield "".join(taken).encode("utf-8", "surrogatepass")


def _good_rows(records: Iterator[Record | Rows], sieve: Sieve, wanted: int,
               place: str) -> Iterator[Sequence[str]]:
    """Yield the rows of the table with their ends, some at a time, without those below it."""
    most = min(MOST_ROWS, MOST_CELLS // max(wanted, 1))
    sifting = sieve.sifting
    last: list[str] = []
    for group in records:
        texts = _taken(group, sieve)
        sifting.kept += len(texts)
        if sifting.kept > most:
            raise DataError("table.too-many-rows", place=place, count=most, rows=MOST_ROWS,
                            values=MOST_CELLS)
        last.extend(texts)
        if len(last) > 2 * _AT_END:
            yield last[:-_AT_END]
            last = last[-_AT_END:]
    if last and not last[-1].endswith(("\n", "\r")):
        last[-1] += "\n"
    below = sieve.finish(last)
    yield last[:len(last) - below]


def _taken(group: Record | Rows, sieve: Sieve) -> Sequence[str]:
    """Return the rows of the table among those that were read."""
    if isinstance(group, Record):
        text = sieve.take(group)
        return () if text is None else (text,)
    if group.width == sieve.width and not sieve.waiting and not (
            sieve.names and sieve.names in group.text):
        # Most rows need not be looked at any closer.
        return group.lines
    return [text for record in group.records() if (text := sieve.take(record)) is not None]


def _check_rows(sifting: Sifting, width: int, place: str) -> None:
    if sifting.left_out > sifting.kept:
        raise DataError("table.widths",
                        place=say("place.line", file=place, line=sifting.first_line),
                        values=sifting.first_width, odd=sifting.left_out,
                        rows=sifting.left_out + sifting.kept, width=width)
    if not sifting.kept:
        raise DataError("table.no-rows", place=place)
