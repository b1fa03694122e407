"""Rows of cells as lines of comma-separated text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

from engine.data.records import QUOTE

SEPARATOR = ","
_BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")


class LineWriter:
    """Writes rows as lines.

    Attributes
    ----------
    lines : list[str]
        What was written, an end of line behind each.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._writer = csv.writer(self, delimiter=SEPARATOR, quotechar=QUOTE, lineterminator="\n")

    def write(self, line: str) -> None:
        """Take a line from the writer of the standard library."""
        self.lines.append(line)

    def row(self, cells: Iterable[str]) -> None:
        """Write a row; none of its cells may have a line break, see `plain`."""
        self._writer.writerow(cells)

    def blank(self, count: int = 1) -> None:
        """Write blank lines, which keep the numbers of the lines below true."""
        self.lines.extend(["\n"] * count)


def plain(text: str) -> str:
    """Return text that fits on one line: breaks become spaces, zero bytes go."""
    if text.isprintable():
        return text
    return _BREAKS.sub(" ", text.replace("\0", ""))


def unique_names(given: Iterable[str]) -> list[str]:
    """Return names that differ, blanks in them single, for columns whose roles go by name."""
    names: dict[str, None] = {}
    for position, text in enumerate(given, start=1):
        wanted = " ".join(plain(text).split()) or f"Column {position}"
        name, number = wanted, 2
        while name in names:
            name, number = f"{wanted} ({number})", number + 1
        names[name] = None
    return list(names)
