"""Reading the rows of a text file into columns.

Rows are counted, measured and sifted while they stream in, so that nothing is allocated for a table
that is too large, and every row that is left out is known by its line. They are taken in blocks:
numbers that can be read in one way only become numbers at once, and all else stays as it is written
until the whole column tells what it means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from engine.data.blocks import Block, Gathering
from engine.data.cells import Cells
from engine.data.limits import MOST_CELLS, MOST_ROWS
from engine.data.records import Record
from engine.data.remark import Remark, remark
from engine.data.sniff import TextFormat
from engine.errors import DataError
from engine.messages import say

_BLOCK_CHARACTERS = 2**20


@dataclass
class Sifting:
    """Which rows were read.

    Attributes
    ----------
    kept : int
        Rows with as many cells as the table has columns.
    left_out : int
        Rows with another number of cells.
    first_line, first_width : int
        Line and cells of the first of those.
    """

    kept: int = 0
    left_out: int = 0
    first_line: int = 0
    first_width: int = 0

    def remarks(self, width: int) -> tuple[Remark, ...]:
        """Return what is to be said of the rows that were left out, if any."""
        if not self.left_out:
            return ()
        return (remark("note.widths", rows=self.left_out, width=width, line=self.first_line,
                       values=self.first_width),)


def read_columns(records: Iterator[Record], form: TextFormat, wanted: Sequence[int], place: str,
                 present: Sequence[str] = ()) -> tuple[dict[int, Cells], Sifting]:
    """Read columns of a table.

    Parameters
    ----------
    records : iterator of Record
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
        If there are no rows, too many, or most have another number of cells than columns.
    """
    width = len(form.names)
    sifting = Sifting()
    blocks: list[Block] = []
    gathering = Gathering(blocks, list(wanted), form.decimal)
    rows = _good_rows(records, width, len(wanted), place, sifting)
    try:
        for content in _in_blocks(rows, width):
            blocks.append(Block(content, width, form.separator, form.decimal, frozenset(present)))
            gathering.add(blocks[-1])
        _check_rows(sifting, width, place)
        return gathering.finish(), sifting
    except (pd.errors.ParserError, ValueError, OverflowError, MemoryError) as error:
        raise DataError("table.unreadable", place=place, reason=str(error)) from error


def _in_blocks(rows: Iterator[str], width: int) -> Iterator[bytes]:
    """Yield rows together, some hundred at least: each block has a price for each column."""
    room = max(_BLOCK_CHARACTERS, 500 * width)
    taken: list[str] = []
    size = 0
    for text in rows:
        taken.append(text)
        size += len(text)
        if size >= room:
            yield "".join(taken).encode("utf-8", "surrogatepass")
            taken, size = [], 0
    if taken:
        yield "".join(taken).encode("utf-8", "surrogatepass")


def _good_rows(records: Iterator[Record], width: int, wanted: int, place: str,
               sifting: Sifting) -> Iterator[str]:
    most = min(MOST_ROWS, MOST_CELLS // max(wanted, 1))
    for record in records:
        if record.width != width:
            if not sifting.left_out:
                sifting.first_line, sifting.first_width = record.line, record.width
            sifting.left_out += 1
            continue
        sifting.kept += 1
        if sifting.kept > most:
            raise DataError("table.too-many-rows", place=place, count=most, rows=MOST_ROWS,
                            values=MOST_CELLS)
        yield record.text if record.text.endswith(("\n", "\r")) else record.text + "\n"


def _check_rows(sifting: Sifting, width: int, place: str) -> None:
    if sifting.left_out > sifting.kept:
        raise DataError("table.widths",
                        place=say("place.line", file=place, line=sifting.first_line),
                        values=sifting.first_width, odd=sifting.left_out,
                        rows=sifting.left_out + sifting.kept, width=width)
    if not sifting.kept:
        raise DataError("table.no-rows", place=place)
