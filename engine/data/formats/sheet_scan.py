"""How far the sheets of a workbook reach, before memory is asked for rows times columns."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.data.formats.archive import Archive
from engine.data.formats.cell_range import (
    LAST_COLUMN,
    LAST_ROW,
    CellRange,
    cell_name,
    column_place,
)
from engine.errors import DataError

MOST_AREA = 5_000_000
"""Rows times columns from ``A1`` to the last cell, unless half of them are filled."""

_BINARY_RELATIONS = "xl/_rels/workbook.bin.rels"

_SMALL_AREA, _MOST_SPREAD, _ROW_COST = 500_000, 50, 3
"""An area that takes no time, the cells of a larger one for each that is filled, and what a row
takes besides its cells."""

_MOST_SPACES = 10**6
_LONGEST_PART = 4 * 2**20
"""Bytes without an end of a cell or a tag; a cell holds 32,767 characters."""

# The end of a tag that holds something: a cell without a value takes no memory.
_FILLED = rb"[^<>]*(?<!/)>"
_PLACES = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,9})(\d{1,12})["']""" + _FILLED)
_ROWS = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\br\s*=\s*["'](\d+)""")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_PLACES_ANY = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{1,9}\d{1,12}["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>]")
_ERROR = re.compile(rb"""<c\b[^<>]*\bt\s*=\s*["']e["']""")
_WITHOUT_RESULT = re.compile(
    rb"""<c\b(?![^<>]*\bt\s*=\s*["']str["'])[^<>]*>\s*<f\b(?:[^<>]*/>|[^<>]*>[^<]*</f>)\s*"""
    rb"""(?:<v\s*/>|<v>\s*</v>)?\s*</c>""")
_STRINGS = re.compile(rb"""<(?:\w+:)?sst\b[^<>]*\buniqueCount\s*=\s*["']\s*\+?(\d+)""")
_STRING = re.compile(rb"<(?:\w+:)?si[\s>/]")

_ODS_TAG = re.compile(rb"<(/?)table:(table-row|table-cell|covered-table-cell|table)(?=[\s/>])"
                      rb"""((?:[^<>"']|"[^"]*"|'[^']*')*)>""")
_ODS_REPEATED = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']\s*\+?(\d+)""")
_ODS_NAME = re.compile(rb"""table:name\s*=\s*["']([^"'<>]*)""")
_ODS_SPACES = re.compile(rb"""\btext:c\s*=\s*["']\s*\+?(\d+)""")


@dataclass
class Extent:
    """How far the filled cells of a sheet reach.

    Attributes
    ----------
    rows, columns : int
        Rows and columns from ``A1`` to the last of them.
    cells : int
        How many there are at least.
    errors : int
        Those that hold an error, such as ``#N/A``.
    without_result : int
        Formulas whose results the file does not hold.
    merged : list[CellRange]
        Cells that are merged, where python-calamine does not tell: of ``.ods``.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    errors: int = 0
    without_result: int = 0
    merged: list[CellRange] = field(default_factory=list)

    def check(self, place: str) -> None:
        """Refuse a sheet of few cells that are far apart.

        Raises
        ------
        DataError
            If it takes more memory than a table of its cells would.
        """
        most = _most_area(self.cells)
        if self.rows > min(LAST_ROW + 1, most // _ROW_COST) or self.columns > LAST_COLUMN + 1 or (
                self.rows * self.columns > most):
            cell = cell_name(min(self.rows - 1, LAST_ROW), min(self.columns - 1, LAST_COLUMN))
            raise DataError("sheet.area", place=place, cell=cell, most=most)


def _most_area(cells: int) -> int:
    """Return the rows times columns that so many filled cells may be spread over."""
    return max(_SMALL_AREA, min(_MOST_SPREAD * cells, max(MOST_AREA, 2 * cells)))


def scan(archive: Archive) -> dict[str, Extent]:
    """Return how far the parts of a workbook reach, by their names; of ``.ods`` its sheets.

    Raises
    ------
    DataError
        If it is damaged or would take more memory than a table of its cells.
    """
    extents = {}
    # Of binary parts only those that a binary book names are sheets; others hold what is no record.
    sheets = html.unescape(archive.read(_BINARY_RELATIONS).decode("utf-8", "replace")).lower()
    for name, pieces in archive.parts():
        if name == "content.xml":
            extents.update(_scan_ods(pieces, archive.place))
        elif name.lower().endswith(".bin"):
            if name.rpartition("/")[2].lower() in sheets and "vbaproject" not in name.lower():
                _scan_binary(pieces).check(archive.place)
        else:
            extents[name] = _scan_xml(pieces, archive.place)
    return extents


def _whole_tags(pieces: Iterable[bytes], place: str) -> Iterator[bytes]:
    """Yield pieces that end where a cell ends, so that nothing is cut in two."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        end = max(text.rfind(b"</c>"), text.rfind(b"</row>"))
        end = end if end >= 0 else text.rfind(b"<")
        if end <= 0:
            rest = text
        else:
            rest = text[end:]
            yield text[:end]
        if len(rest) > _LONGEST_PART:
            raise DataError("sheet.damaged", place=place)
    yield rest


