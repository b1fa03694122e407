"""Finding out how a text file is to be read: encoding, separator, decimal sign, header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.data.files import Head, decode_head, find_encoding, read_head
from engine.data.limits import MOST_COLUMNS
from engine.data.numbers import is_missing, is_number, vote_decimal
from engine.data.records import Record, iterate_records, split_cells, split_lines
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
    remarks : tuple[Message, ...]
        What was changed to make names of the header.
    """

    encoding: str
    separator: str
    decimal: str
    header: bool
    names: tuple[str, ...]
    skip: int
    remarks: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Sample:
    """The beginning of a text file and how to read it.

    Attributes
    ----------
    head : Head
        The file's first bytes.
    lines : tuple[str, ...]
        Its first lines; the last is left out when the head cuts it.
    format : TextFormat
        How to read it.
    """

    head: Head
    lines: tuple[str, ...]
    format: TextFormat


def examine(path: Path, spec: TableSpec) -> Sample:
    """Find out how a text file is to be read from its first megabyte.

    Raises
    ------
    DataError
        If it is not a readable text file, holds no table, or has too many columns.
    """
    head = read_head(path)
    place = path.name
    encoding = spec.encoding or find_encoding(head.content, head.complete, place)
    text = decode_head(head, encoding, place)
    _check_is_table(text, place)
    lines = _lines(text, head, place)
    declared = _DECLARED_SEPARATOR.fullmatch(lines[0].rstrip("\r\n"))
    skip = 1 if declared else 0
    separator = spec.separator or (declared[1] if declared else "")
    separator = separator or _find_separator(lines, head.complete, place)
    _check_choice(separator, spec.decimal, place)
    records = _sample_records(lines, separator, head.complete, place, skip)
    _check_columns(records, separator, place)
    records, skip, titles = _without_titles(records, skip)
    rows = [split_cells(record, separator) for record in records]
    decimal = spec.decimal or vote_decimal([cell for row in rows for cell in row], separator)
    header = has_header(rows, decimal) if spec.header is None else spec.header
    width = _width(rows, header)
    names, renamed = _names(rows, width, header,
                            say("place.line", file=place, line=records[0].line))
    form = TextFormat(encoding, separator, decimal, header, names,
                      skip=_last_line(records[0]) if header else skip, remarks=titles + renamed)
    return Sample(head, lines, form)


def _check_is_table(text: str, place: str) -> None:
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise DataError("table.blank", place=place)
    lower = start[:200].lower()
    if lower.startswith(("<!doctype html", "<html")):
        raise DataError("table.web-page", place=place)
    if lower.startswith(("<?xml", "<svg")):
        raise DataError("table.xml", place=place)
    if re.match(r'\{\s*"|\{\s*\}|\[\s*[\[{]|\[\s*$', start):
        raise DataError("table.json", place=place)


def _lines(text: str, head: Head, place: str) -> tuple[str, ...]:
    lines = split_lines(text.removeprefix("\ufeff"))
    if head.complete:
        return tuple(lines)
    if len(lines) < 2:
        most = max(lines[0].count(separator) for separator in ",;\t|")
        if most >= MOST_COLUMNS:
            raise DataError("table.many-more-columns", place=place, count=most + 1,
                            most=MOST_COLUMNS)
        raise DataError("table.long-head", place=say("place.line", file=place, line=1),
                        most=len(lines[0]))
    return tuple(lines[:-1])


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
                    skip: int) -> tuple[list[Record], int, tuple[Message, ...]]:
    """Leave out titles and comments above the table: rows of one cell, where others have more."""
    width = Counter(record.width for record in records).most_common(1)[0][0]
    titles = 0
    while width > 1 and records[titles].width != width and (
            records[titles].width == 1 or records[titles].text.startswith("#")):
        titles += 1
    if not titles:
        return records, skip, ()
    return records[titles:], _last_line(records[titles - 1]), (
        say("note.titles", lines=titles),)


def _last_line(record: Record) -> int:
    """Return the number of the last line that a row takes."""
    return record.line + max(len(split_lines(record.text)) - 1, 0)


def _names(rows: list[list[str]], width: int, header: bool,
           place: Message) -> tuple[tuple[str, ...], tuple[Message, ...]]:
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


def _unique_names(given: list[str]) -> tuple[tuple[str, ...], tuple[Message, ...]]:
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
    return tuple(names), (say("note.renamed", names=tuple(renamed)),) if renamed else ()
