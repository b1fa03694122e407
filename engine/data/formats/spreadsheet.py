"""Workbooks of Excel and LibreOffice: one sheet, or a range of it, as lines of CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import python_calamine as calamine

from engine.data.formats.archive import Archive
from engine.data.formats.cell_range import CellRange, parse_range
from engine.data.formats.delimited import SEPARATOR
from engine.data.formats.sheet_scan import Extent, scan
from engine.data.formats.sheet_table import SheetTable
from engine.data.lines import Declared, LineSource, made_of
from engine.data.records import QUOTE
from engine.data.remark import Change, Remark, remark
from engine.errors import DataError
from engine.messages import say
from engine.spec import TableSpec

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def archive_source(archive: Archive, path: Path, spec: TableSpec) -> LineSource:
    """Return the lines of a workbook that is a zip archive: ``.xlsx``, ``.xlsb`` or ``.ods``.

    Raises
    ------
    DataError
        If it is damaged, hostile, protected by a password, or holds no such sheet or range.
    """
    extents = scan(archive)
    with _workbook(path) as book:
        table = _choose(book, spec, path)
        extent = extents.get(_part_of(archive, table.name)) or extents.get(table.name) or Extent()
        if extent.merged:
            table.merge(extent.merged)
        return _source(book, table, path, spec, extent)


def workbook_source(path: Path, spec: TableSpec) -> LineSource:
    """Return the lines of a workbook that has been looked through: ``.xls``.

    Raises
    ------
    DataError
        If it cannot be read, or holds no such sheet or range.
    """
    with _workbook(path) as book:
        return _source(book, _choose(book, spec, path), path, spec, Extent())


@contextmanager
def _workbook(path: Path) -> Iterator[calamine.CalamineWorkbook]:
    with path.open("rb") as file:
        with _called(path):
            book = calamine.CalamineWorkbook.from_filelike(file)
        with book:
            yield book


@contextmanager
def _called(path: Path) -> Iterator[None]:
    """Turn whatever the reader of workbooks raises into a sentence."""
    try:
        yield
    except calamine.PasswordError as error:
        raise DataError("sheet.password", place=path.name) from error
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        # A panic of Rust is no Exception.
        raise DataError("sheet.damaged", place=path.name) from error


def _choose(book: calamine.CalamineWorkbook, spec: TableSpec, path: Path) -> SheetTable:
    """Return the sheet that was asked for, else the first that holds a table."""
    names = _names(book)
    if spec.sheet:
        if spec.sheet not in names:
            raise DataError("sheet.no-sheet-called", place=path.name, name=spec.sheet,
                            known=names)
        return _table(book, spec.sheet, spec, path)
    first = None
    hidden = {sheet.name for sheet in book.sheets_metadata
              if sheet.visible != calamine.SheetVisibleEnum.Visible}
    for name in sorted(names, key=lambda name: name in hidden):
        table = _table(book, name, spec, path)
        if table.is_table:
            return table
        first = first or (table if table.used else None)
    if first is None:
        raise DataError("sheet.empty", place=path.name)
    return first


def _names(book: calamine.CalamineWorkbook) -> tuple[str, ...]:
    return tuple(sheet.name for sheet in book.sheets_metadata
                 if sheet.typ == calamine.SheetTypeEnum.WorkSheet)


def _table(book: calamine.CalamineWorkbook, name: str, spec: TableSpec,
           path: Path) -> SheetTable:
    with _called(path):
        sheet = book.get_sheet_by_name(name)
    wanted = parse_range(spec.cells, path.name) if spec.cells else None
    used = CellRange(0, 0, sheet.end[0], sheet.end[1]) if sheet.end else None
    return SheetTable(sheet, used, wanted)


def _source(book: calamine.CalamineWorkbook, table: SheetTable, path: Path, spec: TableSpec,
            extent: Extent) -> LineSource:
    place = path.name
    if table.is_empty:
        if spec.cells and table.used is not None:
            raise DataError("sheet.range-empty", place=place, cells=spec.cells, sheet=table.name,
                            used=str(table.used))
        raise DataError("sheet.sheet-empty", place=place, sheet=table.name)
    lines, decimal = table.lines(spec.decimal)
    names = _names(book)
    declared = Declared(separator=SEPARATOR, quote=QUOTE, decimal=decimal,
                        header=True if table.header_rows > 1 else None)
    remarks = (*_of_sheets(names, table.name, spec), *table.remarks, *_of_cells(extent))
    return made_of(place, path.stat().st_size, lines, declared=declared, sheets=names,
                   sheet=table.name, remarks=remarks)


def _of_sheets(names: tuple[str, ...], name: str, spec: TableSpec) -> tuple[Remark, ...]:
    if len(names) < 2:
        return ()
    other = names[(names.index(name) + 1) % len(names)]
    change = Change(say("change.sheet", name=other), {"sheet": other, "cells": ""})
    return (Remark(say("note.sheet", name=name, count=len(names)), change),)


def _of_cells(extent: Extent) -> tuple[Remark, ...]:
    remarks = []
    if extent.without_result:
        remarks.append(remark("note.formulas", count=extent.without_result))
    if extent.errors:
        remarks.append(remark("note.sheet-errors", count=extent.errors))
    return tuple(remarks)


def _part_of(archive: Archive, sheet: str) -> str:
    """Return the part of an ``.xlsx`` that holds a sheet; empty if that cannot be told."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except ElementTree.ParseError:
        # Of another kind, such as .ods.
        return ""
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            target = targets.get(one.get(_RELATION), "")
            return target[1:] if target.startswith("/") else re.sub(r"^(\./)*", "xl/", target)
    return ""
