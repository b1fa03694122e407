"""A table that was copied in another program, as a file that projects can refer to."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

SEPARATORS = "\t;,|"
LOOKED_AT = 20
"""Lines of what was copied."""
NO_TABLE = "There is nothing to paste. Copy the cells of a table in a spreadsheet first."
PICTURE = ("The clipboard holds a picture, not a table. Copy the cells themselves in the "
           "spreadsheet.")


class _Cells(HTMLParser):
    """Collects the rows of the first table of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._is_over = False

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if self._is_over:
            return
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._end_cell()
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self.rows:
            self._end_cell()
            self._is_over = True

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._is_over:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None:
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None


def copied() -> QMimeData:
    """Return what was copied in whatever program; nothing of any kind if nothing was."""
    # Qt gives None for an empty clipboard, which its type hints do not know.
    mime: QMimeData | None = QGuiApplication.clipboard().mimeData()
    return QMimeData() if mime is None else mime


def table_text(mime: QMimeData) -> str:
    """Return the text of what was copied; empty if it holds none.

    A spreadsheet copies its cells as text with tabs, and as a web page, which is read only where
    there is no text.
    """
    text = mime.text() if mime.hasText() else ""
    if text.strip():
        return text.replace("\r\n", "\n")
    return _text_of_page(mime.html()) if mime.hasHtml() else ""


def may_be_table(text: str) -> bool:
    """Return whether a text has lines of several cells, as a letter or a program hardly has."""
    lines = [line for line in text.split("\n")[:LOOKED_AT] if line.strip()]
    return len(lines) > 1 and any(
        all(line.count(separator) == lines[0].count(separator) > 0 for line in lines)
        for separator in SEPARATORS)


def why_nothing(mime: QMimeData) -> str:
    """Return why what was copied is no table, as a sentence."""
    return PICTURE if mime.hasImage() else NO_TABLE


def _text_of_page(page: str) -> str:
    parser = _Cells()
    parser.feed(page)
    parser.close()
    rows = [row for row in parser.rows if any(row)]
    text = io.StringIO()
    csv.writer(text, "excel-tab", lineterminator="\n").writerows(rows)
    return text.getvalue()


def pasted_folder() -> Path | None:
    """Return where pasted tables are kept; None for a user without a folder for data."""
    # Only when something is pasted: the first paint need not wait for it.
    from platformdirs import user_data_path

    try:
        path = user_data_path("backprop-lab", appauthor=False) / "pasted"
    except RuntimeError:
        return None
    return path if path.is_absolute() else None


def keep_pasted(content: str | bytes, folders: Sequence[Path | None],
                suffix: str = ".csv") -> Path | None:
    """Write what was pasted into the first of some folders that can be written to.

    Parameters
    ----------
    content : str | bytes
        What was pasted.
    folders : sequence of Path or None
        Where it may be kept, the best first; None is passed over.
    suffix : str
        What its name ends in.

    Returns
    -------
    Path | None
        The new file, which is never one that was there before; None if none can be written.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", "replace")
    stem = f"pasted-{datetime.now():%Y-%m-%d-%H%M%S}"
    for folder in folders:
        if folder is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _write_new(folder, stem, suffix, content)
        except OSError:
            continue
    return None


def _write_new(folder: Path, stem: str, suffix: str, content: bytes) -> Path:
    for number in count(1):
        path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return path
    raise AssertionError("unreachable: there is always another number")


def forget_pasted(paths: Sequence[Path]) -> None:
    """Remove what was pasted and is learned from by nothing."""
    for path in paths:
        # A thread may still read it, which Windows does not allow to be taken away.
        with suppress(OSError):
            path.unlink(missing_ok=True)


def passing_folder() -> Path:
    """Return a place that the system may clear, for want of a better one."""
    return Path(tempfile.gettempdir()) / "backprop-lab-pasted"
