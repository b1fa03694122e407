"""Which reader a file is given to."""

from __future__ import annotations

import re
from pathlib import Path

from engine.data.files import read_start
from engine.data.formats.archive import Archive
from engine.data.formats.arff import arff_source, is_arff
from engine.data.formats.compound import SIGNATURE
from engine.data.formats.old_workbook import old_workbook_source
from engine.data.formats.orange import orange_source
from engine.data.formats.spreadsheet import archive_source
from engine.data.formats.svmlight import is_svmlight, svmlight_source
from engine.data.lines import LineSource
from engine.data.text_file import text_source
from engine.errors import DataError
from engine.spec import TableSpec

_ZIP = b"PK\x03\x04"
_FIRST_LINES = 1_000
_SPREADSHEETS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|meta|table|\?xml)",
                       re.IGNORECASE)


def open_source(path: Path, spec: TableSpec) -> LineSource:
    """Return the lines of a person's table, by what the file is and not what it is called.

    Parameters
    ----------
    path : Path
        The file.
    spec : TableSpec
        What the person has chosen for it.

    Raises
    ------
    DataError
        If the file cannot be read, or is of no kind that holds a table.
    """
    start = read_start(path, 200).content
    if start.startswith(_ZIP):
        archive = Archive(path)
        if archive.kind():
            return archive_source(archive, path, spec)
    if start.startswith(SIGNATURE):
        return old_workbook_source(path, spec)
    if path.suffix.lower() in _SPREADSHEETS and _WEB_PAGE.match(start):
        raise DataError("sheet.web-page", place=path.name)
    source = text_source(path, spec)
    if is_arff("".join(source.head[:_FIRST_LINES])):
        with source.open() as lines:
            return arff_source(path, lines, source.size)
    if is_svmlight(source.head):
        with source.open() as lines:
            return svmlight_source(source, lines)
    return orange_source(source) or source
