"""Sparse text of LibSVM and SVMlight: ``1 3:0.5 7:1.2``, a class or number and what is not 0."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from engine.data.formats.delimited import SEPARATOR, LineWriter
from engine.data.limits import MOST_COLUMNS
from engine.data.lines import Declared, LineSource, made_of
from engine.data.records import QUOTE
from engine.errors import DataError
from engine.messages import say

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_ROW = re.compile(rf"({_NUMBER})(?:\s+qid:\d+)?((?:\s+(?:0|[1-9]\d*):{_NUMBER})*)\s*(?:#.*)?")
_LOOKED_AT = 50
_MOST_VALUES = 20_000_000
"""Rows times columns: a few letters of such a file may be a row of thousands."""

TARGET = "label"


def is_svmlight(lines: Iterable[str]) -> bool:
    """Return whether lines are such rows, most with two places or more, in rising order."""
    rows = [line.strip() for line in islice(lines, _LOOKED_AT) if _content(line)]
    several = 0
    for row in rows:
        match = _ROW.fullmatch(row)
        if match is None:
            return False
        places = [int(pair.partition(":")[0]) for pair in match[2].split()]
        if places != sorted(set(places)):
            return False
        several += len(places) > 1
    return 2 * several > len(rows)


def svmlight_source(source: LineSource, lines: Iterable[str]) -> LineSource:
    """Return such a file as lines of CSV, its label last.

    Raises
    ------
    DataError
        If a row is none, or they are too many values when written out.
    """
    rows = list(_read(lines, source.place))
    first = min((place for _, pairs in rows for place in pairs), default=1)
    last = max((place for _, pairs in rows for place in pairs), default=1)
    # Places begin with 1, unless one of them is 0.
    begin = min(first, 1)
    width = last - begin + 1
    if width >= MOST_COLUMNS:
        raise DataError("table.too-many-columns", place=source.place, count=width + 1,
                        most=MOST_COLUMNS)
    if len(rows) * width > _MOST_VALUES:
        raise DataError("table.sparse-too-large", place=source.place, most=_MOST_VALUES)
    out = LineWriter()
    out.row([*(f"x{place}" for place in range(begin, last + 1)), TARGET])
    for label, pairs in rows:
        cells = ["0"] * width
        for place, value in pairs.items():
            cells[place - begin] = value
        out.row([*cells, label])
    declared = Declared(separator=SEPARATOR, quote=QUOTE, decimal=".", header=True, target=TARGET)
    return made_of(source.place, source.size, out.lines, declared=declared)


def _content(line: str) -> str:
    return line.partition("#")[0].strip()


def _read(lines: Iterable[str], place: str) -> Iterator[tuple[str, dict[int, str]]]:
    for number, line in enumerate(lines, start=1):
        if not _content(line):
            continue
        match = _ROW.fullmatch(line.strip())
        if match is None:
            raise DataError("table.no-sparse-row", text=line.strip(),
                            place=say("place.line", file=place, line=number))
        pairs = (pair.partition(":") for pair in match[2].split())
        yield match[1], {int(where): value for where, _, value in pairs}
