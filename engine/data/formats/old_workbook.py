"""Workbooks of Excel before 2007, looked through before they are read.

Format: [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from engine.data.formats.compound import Compound
from engine.data.formats.sheet_scan import Extent
from engine.data.formats.spreadsheet import workbook_source
from engine.data.lines import LineSource
from engine.errors import DataError
from engine.messages import say
from engine.spec import TableSpec

_LAST_ROW, _LAST_COLUMN = 2**16, 2**8
_CELLS = frozenset({0x0203, 0x0204, 0x00D6, 0x0205, 0x027E, 0x00FD, 0x00BD, 0x0006})
"""Records of one cell or of several beside one another, which begin with a row and a column."""

_MANY_CELLS = 0x00BD
_DIMENSIONS, _PASSWORD, _SHEET, _BEGIN, _END = 0x0200, 0x002F, 0x0085, 0x0809, 0x000A
_RECORD = struct.Struct("<HH")
_STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")

_OTHERS = {"WordDocument": "kind.word", "PowerPoint Document": "kind.powerpoint"}


def old_workbook_source(path: Path, spec: TableSpec) -> LineSource:
    """Return the lines of an ``.xls`` workbook.

    Raises
    ------
    DataError
        If it is damaged, hostile, protected by a password, or another document.
    """
    file = Compound(path)
    if "EncryptedPackage" in file.streams or "EncryptionInfo" in file.streams:
        raise DataError("sheet.password", place=path.name)
    content = file.stream(*_STREAMS)
    if not content:
        code = next((_OTHERS[name] for name in _OTHERS if name in file.streams), "kind.compound")
        raise DataError("file.no-text", place=path.name, what=say(code))
    _check(content, path.name)
    return workbook_source(path, spec)


def _check(content: bytes, place: str) -> None:
    """Refuse sheets that ask for more memory than their cells."""
    sheets = []
    for kind, at, size in _records(content, 0):
        if kind == _PASSWORD:
            raise DataError("sheet.password", place=place)
        if kind == _SHEET and size >= 4:
            sheets.append(int.from_bytes(content[at:at + 4], "little"))
        if kind == _END:
            break
    left = 4 * len(content)
    for begin in sheets:
        left -= _check_sheet(content, begin, place)
        if left < 0:
            raise DataError("sheet.damaged", place=place)


def _check_sheet(content: bytes, begin: int, place: str) -> int:
    """Refuse a sheet of few cells that are far apart; return the bytes that it takes."""
    extent, depth, at = Extent(), 0, begin
    for kind, at, size in _records(content, begin):
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 0:
            break
        if kind in _CELLS and size >= 6:
            row, column = _RECORD.unpack_from(content, at)
            extent.cells += 1
            if kind == _MANY_CELLS:
                last = int.from_bytes(content[at + size - 2:at + size], "little")
                extent.cells += max(last - column, 0)
                column = max(last, column)
            extent.rows = max(extent.rows, row + 1)
            extent.columns = max(extent.columns, column + 1)
        elif kind == _DIMENSIONS:
            _check_dimensions(content[at:at + size], place)
    extent.check(place)
    return at - begin


def _check_dimensions(record: bytes, place: str) -> None:
    form = {10: "<HHHH", 14: "<IIHH"}.get(len(record))
    if form is None:
        raise DataError("sheet.damaged", place=place)
    top, bottom, left, right = struct.unpack_from(form, record)
    if not top <= bottom <= _LAST_ROW or not left <= right <= _LAST_COLUMN:
        raise DataError("sheet.damaged", place=place)


def _records(content: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield the kind, place and size of every record."""
    while at + _RECORD.size <= len(content):
        kind, size = _RECORD.unpack_from(content, at)
        at += _RECORD.size
        yield kind, at, min(size, len(content) - at)
        at += size
