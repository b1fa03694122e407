"""Hands out a step of the microscope: a table, a program, or a sheet to solve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import EngineError
from engine.microscope import sheet
from engine.microscope.script import script
from engine.spec.replacing import replace_file
from gui.document.file_folder import with_ending
from gui.window.save_questions import file_to_write
from gui.window.sheet_pages import pdf_of

if TYPE_CHECKING:
    from engine.microscope.dissection import Dissection
    from gui.document.file_folder import FileFolder

TABLES = "Tables (*.csv)"
PROGRAMS = "Python programs (*.py)"
PDF, HTML = "Pages to print (*.pdf)", "Web pages (*.html)"
WEB = (".html", ".htm")
SUFFIXES = {TABLES: ".csv", PROGRAMS: ".py", PDF: ".pdf", HTML: WEB[0]}


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
        # The mark tells a spreadsheet that the text is UTF-8.
        self._ask("Save the step as a table", self._suggestion(dissection, ".csv"), (TABLES,),
                  lambda _: sheet.table(dissection, decimal_mark()).encode("utf-8-sig"))

    def ask_program(self, dissection: Dissection) -> None:
        """Ask for a file, and write a step to it as a program for NumPy alone."""
        self._ask("Save the step as a NumPy program", self._suggestion(dissection, ".py"),
                  (PROGRAMS,), lambda _: script(dissection).encode())

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

        def content(path: Path) -> bytes:
            made = sheet.sheet(dissection, answers, decimal_mark())
            return pdf_of(made) if path.suffix.lower() == ".pdf" else made.page().encode()

        self._ask(title, self._suggestion(dissection, " answers.pdf" if answers else ".pdf"),
                  (PDF, HTML), content)

    def _suggestion(self, dissection: Dissection, end: str) -> str:
        name = "".join(letter if letter.isalnum() or letter in " -_" else "-"
                       for letter in dissection.project.name).strip() or "Network"
        return str(Path(self._folder.path()) / f"{name} step {dissection.step + 1}{end}")

    def _ask(self, title: str, suggestion: str, kinds: Sequence[str],
             made: Callable[[Path], bytes]) -> None:
        wanted = file_to_write(self._window, title, suggestion, kinds, partial(_named, kinds))
        if wanted is None:
            return
        path = wanted[0]
        try:
            replace_file(path, made(path))
        except EngineError as error:
            self.refused.emit(error.sentence)
            return
        self._folder.note(path)
        self.saved.emit(path)


def decimal_mark() -> str:
    """Return the decimal mark of the person's language."""
    return QLocale().decimalPoint()


def _named(kinds: Sequence[str], typed: Path, kind: str) -> Path:
    """Return a path that ends as its file's kind does: a sheet is not put into a table's file."""
    suffix = SUFFIXES[kind if kind in kinds else kinds[0]]
    path = with_ending(typed, suffix, (".pdf", *WEB) if kinds[0] == PDF else (suffix,))
    if kind == HTML and path.suffix == ".pdf":
        # The name was suggested before the kind of file was chosen.
        return path.with_suffix(suffix)
    return path
