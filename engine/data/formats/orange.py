"""Tables of Orange: column types and roles in two more header rows, or before the names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType

from engine.data.formats.delimited import unique_names
from engine.data.lines import Declared, LineSource, Role
from engine.data.records import QUOTE
from engine.data.remark import remark
from engine.errors import DataError
from engine.messages import say

_TYPES: Mapping[str, Role] = MappingProxyType({
    "c": "numbers", "continuous": "numbers", "n": "numbers", "numeric": "numbers",
    "d": "classes", "discrete": "classes", "categorical": "classes",
    "s": "text", "string": "text", "text": "text", "t": "date", "time": "date"})
_CLASS, _LEFT_OUT = ("c", "class"), ("i", "ignore", "m", "meta", "w", "weight")
_FLAG = re.compile(r"c|class|i|ignore|m|meta|w|weight|[^=\s]+=.*")
_LIST = re.compile(r"[^\s\\]*(?:\\.[^\s\\]*)*(?: [^\s\\]*(?:\\.[^\s\\]*)*)+")
_SPACE = re.compile(r"(?<!\\) ")
_PREFIX = re.compile(r"(?=[cimwCDST])[cimw]?[CDST]?[cimw]?#")
_SEPARATORS = "\t,;"


@dataclass(frozen=True)
class _Header:
    """What the header says, a value for every column.

    Attributes
    ----------
    rows : int
        Lines of the header.
    names, types, flags : Sequence[str]
        As they are written.
    """

    rows: int
    names: Sequence[str]
    types: Sequence[str]
    flags: Sequence[str]


def orange_source(source: LineSource) -> LineSource | None:
    """Return a table with what its header of Orange declares; None if it has none.

    Parameters
    ----------
    source : LineSource
        A text file.
    """
    for separator in _SEPARATORS:
        head = _cells(source.head, separator)
        found = (_three_rows(head) or _prefixes(head)) if head else None
        if found is not None:
            return _declared(source, found, separator)
    return None


def _cells(lines: Sequence[str], separator: str) -> list[list[str]]:
    """Return the first three rows; none if they are not of one width."""
    first = [line.rstrip("\r\n") for line in islice(lines, 3)]
    if not first or separator not in first[0]:
        return []
    try:
        rows = list(csv.reader(first, delimiter=separator, quotechar=QUOTE))
    except csv.Error:
        return []
    return [[cell.strip() for cell in row] for row in rows]


def _three_rows(rows: list[list[str]]) -> _Header | None:
    """Return a header of names, types and flags, if it cannot be a table of plain letters."""
    if len(rows) < 3:
        return None
    names, types, flags = rows
    width = len(names)
    flags = flags + [""] * (width - len(flags))
    if len(types) != width or len(flags) != width:
        return None
    if not all(cell.lower() in _TYPES or _LIST.fullmatch(cell) or not cell for cell in types):
        return None
    words = [word for cell in flags for word in _SPACE.split(cell) if word]
    if not all(_FLAG.fullmatch(word.lower()) for word in words):
        return None
    plain = sum(cell.lower() in _TYPES for cell in types)
    if not plain or (all(flags) and max(map(len, [*types, *flags])) == 1):
        return None
    return _Header(3, names, types, flags)


def _prefixes(rows: list[list[str]]) -> _Header | None:
    """Return a header whose names have a prefix such as ``cD#``."""
    marks = [_PREFIX.match(cell) for cell in rows[0]]
    if not any(marks):
        return None
    names = [cell[mark.end():] if mark else cell for cell, mark in zip(rows[0], marks, strict=True)]
    letters = [mark[0][:-1] if mark else "" for mark in marks]
    return _Header(1, names, ["".join(filter(str.isupper, one)).lower() for one in letters],
                   ["".join(filter(str.islower, one)) for one in letters])


def _declared(source: LineSource, header: _Header, separator: str) -> LineSource:
    names = unique_names(header.names)
    roles: dict[str, Role] = {}
    levels: dict[str, tuple[str, ...]] = {}
    targets = []
    for name, kind, flag in zip(names, header.types, header.flags, strict=True):
        words = _SPACE.split(flag.lower())
        role = _TYPES.get(kind.lower())
        if role is None and kind:
            role = "classes"
            levels[name] = tuple(part.replace("\\ ", " ") for part in _SPACE.split(kind))
        if any(word in _CLASS for word in words):
            targets.append(name)
        elif any(word in _LEFT_OUT for word in words):
            role = "ignored"
        if role is not None:
            roles[name] = role
    # One answer of several would tell the others.
    roles.update((name, "ignored") for name in targets[1:])
    declared = Declared(separator=separator, quote=QUOTE, decimal=".", header=True,
                        target=targets[0] if targets else "", roles=roles, levels=levels)
    first = _line(names, separator, source.place)
    remarks = (remark("note.orange-classes", name=targets[0], names=tuple(targets[1:])),
               ) if targets[1:] else ()

    @contextmanager
    def opened() -> Iterator[Iterator[str]]:
        with source.open() as lines:
            yield _below(lines, first, header.rows)

    return replace(source, head=tuple(_below(iter(source.head), first, header.rows)), open=opened,
                   declared=declared, remarks=(*source.remarks, *remarks))


def _below(lines: Iterator[str], first: str, rows: int) -> Iterator[str]:
    """Yield the lines with one row of names for the header; blank lines keep their numbers."""
    yield first
    for number, line in enumerate(lines):
        if number:
            yield "\n" if number < rows else line


def _line(names: Sequence[str], separator: str, place: str) -> str:
    if any("\n" in name or "\r" in name for name in names):
        raise DataError("table.open-quote", quote=QUOTE,
                        place=say("place.line", file=place, line=1))
    return separator.join(f'"{name.replace(QUOTE, QUOTE * 2)}"' for name in names) + "\n"
