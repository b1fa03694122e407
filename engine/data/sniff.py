"""Finding out how a text file is to be read: encoding, separator, decimal sign, header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from engine.data.limits import MOST_COLUMNS
from engine.data.lines import LineSource
from engine.data.numbers import is_missing, is_number, vote_decimal
from engine.data.records import Record, iterate_records, split_cells, split_lines
from engine.data.remark import Remark, remark
from engine.errors import DataError
from engine.messages import Message, say, shorten
from engine.spec import TableSpec

SEPARATORS = ("\t", ";", "|", ",", " ")
"""Tried in this order; the first of the best wins."""

_SEPARATOR_NAMES = {
    "\t": say("separator.tab"), ";": say("separator.semicolon"), "|": say("separator.bar"),
    ",": say("separator.comma"), " ": say("separator.space")}

_SAMPLE_ROWS = 200
_SAMPLE_CHARACTERS = 2**18
_TWO_NUMBERS = re.compile(r"\d\s+[-+]?\d")
_DECLARED_SEPARATOR = re.compile(r'"?sep=(.)"?\s*')


@dataclass(frozen=True)
class TextFormat:
    """How a text file is to be read.

    Attributes
    ----------
    encoding, separator, decimal : str
        As `engine.spec.TableSpec` has them, found out where the person left them open.
    header : bool
        Whether the first row names the columns.
    names : tuple[str, ...]
        Names of the columns, each once.
    skip : int
        Lines to leave out before the first row of values.
    remarks : tuple[Remark, ...]
        What was changed to make names of the header.
    """

    encoding: str
    separator: str
    decimal: str
    header: bool
    names: tuple[str, ...]
    skip: int
    remarks: tuple[Remark, ...] = ()


def examine(source: LineSource, spec: TableSpec) -> TextFormat:
    """Find out how the lines of a file are to be read from the first of them.

    Raises
    ------
    DataError
        If they hold no table, or one of too many columns.
    """
    place, lines, declared = source.place, source.head, source.declared
    chosen = _DECLARED_SEPARATOR.fullmatch(lines[0].rstrip("\r\n"))
    skip = 1 if chosen else 0
    separator = spec.separator or declared.separator or (chosen[1] if chosen else "")
    separator = separator or _find_separator(lines, source.complete, place)
    _check_choice(separator, spec.decimal, place)
    records = _sample_records(lines, separator, source.complete, place, skip)
    _check_columns(records, separator, place)
    records, skip, titles = _without_titles(records, skip)
    rows = [split_cells(record, separator) for record in records]
    decimal = spec.decimal or declared.decimal or vote_decimal(
        [cell for row in rows for cell in row], separator)
    header = spec.header if spec.header is not None else declared.header
    if header is None:
        header = has_header(rows, decimal)
    width = _width(rows, header)
    names, renamed = _names(rows, width, header,
                            say("place.line", file=place, line=records[0].line))
    return TextFormat(source.encoding, separator, decimal, header, names,
                      skip=_last_line(records[0]) if header else skip, remarks=titles + renamed)


def _check_choice(separator: str, decimal: str, place: str) -> None:
    if len(separator) != 1 or separator in '"\r\n\0':
        raise DataError("table.separator", place=place, separator=separator)
    if decimal not in ("", ".", ","):
        raise DataError("table.decimal", place=place, decimal=decimal)


def _sample_records(lines: Sequence[str], separator: str, complete: bool, place: str,
                    skip: int = 0) -> list[Record]:
    records: list[Record] = []
    room = _SAMPLE_CHARACTERS
    for record in islice(iterate_records(lines, separator, place, skip, cut=not complete),
                         _SAMPLE_ROWS):
        records.append(record)
        room -= len(record.text)
        if room < 0:
            break
    if not records:
        raise DataError("table.no-row", place=place)
    return records


def _find_separator(lines: Sequence[str], complete: bool, place: str) -> str:
    best, best_score, failure = "", 0.0, None
    for separator in SEPARATORS:
        try:
            records = _sample_records(lines, separator, complete, place)
        except DataError as error:
            failure = failure or error
            continue
        _check_columns(records, separator, place, alone=False)
        score = _score([split_cells(record, separator) for record in records], separator)
        if score > best_score:
            best, best_score = separator, score
    if best:
        return best
    if failure is not None:
        raise failure
    raise _one_column(place)


def _score(rows: list[list[str]], separator: str) -> float:
    """Return how well a separator divides: share of rows alike times share of clean cells."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0
    width, alike = widths.most_common(1)[0]
    others = [other for other in SEPARATORS if other not in (separator, " ")]
    cells = [cell for row in rows if len(row) == width for cell in row]
    clean = sum(_is_clean(cell, others) for cell in cells)
    return alike / len(rows) * clean / len(cells)


