"""Which rows of a table are read, and which are none: comments, repeated names, notes, totals."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.data.records import Dialect, Record, split_cells
from engine.data.remark import Remark, remark

_TOTAL = re.compile(
    r"(grand |sub-?)?(total|totals|sum|summe|gesamt|gesamtsumme|insgesamt|zusammen|totale|"
    r"total général|ensemble|suma|soma|somme|totaal|razem|итого|всего|合計|总计|合计|average|mean|"
    r"avg\.?|mittelwert|durchschnitt|moyenne|promedio|media|median|std\.?( dev\.?)?|stdev)\s*:?",
    re.IGNORECASE)
_MOST_AT_END = 12


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
    comments : int
        Lines that a mark makes a comment.
    repeated : int
        Rows that repeat the names of the columns.
    empty : int
        Rows of empty cells.
    notes : int
        Lines of text below the table.
    totals : tuple[str, ...]
        First cells of rows at the end that sum up those above.
    """

    kept: int = 0
    left_out: int = 0
    first_line: int = 0
    first_width: int = 0
    comments: int = 0
    repeated: int = 0
    empty: int = 0
    notes: int = 0
    totals: tuple[str, ...] = ()

    def remarks(self, width: int) -> tuple[Remark, ...]:
        """Return what is to be said of the rows that were left out, if any."""
        found = []
        if self.comments:
            found.append(remark("note.comments", lines=self.comments))
        if self.repeated:
            found.append(remark("note.repeated-names", rows=self.repeated))
        if self.empty:
            found.append(remark("note.empty-rows", rows=self.empty))
        if self.notes:
            found.append(remark("note.below", lines=self.notes))
        if self.totals:
            found.append(remark("note.totals", rows=len(self.totals), names=self.totals))
        if self.left_out:
            found.append(remark("note.widths", rows=self.left_out, width=width,
                                line=self.first_line, values=self.first_width))
        return tuple(found)


class Sieve:
    """Tells the rows of a table from what stands among and below them.

    Parameters
    ----------
    dialect : Dialect
        How cells are told apart.
    width : int
        Columns of the table.
    names : str
        The row that names them, as it stands in the file; empty if none does.

    Attributes
    ----------
    waiting : list[Record]
        Lines of one cell that are notes if no row comes below them.
    """

    def __init__(self, dialect: Dialect, width: int, names: str) -> None:
        self.sifting = Sifting()
        self.dialect = dialect
        self.width = width
        self.names = names
        self.waiting: list[Record] = []

    def take(self, record: Record) -> str | None:
        """Return the text of a row if it is one of the table, else count it."""
        text, width, separator = record.text, record.width, self.dialect.separator
        if width == self.width and text != self.names and (
                text[0] != separator or text.strip(separator + " \r\n")):
            if self.waiting:
                self._forget()
            return text
        return self._odd(record)

    def _odd(self, record: Record) -> str | None:
        sifting = self.sifting
        if not record.width:
            sifting.comments += 1
        elif record.text == self.names:
            sifting.repeated += 1
        elif not record.text.strip(self.dialect.separator + " \t\r\n"):
            sifting.empty += 1
        elif record.width > self.width:
            cells = split_cells(record.text, self.dialect)
            if not any(cells[self.width:]):
                # Separators at the end of the row, and nothing behind them.
                if self.waiting:
                    self._forget()
                return self._cut(record.text, record.width - self.width)
            self._leave_out(record)
        elif self._is_note_line(record.text):
            self.waiting.append(record)
        else:
            self._leave_out(record)
        return None

    def _is_note_line(self, text: str) -> bool:
        """Return whether a line that is no row is words in a single cell."""
        cells = [cell for cell in split_cells(text, self.dialect) if cell]
        return len(cells) == 1 and any(map(str.isalpha, text)) and (
            not text[0].isdecimal() or " " in cells[0])

    def _cut(self, text: str, more: int) -> str:
        text = text.rstrip()
        for _ in range(more):
            text = text.rstrip(" ").removesuffix(self.dialect.quote * 2)
            text = text.rstrip(" ").removesuffix(self.dialect.separator)
        return text + "\n"

    def _forget(self) -> None:
        """Count lines of one cell as rows of another width: the table goes on below them."""
        for record in self.waiting:
            self._leave_out(record)
        self.waiting = []

    def _leave_out(self, record: Record) -> None:
        sifting = self.sifting
        if not sifting.left_out or record.line < sifting.first_line:
            sifting.first_line, sifting.first_width = record.line, record.width
        sifting.left_out += 1

    def finish(self, last: list[str]) -> int:
        """Count what stands below the table; return how many of the rows taken belong to that.

        Parameters
        ----------
        last : list of str
            The texts of the last rows that were taken, as many as are at hand.
        """
        sifting = self.sifting
        sifting.notes += len(self.waiting)
        self.waiting = []
        rows = [split_cells(text, self.dialect) for text in last[-_MOST_AT_END:]]
        totals: list[str] = []
        drop = 0
        for row in reversed(rows[1:]):
            first = next((cell for cell in row if cell), "")
            if self._is_note(row) and self.width > 2:
                sifting.notes += 1
            elif _TOTAL.fullmatch(first) and sum(first in other for other in rows) == 1:
                totals.insert(0, first)
            else:
                break
            drop += 1
        sifting.totals = tuple(totals)
        sifting.kept -= drop
        return drop

    @staticmethod
    def _is_note(row: list[str]) -> bool:
        # A row of a name and of nothing else could not be learned from.
        return any(map(str.isalpha, row[0])) and not any(row[1:])
