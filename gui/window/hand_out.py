"""Hands out a step of the microscope: a table of its numbers, or a sheet to solve on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QLocale, QMarginsF, QObject, QSizeF, Signal
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import EngineError
from engine.microscope import sheet
from engine.spec.files import replace_file

if TYPE_CHECKING:
    from engine.microscope.dissection import Dissection
    from gui.document.file_folder import FileFolder

TABLES = "Tables (*.csv)"
PDF, HTML = "Pages to print (*.pdf)", "Web pages (*.html)"
PAPERS = f"{PDF};;{HTML}"
MARGIN_MM = 18.0
DOTS_PER_INCH = 300
POINTS = 10


class HandOut(QObject):
    """Asks where to, and writes. GUI thread only.

    Parameters
    ----------
    folder : FileFolder
        Where dialogs open.
    window : QWidget
        Where they appear; Qt's owner.

    Signals
    -------
    refused(str)
        A file could not be written; why.
    saved(Path)
        A file has been written.
    """

    refused = Signal(str)
    saved = Signal(object)

    def __init__(self, folder: FileFolder, window: QWidget) -> None:
        super().__init__(window)
        self._folder, self._window = folder, window

    def ask_table(self, dissection: Dissection) -> None:
        """Ask for a file, and write every number of a step to it as CSV."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save the step as a table", self._suggestion(dissection, ".csv"), TABLES)
        if name:
            path = _with_suffix(name, (".csv",))
            # The mark tells a spreadsheet that the text is UTF-8.
            self._write(path, lambda: sheet.table(dissection, decimal_mark()).encode("utf-8-sig"))

    def ask_paper(self, dissection: Dissection, *, answers: bool) -> None:
        """Ask for a file, and write a step to it as a sheet, by its suffix as PDF or HTML.

        Parameters
        ----------
        dissection : Dissection
            The step.
        answers : bool
            Whether the numbers are filled in.
        """
        title = "Save the sheet with answers" if answers else "Save the sheet to solve on paper"
        name, chosen = QFileDialog.getSaveFileName(
            self._window, title,
            self._suggestion(dissection, " answers.pdf" if answers else ".pdf"), PAPERS)
        if not name:
            return
        path = _with_suffix(name, (".html", ".htm", ".pdf") if chosen == HTML else
                            (".pdf", ".html", ".htm"))
        is_html = path.suffix.lower() != ".pdf"

        def made() -> bytes:
            text = sheet.sheet(dissection, answers, decimal_mark())
            return text.encode() if is_html else pdf_of(text)

        self._write(path, made)

    def _suggestion(self, dissection: Dissection, end: str) -> str:
        name = "".join(letter if letter.isalnum() or letter in " -_" else "-"
                       for letter in dissection.project.name).strip() or "Network"
        return str(Path(self._folder.path()) / f"{name} step {dissection.step + 1}{end}")

    def _write(self, path: Path, made: Callable[[], bytes]) -> None:
        try:
            replace_file(path, made())
        except EngineError as error:
            self.refused.emit(error.sentence)
            return
        self._folder.note(path)
        self.saved.emit(path)


def decimal_mark() -> str:
    """Return the decimal mark of the person's language."""
    return QLocale().decimalPoint()


def pdf_of(text: str) -> bytes:
    """Return a page of HTML as PDF that prints on A4."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageLayout(QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait,
        QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter))
    document = QTextDocument()
    document.documentLayout().setPaintDevice(writer)
    document.setDefaultFont(QFont(document.defaultFont().family(), POINTS))
    document.setDocumentMargin(0)
    document.setHtml(text)
    document.setPageSize(QSizeF(writer.width(), writer.height()))
    document.print_(writer)
    buffer.close()
    return bytes(buffer.data().data())


def _with_suffix(name: str, known: tuple[str, ...]) -> Path:
    """Return a path that ends as its file's kind does: the first of those that are known."""
    path = Path(name)
    # Not every point begins a suffix: "step 1.5". Nor may a sheet be put into a table's file.
    return path if path.suffix.lower() in known else path.with_name(f"{path.name}{known[0]}")