def _is_clean(cell: str, others: list[str]) -> bool:
    if is_number(cell, ".") or is_number(cell, ","):
        return True
    return not any(other in cell for other in others) and not _TWO_NUMBERS.search(cell)


def _check_columns(records: list[Record], separator: str, place: str, alone: bool = True) -> None:
    widest = max(record.width for record in records)
    if widest > MOST_COLUMNS:
        raise DataError("table.too-many-columns", place=place, count=widest, most=MOST_COLUMNS)
    if alone and widest < 2:
        raise _one_column(place, separator)


def _one_column(place: str, separator: str = "") -> DataError:
    if separator:
        name = _SEPARATOR_NAMES.get(separator) or say("separator.other", character=separator)
        return DataError("table.one-column-by-separator", place=place, separator=name)
    return DataError("table.one-column", place=place)


def has_header(rows: list[list[str]], decimal: str) -> bool:
    """Return whether the first row names the columns.

    It does not if it holds a number. Else it does if some column below holds mostly numbers, or if
    none of its cells comes again below.
    """
    first, rest = rows[0], rows[1:]
    if any(is_number(cell, decimal) for cell in first) or all(map(is_missing, first)):
        return False
    if not rest:
        return True
    columns = [[row[i] for row in rest if i < len(row) and not is_missing(row[i])]
               for i in range(len(first))]
    for column in columns:
        if column and sum(is_number(cell, decimal) for cell in column) > len(column) / 2:
            return True
    return not any(cell in column for cell, column in zip(first, columns, strict=True))


def _width(rows: list[list[str]], header: bool) -> int:
    body = rows[1:] if header and len(rows) > 1 else rows
    return Counter(map(len, body)).most_common(1)[0][0]


def _without_titles(records: list[Record],
                    skip: int) -> tuple[list[Record], int, tuple[Remark, ...]]:
    """Leave out titles and comments above the table: rows of one cell, where others have more."""
    width = Counter(record.width for record in records).most_common(1)[0][0]
    titles = 0
    while width > 1 and records[titles].width != width and (
            records[titles].width == 1 or records[titles].text.startswith("#")):
        titles += 1
    if not titles:
        return records, skip, ()
    return records[titles:], _last_line(records[titles - 1]), (
        remark("note.titles", lines=titles),)


def _last_line(record: Record) -> int:
    """Return the number of the last line that a row takes."""
    return record.line + max(len(split_lines(record.text)) - 1, 0)


def _names(rows: list[list[str]], width: int, header: bool,
           place: Message) -> tuple[tuple[str, ...], tuple[Remark, ...]]:
    if not header:
        return tuple(f"Column {i + 1}" for i in range(width)), ()
    given = list(rows[0])
    while len(given) > width and not given[-1]:
        given.pop()
    if len(given) == width - 1:
        # Either every row ends with a separator, or the first column holds nameless row names.
        trailing = all(not row[-1] for row in rows[1:] if len(row) == width)
        given = [*given, ""] if trailing else ["Row name", *given]
    if len(given) != width:
        raise DataError("table.names", place=place, names=len(given), values=width)
    return _unique_names(given)


def _unique_names(given: list[str]) -> tuple[tuple[str, ...], tuple[Remark, ...]]:
    names: dict[str, None] = {}
    renamed = []
    for position, cell in enumerate(given, start=1):
        wanted = shorten(" ".join(cell.split())) or f"Column {position}"
        name, number = wanted, 2
        while name in names:
            name, number = f"{wanted} ({number})", number + 1
        if name != wanted:
            renamed.append(name)
        names[name] = None
    return tuple(names), (remark("note.renamed", names=tuple(renamed)),) if renamed else ()
