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
from engine.data.wording import count, listing, shorten
from engine.errors import DataError
from engine.spec import TableSpec

SEPARATORS = ("\t", ";", "|", ",", " ")
"""Tried in this order; the first of the best wins."""

SEPARATOR_NAMES = {"\t": "tab", ";": "semicolon", "|": "vertical bar", ",": "comma",
                   " ": "space"}

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
    notes : tuple[str, ...]
        What was changed to make names of the header, a sentence each.
    """

    encoding: str
    separator: str
    decimal: str
    header: bool
    names: tuple[str, ...]
    skip: int
    notes: tuple[str, ...] = ()


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
    names, notes = _names(rows, width, header, f"{place}, line {records[0].line}")
    form = TextFormat(encoding, separator, decimal, header, names,
                      skip=_last_line(records[0]) if header else skip, notes=titles + notes)
    return Sample(head, lines, form)


def _check_is_table(text: str, place: str) -> None:
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise DataError(place, "the file holds nothing but blanks",
                        "a row of names and rows of values", "Choose another file")
    lower = start[:200].lower()
    if lower.startswith(("<!doctype html", "<html")):
        raise DataError(place, "this is a web page", "a table of text",
                        "Download the file itself instead of the page that shows it")
    if lower.startswith(("<?xml", "<svg")):
        raise DataError(place, "this is an XML document", "a table of text", "Save it as CSV")
    if re.match(r'\{\s*"|\{\s*\}|\[\s*[\[{]|\[\s*$', start):
        raise DataError(place, "this is JSON", "a table of text",
                        "Convert it to CSV in the program that made it")


def _lines(text: str, head: Head, place: str) -> tuple[str, ...]:
    lines = split_lines(text.removeprefix("\ufeff"))
    if head.complete:
        return tuple(lines)
    if len(lines) < 2:
        most = max(lines[0].count(separator) for separator in ",;\t|")
        if most >= MOST_COLUMNS:
            raise _too_many_columns(most + 1, place, "more than ")
        raise DataError(f"{place}, line 1", f"more than {len(lines[0]):,} characters in one line",
                        "a row of values on every line",
                        "Check that this is a table and that its lines end")
    return tuple(lines[:-1])


def _check_choice(separator: str, decimal: str, place: str) -> None:
    if len(separator) != 1 or separator in '"\r\n\0':
        raise DataError(place, f"a separator {separator!r}", "one character, such as , ; or a tab",
                        "Choose another separator")
    if decimal not in ("", ".", ","):
        raise DataError(place, f"a decimal sign {decimal!r}", "a point or a comma",
                        "Choose another decimal sign")


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
        raise DataError(place, "no complete row of values", "a table",
                        "Check the quotes in the first lines")
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
        raise _too_many_columns(widest, place)
    if alone and widest < 2:
        raise _one_column(place, separator)


def _too_many_columns(count: int, place: str, prefix: str = "") -> DataError:
    return DataError(place, f"{prefix}{count:,} columns", f"at most {MOST_COLUMNS:,}",
                     "Save fewer columns, or turn the table so that every example is a row")


def _one_column(place: str, separator: str = "") -> DataError:
    if separator:
        name = SEPARATOR_NAMES.get(separator, repr(separator))
        return DataError(place, f"one column only, when a {name} separates columns",
                         "at least two: something to learn from and a target",
                         "Choose another separator")
    return DataError(place, "one column only",
                     "at least two: something to learn from and a target",
                     "Add a column, or choose the separator by hand")


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
                    skip: int) -> tuple[list[Record], int, tuple[str, ...]]:
    """Leave out titles and comments above the table: rows of one cell, where others have more."""
    width = Counter(record.width for record in records).most_common(1)[0][0]
    titles = 0
    while width > 1 and records[titles].width != width and (
            records[titles].width == 1 or records[titles].text.startswith("#")):
        titles += 1
    if not titles:
        return records, skip, ()
    return records[titles:], _last_line(records[titles - 1]), (
        f"Left out: {count(titles, 'line')} above the table.",)


def _last_line(record: Record) -> int:
    """Return the number of the last line that a row takes."""
    return record.line + max(len(split_lines(record.text)) - 1, 0)


def _names(rows: list[list[str]], width: int, header: bool,
           place: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
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
        raise DataError(place, f"{count(len(given), 'name')}, while most rows have "
                        f"{count(width, 'value')}", "as many names as values",
                        "Check the separator, or whether the first row names the columns")
    return _unique_names(given)


def _unique_names(given: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
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
    notes: tuple[str, ...] = ()
    if renamed:
        notes = (f"Columns of the same name were told apart: {listing(renamed, 'column')}.",)
    return tuple(names), notes
