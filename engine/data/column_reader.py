"""Reading the rows of a text file into columns.

Rows are counted, measured and sifted while they stream into pandas, so that nothing is allocated
for a table that is too large, and every row that is left out is known by its line.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from engine.data.limits import MOST_CELLS, MOST_ROWS
from engine.data.numbers import MISSING
from engine.data.records import QUOTE, Record
from engine.data.remark import Remark, remark
from engine.data.sniff import TextFormat
from engine.errors import DataError
from engine.messages import say

_CHUNK_CHARACTERS = 2**18


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


class _Feed(io.TextIOBase):
    """The good rows as a text file that pandas can read."""

    def __init__(self, records: Iterator[Record], width: int, wanted: int, place: str) -> None:
        super().__init__()
        self.sifting = Sifting()
        self.failure: DataError | None = None
        self._records = records
        self._width = width
        self._most_rows = min(MOST_ROWS, MOST_CELLS // max(wanted, 1))
        self._place = place

    def read(self, size: int | None = None, /) -> str:
        """Return some rows of about ``size`` characters; nothing after the end or a failure."""
        try:
            return "".join(self._good_rows(size or _CHUNK_CHARACTERS))
        except DataError as error:
            # Kept for later: pandas would bury it under an error of its own.
            self.failure = error
            self._records = iter(())
            return ""

    def _good_rows(self, size: int) -> Iterator[str]:
        sifting = self.sifting
        for record in self._records:
            if record.width != self._width:
                self._leave_out(record)
                continue
            sifting.kept += 1
            if sifting.kept > self._most_rows:
                raise DataError("table.too-many-rows", place=self._place,
                                count=self._most_rows, rows=MOST_ROWS, values=MOST_CELLS)
            yield record.text
            if not record.text.endswith(("\n", "\r")):
                yield "\n"
            size -= len(record.text)
            if size <= 0:
                return

    def _leave_out(self, record: Record) -> None:
        sifting = self.sifting
        if not sifting.left_out:
            sifting.first_line, sifting.first_width = record.line, record.width
        sifting.left_out += 1


def read_columns(records: Iterator[Record], form: TextFormat, wanted: Sequence[int],
                 place: str) -> tuple[dict[int, pd.Series], Sifting]:
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

    Returns
    -------
    columns : dict[int, Series]
        Numbers where a column holds nothing else, else text; missing values are NaN.
    sifting : Sifting
        Which rows were read.

    Raises
    ------
    DataError
        If there are no rows, too many, or most have another number of cells than columns.
    """
    width = len(form.names)
    feed = _Feed(records, width, len(wanted), place)
    try:
        frame = _parse(feed, form, wanted)
    except pd.errors.EmptyDataError:
        frame = pd.DataFrame()
    except (pd.errors.ParserError, ValueError, OverflowError, MemoryError) as error:
        raise feed.failure or DataError(
            "table.unreadable", place=place, reason=str(error)) from error
    if feed.failure is not None:
        raise feed.failure
    sifting = feed.sifting
    _check_rows(sifting, width, place)
    return {position: frame[position] for position in wanted}, sifting


def _parse(feed: _Feed, form: TextFormat, wanted: Sequence[int]) -> pd.DataFrame:
    frame: pd.DataFrame = pd.read_csv(
        feed, engine="c", sep=form.separator, decimal=form.decimal, quotechar=QUOTE, header=None,
        names=list(range(len(form.names))), usecols=list(wanted), index_col=False,
        na_values=sorted(MISSING), keep_default_na=False, skipinitialspace=True,
        skip_blank_lines=False, low_memory=False)
    return frame


def _check_rows(sifting: Sifting, width: int, place: str) -> None:
    if sifting.left_out > sifting.kept:
        raise DataError("table.widths",
                        place=say("place.line", file=place, line=sifting.first_line),
                        values=sifting.first_width, odd=sifting.left_out,
                        rows=sifting.left_out + sifting.kept, width=width)
    if not sifting.kept:
        raise DataError("table.no-rows", place=place)
