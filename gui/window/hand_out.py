"""Hands out a step of the microscope: a table, a program, or a sheet to solve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import EngineError
from engine.microscope import sheet
from engine.microscope.script import script
from engine.spec.files import replace_file
from gui.window.sheet_pages import pdf_of

if TYPE_CHECKING:
    from engine.microscope.dissection import Dissection
    from gui.document.file_folder import FileFolder

TABLES = "Tables (*.csv)"
PROGRAMS = "Python programs (*.py)"
PDF, HTML = "Pages to print (*.pdf)", "Web pages (*.html)"
PAPERS = f"{PDF};;{HTML}"


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

    def ask_program(self, dissection: Dissection) -> None:
        """Ask for a file, and write a step to it as a program for NumPy alone."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save the step as a NumPy program",
            self._suggestion(dissection, ".py"), PROGRAMS)
        if name:
            self._write(_with_suffix(name, (".py",)), lambda: script(dissection).encode())

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
        if chosen == HTML and path.suffix == ".pdf" and not path.with_suffix(".html").exists():
            # The name was suggested before the kind of file was chosen.
            path = path.with_suffix(".html")
        is_html = path.suffix.lower() != ".pdf"

        def content() -> bytes:
            made = sheet.sheet(dissection, answers, decimal_mark())
            return made.page().encode() if is_html else pdf_of(made)

        self._write(path, content)

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


def _with_suffix(name: str, known: tuple[str, ...]) -> Path:
    """Return a path that ends as its file's kind does: the first of those that are known."""
    path = Path(name)
    # Not every point begins a suffix: "step 1.5". Nor may a sheet be put into a table's file.
    return path if path.suffix.lower() in known else path.with_name(f"{path.name}{known[0]}")
