"""A person's text file as lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from engine.data.encodings import title_of
from engine.data.files import (
    Encoding,
    Head,
    Mending,
    decode_head,
    errors_of,
    find_encoding,
    open_lines,
    read_head,
    read_pieces,
    whole_lines,
)
from engine.data.kinds import text_kind
from engine.data.limits import MOST_COLUMNS
from engine.data.lines import LineSource
from engine.data.records import split_lines
from engine.data.remark import Change, Remark, remark
from engine.errors import DataError
from engine.messages import say
from engine.spec import TableSpec

_OTHER_ENDS = ("\u2028", "\u2029", "\x85", "\x1e")
_MOJIBAKE = re.compile("[ÃÂÄÅÐÑâ][\u0080-\u00bf\u0152-\u0178\u02c6-\u02dc\u2013-\u2122]+")


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
    found = Encoding(spec.encoding) if spec.encoding else find_encoding(
        head.content, head.complete, place,
        whole_lines(read_pieces(path, head)) if head.content.isascii() else b"")
    text = decode_head(head, found.name, place)
    _check_is_table(text, place)
    mending = Mending()
    lines = _first_lines(text, head, place)
    if not text.isascii():
        lines = tuple(mending.mended(line, number) for number, line in enumerate(lines, start=1))
    errors = errors_of(found.name, head.content)
    remarks = (*_of_encoding(found), *_of_mojibake(lines))
    if head.complete and len(lines) == 1 and (
            end := next((end for end in _OTHER_ENDS if end in lines[0].rstrip()), "")):
        lines = tuple(f"{line}\n" for line in lines[0].rstrip().split(end))
        return LineSource(place, head.size, found.name, lines, True,
                          open=lambda: nullcontext(iter(lines)), remarks=remarks, mending=mending)
    return LineSource(
        place, head.size, found.name, lines, head.complete,
        open=partial(open_lines, path, found.name, errors, mending),
        pieces=partial(_pieces, path, found.name, head), remarks=remarks, mending=mending)


def _check_is_table(text: str, place: str) -> None:
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise DataError("table.blank", place=place)
    if code := text_kind(start):
        raise DataError(code, place=place)


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


def _of_encoding(found: Encoding) -> tuple[Remark, ...]:
    """Return what is to be said of an encoding that was guessed."""
    if not found.guessed or (found.name == "cp1252" and not found.other):
        return ()
    change = None
    if found.other:
        change = Change(say("change.encoding", title=title_of(found.other)),
                        {"encoding": found.other})
    return (Remark(say("note.encoding", title=title_of(found.name)), change),)


def _of_mojibake(lines: Sequence[str]) -> tuple[Remark, ...]:
    """Return what is to be said of UTF-8 that was read as Windows-1252 and saved again."""
    words = [word for line in lines[:2000] if not line.isascii()
             for word in re.findall(r"[^\s,;\t|\"']+", line) if not word.isascii()]
    meant = [(word, right) for word in words if (right := _unmixed(word))]
    if not meant or len(meant) < len(words) / 2:
        return ()
    word, right = meant[0]
    return (remark("note.mojibake", example=word, meant=right),)


def _unmixed(word: str) -> str:
    """Return the word that was meant by one such as GrÃ¶ÃŸe; empty if it is none."""
    if not _MOJIBAKE.search(word):
        return ""
    try:
        right = word.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""
    return right if len(right) < len(word) else ""


def _pieces(path: Path, encoding: str, head: Head) -> tuple[str, ...]:
    """Return whole lines from places that are spread over what the head does not show."""
    mending = Mending()
    wanted = "surrogateescape" if errors_of(encoding, head.content) != "strict" else "replace"
    found: list[str] = []
    for content in read_pieces(path, head):
        # The first and the last line are cut, and so is perhaps the last character.
        decoder = codecs.getincrementaldecoder(_after_mark(encoding, head))(errors=wanted)
        found.extend(mending.mended(line, 1) for line in split_lines(decoder.decode(content))[1:-1])
    return tuple(found)


def _after_mark(encoding: str, head: Head) -> str:
    """Return the encoding of what stands behind a byte order mark."""
    little = head.content[:2] == codecs.BOM_UTF16_LE
    if encoding in ("utf-16", "utf-32"):
        return f"{encoding}-{'le' if little else 'be'}"
    return encoding.removesuffix("-sig")
