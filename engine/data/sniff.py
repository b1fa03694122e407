"""Finding out how a text file is to be read: separator, decimal sign, names of the columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.data.header import Top, find_top
from engine.data.layout import Layout, check_columns, find_layout, one_column, usual_width
from engine.data.lines import LineSource
from engine.data.numbers import is_number, vote_decimal
from engine.data.records import Dialect, Record, split_cells, split_lines
from engine.data.remark import Change, Remark, remark
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import TableSpec

LONGEST_NAME = 1000
"""Characters of a column's name; what is longer is cut there."""


@dataclass(frozen=True)
class TextFormat:
    """How a text file is to be read.

    Attributes
    ----------
    encoding, separator, decimal : str
        As `engine.spec.TableSpec` has them, found out where the person left them open.
    header : bool
        Whether a row names the columns.
    names : tuple[str, ...]
        Names of the columns, each once.
    skip : int
        Lines to leave out before the first row of values.
    dialect : Dialect
        How the cells of a line are told apart.
    names_row : str
        The row that names the columns, as it stands in the file; empty if none does.
    nameless : int
        Columns at the end for which the file has no names; they are dropped if they are empty.
    remarks : tuple[Remark, ...]
        What was assumed or left out.
    """

    encoding: str
    separator: str
    decimal: str
    header: bool
    names: tuple[str, ...]
    skip: int
    dialect: Dialect
    names_row: str = ""
    nameless: int = 0
    remarks: tuple[Remark, ...] = ()


def examine(source: LineSource, spec: TableSpec) -> TextFormat:
    """Find out how the lines of a file are to be read from the first of them.

    Raises
    ------
    DataError
        If they hold no table, or one of too many columns.
    """
    place, declared = source.place, source.declared
    if spec.decimal not in ("", ".", ","):
        raise DataError("table.decimal", place=place, decimal=spec.decimal)
    layout = find_layout(source, spec)
    dialect = layout.dialect
    comments = [record for record in layout.records if not record.width]
    records = [record for record in layout.records if record.width]
    check_columns(records, place)
    if max(record.width for record in records) < 2:
        raise one_column(place, layout.separator)
    rows = _trimmed([split_cells(record.text, dialect) for record in records],
                    usual_width(records))
    decimal = spec.decimal or declared.decimal or vote_decimal(
        [cell for row in rows for cell in row], layout.separator)
    header = spec.header if spec.header is not None else declared.header
    top = _above(records, rows, decimal, header)
    first = records[top.names[0]] if top.names else records[top.end]
    above = [comment for comment in comments if comment.line < first.line]
    at = say("place.line", file=place, line=first.line)
    named, remarks = _named(layout, rows, top, decimal, header, above)
    names, nameless, more = _names(rows, top, named, at)
    skip = _last_line(records[top.end - 1]) if top.end else max(
        [layout.skip, *(comment.line for comment in above)])
    return TextFormat(
        source.encoding, layout.separator, decimal, bool(named), names, skip, dialect,
        names_row=records[top.names[-1]].text if top.names else "", nameless=nameless,
        remarks=(*layout.remarks, *remarks, *more))


def _trimmed(rows: list[list[str]], width: int) -> list[list[str]]:
    """Return rows without the empty cells that they have more than others."""
    filled = [max((place for place, cell in enumerate(row, 1) if cell), default=0) for row in rows]
    if min(map(len, rows[1:]), default=width) < width and max(filled) < width:
        # Separators at the end of many rows, but not of all.
        width = max(filled)
    return [row[:max(width, count)] for row, count in zip(rows, filled, strict=True)]


def _above(records: Sequence[Record], rows: list[list[str]], decimal: str,
           header: bool | None) -> Top:
    """Return which of the first rows are no values, those of another width among them."""
    width = _usual(rows)
    start = 0
    while width > 1 and len(rows[start]) != width:
        start += 1
    alike = [start + place for place, row in enumerate(rows[start:]) if len(row) == width]
    top = find_top([rows[place] for place in alike], decimal, header)
    if start and not top.names and header is not False and len(rows[start - 1]) > 1 and (
            not top.above):
        # A row of names that has more or fewer cells than there are values.
        near = rows[start - 1]
        if not any(is_number(cell, decimal) for cell in near) or header:
            return Top((start - 1,), start, above=tuple(range(start - 1)))

    def places(found: Sequence[int]) -> tuple[int, ...]:
        return tuple(alike[place] for place in found)

    end = alike[top.end] if top.end < len(alike) else alike[-1] + 1
    return Top(places(top.names), end, places(top.units), places(top.below),
               (*range(start), *places(top.above)), top.numbers)


