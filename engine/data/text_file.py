"""A person's text file as lines."""

from __future__ import annotations

import codecs
import re
from functools import partial
from pathlib import Path

from engine.data.files import (
    Head,
    decode_head,
    find_encoding,
    open_lines,
    read_head,
)
from engine.data.limits import MOST_COLUMNS, PIECE_BYTES, PIECES
from engine.data.lines import LineSource
from engine.data.records import split_lines
from engine.errors import DataError
from engine.messages import say
from engine.spec import TableSpec


def text_source(path: Path, spec: TableSpec) -> LineSource:
    """Return the lines of a text file.

    Parameters
    ----------
    path : Path
        The file.
    spec : TableSpec
        Its encoding, if the person has chosen one.

    Raises
    ------
    DataError
        If it is not a readable text file, or is one of another kind than a table.
    """
    head = read_head(path)
    place = path.name
    encoding = spec.encoding or find_encoding(head.content, head.complete, place)
    text = decode_head(head, encoding, place)
    _check_is_table(text, place)
    return LineSource(
        place, head.size, encoding, _first_lines(text, head, place), head.complete,
        open=partial(open_lines, path, encoding),
        pieces=partial(_pieces, path, encoding, head))


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


def _first_lines(text: str, head: Head, place: str) -> tuple[str, ...]:
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


def _pieces(path: Path, encoding: str, head: Head) -> tuple[str, ...]:
    """Return whole lines from places that are spread over what the head does not show."""
    if head.complete:
        return ()
    begin, end = len(head.content), head.size
    found: list[str] = []
    with path.open("rb") as file:
        for number in range(PIECES):
            # A multiple of four, so that no character of UTF-16 or UTF-32 is cut.
            at = (begin + number * (end - begin) // PIECES) // 4 * 4
            file.seek(at)
            content = file.read(PIECE_BYTES)
            # The first and the last line are cut, and so is perhaps the last character.
            decoder = codecs.getincrementaldecoder(_after_mark(encoding, head))(errors="replace")
            found.extend(split_lines(decoder.decode(content))[1:-1])
    return tuple(found)


def _after_mark(encoding: str, head: Head) -> str:
    """Return the encoding of what stands behind a byte order mark."""
    little = head.content[:2] == codecs.BOM_UTF16_LE
    if encoding in ("utf-16", "utf-32"):
        return f"{encoding}-{'le' if little else 'be'}"
    return encoding.removesuffix("-sig")