def _scan_xml(pieces: Iterable[bytes], place: str) -> Extent:
    extent, implied = Extent(), _Implied()
    strings = promised = 0
    for text in _whole_tags(pieces, place):
        found = _PLACES.findall(text)
        extent.cells += len(found)
        extent.rows = max(extent.rows, max(map(int, {row for _, row in found}), default=0))
        extent.columns = max(extent.columns, max(
            (column_place(letters.decode().upper()) + 1
             for letters in {column for column, _ in found}), default=0))
        if text.count(b"<c ") != len(found) or b":c" in text or b"<c>" in text:
            implied.look(text, extent)
        if b"<f" in text:
            extent.without_result += len(_WITHOUT_RESULT.findall(text))
        if b'"e"' in text or b"'e'" in text:
            extent.errors += len(_ERROR.findall(text))
        if strings or b"sst" in text:
            strings += len(_STRING.findall(text)) + 1
            promised = max(promised, max(map(int, _STRINGS.findall(text)), default=0))
        extent.check(place)
    if promised > 2 * strings + 1_000:
        raise DataError("sheet.damaged", place=place)
    return extent


@dataclass
class _Implied:
    """Cells without a place stand behind one another, in rows behind one another."""

    rows: int = 0
    width: int = 0

    def look(self, text: bytes, extent: Extent) -> None:
        """Widen the extent by such cells."""
        cells = len(_CELL.findall(text))
        if cells <= len(_PLACES_ANY.findall(text)):
            return
        segments = _ROW.split(text)
        widths = [len(_CELL.findall(segment)) for segment in segments]
        widths[0] += self.width
        self.width = widths[-1]
        self.rows += len(segments) - 1
        extent.cells += cells
        extent.columns = max(extent.columns, *widths)
        extent.rows = max(extent.rows, self.rows,
                          max(map(int, _ROWS.findall(text)), default=0) + len(segments))


def _scan_ods(pieces: Iterable[bytes], place: str) -> dict[str, Extent]:
    sheet, extents = _OdsSheet(), {}
    spaces, rest = 0, b""
    for piece in pieces:
        text = rest + piece
        end = text.rfind(b"<")
        text, rest = text[:end], text[end:]
        if len(rest) > _LONGEST_PART:
            raise DataError("sheet.damaged", place=place)
        spaces += sum(map(int, _ODS_SPACES.findall(text)))
        if spaces > _MOST_SPACES:
            raise DataError("sheet.damaged", place=place)
        for closing, tag, attributes in _ODS_TAG.findall(text):
            if tag == b"table":
                sheet = _OdsSheet()
                if match := _ODS_NAME.search(attributes):
                    name = html.unescape(match[1].decode("utf-8", "replace"))
                    extents[name] = Extent(merged=sheet.merged)
            elif not closing and tag == b"table-row":
                sheet.begin_row(_repeats(attributes))
            elif not closing:
                if b"spanned" in attributes:
                    sheet.merge(*(_span(attributes, axis) for axis in (b"rows", b"columns")))
                sheet.add_cells(_repeats(attributes), not attributes.endswith(b"/")
                                or b"office:" in attributes or b"formula" in attributes)
                sheet.check(place)
    return extents


