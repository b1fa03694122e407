"""Reading the rows of a text file into columns.

Rows are counted, measured and sifted while they stream into pandas, so that nothing is allocated
for a table that is too large, and every row that is left out is known by its line.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import pandas as pd

from engine.data.limits import MOST_CELLS, MOST_ROWS
from engine.data.numbers import MISSING
from engine.data.records import Record
from engine.data.sifting import Sieve, Sifting
from engine.data.sniff import TextFormat
from engine.errors import DataError
from engine.messages import say

_CHUNK_CHARACTERS = 2**18
_AT_END = 12


class _Feed(io.TextIOBase):
    """The good rows as a text file that pandas can read."""

    def __init__(self, records: Iterator[Record], form: TextFormat, wanted: int,
                 place: str) -> None:
        super().__init__()
        self.sieve = Sieve(form.dialect, len(form.names), form.names_row)
        self.last: list[str] = []
        self.failure: DataError | None = None
        self._records = records
        self._most_rows = min(MOST_ROWS, MOST_CELLS // max(wanted, 1))
        self._place = place

    def read(self, size: int | None = None, /) -> str:
        """Return some rows of about ``size`` characters; nothing after the end or a failure."""
        try:
            rows = list(self._good_rows(size or _CHUNK_CHARACTERS))
        except DataError as error:
            # Kept for later: pandas would bury it under an error of its own.
            self.failure = error
            self._records = iter(())
            return ""
        if rows:
            self.last = [*self.last[-_AT_END:], *rows] if len(rows) < _AT_END else rows
        return "".join(rows)

    def _good_rows(self, size: int) -> Iterator[str]:
        sieve, sifting = self.sieve, self.sieve.sifting
        wide, names, separator = sieve.width, sieve.names, sieve.dialect.separator
        for record in self._records:
            _, text, width = record
            if width != wide or text[0] == separator or text == names or sieve.waiting:
                # Most rows need not be looked at any closer.
                taken = sieve.take(record)
                if taken is None:
                    continue
                text = taken
            sifting.kept += 1
            if sifting.kept > self._most_rows:
                raise DataError("table.too-many-rows", place=self._place,
                                count=self._most_rows, rows=MOST_ROWS, values=MOST_CELLS)
            yield text if text.endswith(("\n", "\r")) else text + "\n"
            size -= len(text)
            if size <= 0:
                return


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
    feed = _Feed(records, form, len(wanted), place)
    try:
        frame = _parse(feed, form, wanted)
    except pd.errors.EmptyDataError:
        frame = pd.DataFrame()
    except (pd.errors.ParserError, ValueError, OverflowError, MemoryError) as error:
        raise feed.failure or DataError(
            "table.unreadable", place=place, reason=str(error)) from error
    if feed.failure is not None:
        raise feed.failure
    sifting = feed.sieve.sifting
    below = feed.sieve.finish(feed.last)
    _check_rows(sifting, width, place)
    frame = frame.iloc[:len(frame) - below]
    return {position: frame[position] for position in wanted}, sifting


def _parse(feed: _Feed, form: TextFormat, wanted: Sequence[int]) -> pd.DataFrame:
    frame: pd.DataFrame = pd.read_csv(
        feed, engine="c", sep=form.dialect.separator, decimal=form.decimal,
        quotechar=form.dialect.quote, header=None,
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
