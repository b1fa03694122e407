"""Joins the pad with run and document: answers, and drawings that are learned from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu

from engine.data import DRAWINGS
from engine.errors import EngineError
from engine.spec import MOST_OWN, DrawnSpec
from gui.document.file_folder import with_ending
from gui.window.save_questions import file_to_write

if TYPE_CHECKING:
    from gui.document.document import Document
    from gui.document.file_folder import FileFolder
    from gui.output.pad import PadView
    from gui.workbench.workbench import Workbench

SUFFIX = ".ndjson"
FILTER = f"Drawings (*{SUFFIX});;All files (*)"
FULL = (f"A project holds at most {MOST_OWN:,} drawings of your own. Keep them in a file, and "
        "clear them here.")
TOO_LONG = "The drawings have too many points for one project. Keep them in a file."


class PadDesk(QObject):
    """Answers the pad from the edited run, and keeps what is drawn in the project. GUI thread only.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is edited, and what runs.
    pad : PadView
        What is drawn on.
    folder : FileFolder
        Where dialogs open.

    Signals
    -------
    refused(str)
        Something could not be done; why.
    told(str)
        What has been done.
    """

    refused = Signal(str)
    told = Signal(str)

    def __init__(self, document: Document, workbench: Workbench, pad: PadView, folder: FileFolder,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._pad, self._folder = document, pad, folder
        pad.asked.connect(workbench.ask)
        workbench.answered.connect(pad.show_answer)
        pad.added.connect(self._on_pad_added)
        pad.files_requested.connect(self._on_pad_files_requested)
        document.changed.connect(self._show_own)
        self._show_own()

    def write(self, path: Path) -> None:
        """Write the project's own drawings to a file."""
        from engine.data.drawing.files import write_drawings

        drawings = self._document.project.data.drawings
        if self._attempt(lambda: write_drawings(path, drawings)):
            self.told.emit(f"Saved {len(drawings):,} drawings in {path}.")

    def merge(self, paths: list[Path]) -> None:
        """Add the drawings of files to the project's own; those that are there come once."""
        from engine.data.drawing.files import merged

        data = self._document.project.data
        found: list[tuple[DrawnSpec, ...]] = []
        if self._attempt(lambda: found.append(merged(data.drawings, paths))):
            new = len(found[0]) - len(data.drawings)
            if self._keep(found[0]):
                self.told.emit(f"{new:,} drawings were added; the project has {len(found[0]):,} of "
                               "your own.")

    def _keep(self, drawings: tuple[DrawnSpec, ...]) -> bool:
        """Let the project have these drawings; return whether it can."""
        if len(drawings) > MOST_OWN:
            self.refused.emit(FULL)
            return False
        try:
            data = replace(self._document.project.data, drawings=drawings)
        except ValueError:
            self.refused.emit(TOO_LONG)
            return False
        return self._attempt(lambda: self._document.set_data(data))

    def _attempt(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except EngineError as error:
            self.refused.emit(error.sentence)
            return False
        return True

    @Slot()
    def _show_own(self) -> None:
        self._pad.set_own(len(self._document.project.data.drawings))

    @Slot(object)
    def _on_pad_added(self, drawn: DrawnSpec) -> None:
        data, names = self._document.project.data, self._document.dataset.class_names
        if not self._keep((*data.drawings, drawn)):
            return
        self._pad.make_room()
        if drawn.word not in names and data.source != DRAWINGS:
            self.told.emit(f"Kept. “{drawn.word}” is none of the classes here: choose “Drawings…” "
                           "in Data to learn from your own alone.")

    @Slot()
    def _on_pad_files_requested(self) -> None:
        drawings = self._document.project.data.drawings
        menu = QMenu(self._pad)
        menu.addAction("Add drawings from files…", self._ask_files)
        save = menu.addAction("Save own drawings…", self._ask_save)
        clear = menu.addAction("Remove own drawings", self._on_clear_triggered)
        for action in (save, clear):
            action.setEnabled(bool(drawings))
        menu.aboutToHide.connect(menu.deleteLater)
        button = self._pad.files
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self._pad.window(), "Add drawings",
                                                self._folder.path(), FILTER)
        if names:
            self._folder.note(Path(names[0]))
            self.merge([Path(name) for name in names])

    def _ask_save(self) -> None:
        wanted = file_to_write(
            self._pad.window(), "Save drawings", self._folder.path(), (FILTER,),
            lambda typed, _: with_ending(typed, SUFFIX, (SUFFIX,)))
        if wanted is not None:
            self._folder.note(wanted[0])
            self.write(wanted[0])

    def _on_clear_triggered(self) -> None:
        self._keep(())