def _span(attributes: bytes, axis: bytes) -> int:
    match = re.search(rb"number-" + axis + rb"""-spanned\s*=\s*["'](\d{1,7})""", attributes)
    return max(int(match[1]), 1) if match else 1


def _repeats(attributes: bytes) -> int:
    match = _ODS_REPEATED.search(attributes) if b"repeated" in attributes else None
    return int(match[1]) if match else 1


@dataclass
class _OdsSheet:
    """How far a sheet reaches whose cells and rows are repeated."""

    rows: int = 0
    empty_rows: int = 0
    repeats: int = 0
    widest: int = 0
    width: int = 0
    empty: int = 0
    written: int = 0
    held: int = 0
    row: int = 0
    merged: list[CellRange] = field(default_factory=list)

    def begin_row(self, repeats: int) -> None:
        if not self.width:
            self.empty_rows += self.repeats
        self.row += self.repeats
        self.repeats, self.width, self.empty = min(repeats, LAST_ROW + 1), 0, 0

    def add_cells(self, repeats: int, filled: bool) -> None:
        repeats = min(repeats, LAST_COLUMN + 1)
        if not filled:
            self.empty += repeats
            return
        if not self.width:
            self.rows += self.repeats + self.empty_rows
            self.empty_rows = 0
        self.held += self.empty + repeats
        self.written += 1
        self.width += self.empty + repeats
        self.empty = 0
        self.widest = max(self.widest, self.width)

    def merge(self, rows: int, columns: int) -> None:
        left = self.width + self.empty
        self.merged.append(CellRange(self.row, left, self.row + rows - 1, left + columns - 1))

    def check(self, place: str) -> None:
        Extent(self.rows, self.widest, self.written).check(place)
        if self.held > _most_area(self.written):
            raise DataError("sheet.area", place=place, most=_most_area(self.written),
                            cell=cell_name(min(self.row, LAST_ROW), self.width - 1))


def _scan_binary(pieces: Iterable[bytes]) -> Extent:
    """Return how far the cells of a sheet of ``.xlsb`` reach; [MS-XLSB] 2.1.4."""
    extent, rest = Extent(), b""
    for piece in pieces:
        content, at = rest + piece, 0
        while (record := _record(content, at)) is not None:
            kind, begin, at = record
            if kind == 0 and at - begin >= 4:
                extent.rows = max(extent.rows, int.from_bytes(content[begin:begin + 4], "little")
                                  + 1)
            elif 2 <= kind <= 11 and at - begin >= 4:
                extent.cells += 1
                extent.columns = max(
                    extent.columns, int.from_bytes(content[begin:begin + 4], "little") + 1)
        rest = content[at:]
        if len(rest) > _LONGEST_PART:
            break
    return extent


def _record(content: bytes, at: int) -> tuple[int, int, int] | None:
    """Return the kind of a record, and where its content begins and ends; None if it is cut."""
    head = content[at:at + 6]
    if len(head) < 2:
        return None
    kind, position = head[0], 1
    if kind & 0x80:
        kind = (kind & 0x7F) + ((head[1] & 0x7F) << 7)
        position = 2
    size = 0
    for step in range(4):
        if position >= len(head):
            return None
        byte = head[position]
        size += (byte & 0x7F) << 7 * step
        position += 1
        if not byte & 0x80:
            break
    begin = at + position
    return (kind, begin, begin + size) if begin + size <= len(content) else None
