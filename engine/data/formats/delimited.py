"""Rows of cells as lines of comma-separated text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from engine.data.records import QUOTE

SEPARATOR = ","
_BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")


def write_line(cells: Iterable[str]) -> str:
    """Return a row as one line; line breaks inside of cells become spaces, zero bytes go."""
    out = io.StringIO()
    csv.writer(out, delimiter=SEPARATOR, quotechar=QUOTE, lineterminator="\n").writerow(
        [plain(cell) for cell in cells])
    return out.getvalue()


def write_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield rows as lines; an empty row is an empty line, so that lines stay numbered."""
    for row in rows:
        cells = tuple(row)
        yield write_line(cells) if cells else "\n"


def plain(text: str) -> str:
    """Return text that fits on one line."""
    if text.isprintable():
        return text
    return _BREAKS.sub(" ", text.replace("\0", ""))