def _named(layout: Layout, rows: list[list[str]], top: Top, decimal: str, header: bool | None,
           comments: Sequence[Record]) -> tuple[list[str], list[Remark]]:
    """Return the cells that name the columns, none if nothing does, and what is said of them."""
    remarks = []
    lines = len(top.above) + len(comments)
    named: list[str] = []
    if top.names:
        named = _joined([rows[place] for place in top.names])
    elif header is not False and comments:
        named = _from_comment(comments[-1].text, len(rows[top.end]), layout.dialect, decimal)
        if named:
            lines -= 1
        if named and not comments[-1].text.lstrip().startswith(named[0]):
            remarks.append(remark("note.names-in-comment", line=comments[-1].line))
    if lines:
        remarks.insert(0, remark("note.titles", lines=lines))
    if top.units:
        cells = tuple(cell for cell in rows[top.units[0]] if cell)[:6]
        remarks.append(remark("note.units-row", rows=len(top.units), cells=cells))
    if len(top.names) > 1:
        example = next((name for name in named if " " in name), named[0])
        remarks.append(remark("note.names-joined", example=" ".join(example.split())))
    if top.below:
        remarks.append(remark("note.below-names", lines=len(top.below)))
    if top.numbers:
        numbers = [cell for cell in named if is_number(cell, decimal)]
        remarks.append(Remark(
            say("note.number-names", first=numbers[0], last=numbers[-1]),
            Change(say("change.no-names"), {"header": False})))
    return named, remarks


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return names made of two rows of them; a group's name stands for the gaps after it."""
    if len(rows) == 1:
        return list(rows[0])
    group, names = "", []
    for upper, lower in zip(*rows, strict=True):
        group = upper or group
        names.append(" ".join(part for part in (group if lower else upper, lower) if part))
    return names


def _from_comment(text: str, width: int, dialect: Dialect, decimal: str) -> list[str]:
    """Return the names in a comment right above the values; none if it holds none."""
    text = text.strip()
    mark = next((mark for mark in dialect.comment if text.startswith(mark)), "")
    behind = text[len(mark):]
    cells = split_cells(behind.lstrip() if behind[:1].isspace() else text, dialect)
    if len(cells) != width or any(not cell or is_number(cell, decimal) for cell in cells):
        return []
    return cells


def _usual(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of cells that most rows have."""
    return Counter(map(len, rows)).most_common(1)[0][0]


def _last_line(record: Record) -> int:
    """Return the number of the last line that a row takes."""
    return record.line + max(len(split_lines(record.text)) - 1, 0)


def _names(rows: list[list[str]], top: Top, given: list[str],
           place: Message) -> tuple[tuple[str, ...], int, list[Remark]]:
    """Return the names of the columns, how many at the end have none, and what is said of them."""
    body = rows[top.end:] or [given]
    width = _usual(body)
    if not given:
        return tuple(f"Column {i + 1}" for i in range(width)), 0, []
    given = list(given)
    while len(given) > width and not given[-1]:
        given.pop()
    values = [row for row in body if len(row) == width]
    remarks = []
    missing = width - len(given)
    if missing > 0 and all(not any(row[len(given):]) for row in values):
        given += [""] * missing
    elif missing == 1 and _are_row_names([row[0] for row in values]):
        given = ["Row name", *given]
        remarks.append(remark("note.row-names", example=values[0][0]))
    if len(given) != width:
        raise DataError("table.names", place=place, names=len(given), values=width)
    nameless = 0
    while nameless < width and not given[-1 - nameless]:
        nameless += 1
    names, renamed = unique_names(given)
    return names, nameless, [*remarks, *renamed]


def _are_row_names(cells: Sequence[str]) -> bool:
    """Return whether the first cells of the rows name them: no two alike, or numbers that count."""
    if len(set(cells)) != len(cells) or not all(cells):
        return False
    if all(cell.isdecimal() for cell in cells):
        return int(cells[0]) in (0, 1) and [int(cell) for cell in cells] == list(
            range(int(cells[0]), int(cells[0]) + len(cells)))
    return not any(is_number(cell, mark) for cell in cells for mark in ".,")


def unique_names(given: Sequence[str]) -> tuple[tuple[str, ...], list[Remark]]:
    """Return names of which no two are alike, as the file has them where it can be.

    Runs of blanks become one space, unless only they tell two names apart.
    """
    plain = [" ".join(cell.split()) for cell in given]
    told = len(set(plain)) == len(set(given))
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    renamed = []
    taken = {name[:LONGEST_NAME] for name in (plain if told else given)}
    for position, cell in enumerate(plain if told else given, start=1):
        wanted = cell[:LONGEST_NAME] or f"Column {position}"
        # The numbers before this one are taken: thousands of columns may have the same name.
        name, number = wanted, numbers.get(wanted, 2)
        while name in names or (name != wanted and name in taken):
            name, number = f"{wanted} ({number})", number + 1
        numbers[wanted] = number
        if name != wanted:
            renamed.append(name)
        names[name] = None
    return tuple(names), [remark("note.renamed", names=tuple(renamed))] if renamed else []
