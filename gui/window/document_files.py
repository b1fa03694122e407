"""New, open, save: a document and its file, with the question whether to keep unsaved work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from engine.bundles import SUFFIX, Beside, is_bundle
from engine.errors import EngineError, SpecError
from engine.foreign import SUFFIXES, check_start
from engine.spec import ProjectSpec, default_project, read_project
from gui.document.document import Document
from gui.document.file_folder import FileFolder, with_ending
from gui.document.project_files import Stamp, stamp_of
from gui.window.save_questions import (
    Answer,
    file_to_write,
    over_another_version,
    without_weights,
)

if TYPE_CHECKING:
    from engine.telemetry.checkpoint import Checkpoint

PROJECTS = f"Projects (*{SUFFIX})"
WITH_WEIGHTS = f"Projects with weights (*{SUFFIX})"
FOREIGN_WEIGHTS = f"Weights ({' '.join('*' + ending for ending in SUFFIXES)});;All files (*)"
TEXT_SUFFIX = ".json"
AS_TEXT = f"Projects as text (*{TEXT_SUFFIX})"
KINDS = (PROJECTS, WITH_WEIGHTS, AS_TEXT, "All files (*)")
OPEN_FILTER = f"Projects (*{SUFFIX} *.json);;Data, and all else (*)"


def named(path: Path, kind: str) -> Path:
    """Return the file that a typed name stands for: a text file holds no weights."""
    known = (SUFFIX,) if kind == WITH_WEIGHTS else (SUFFIX, TEXT_SUFFIX)
    return with_ending(path, TEXT_SUFFIX if kind == AS_TEXT else SUFFIX, known)


class DocumentFiles(QObject):
    """What the file menu does. GUI thread only.

    Parameters
    ----------
    document : Document
        The document.
    window : QWidget
        Where dialogs appear.
    checkpoint : callable
        Returns where the run of A is, with ``second=True`` that of B, for files that hold what it
        has learned; raises EngineError.
    folder : FileFolder | None
        Where dialogs open; by default it is not remembered.

    Signals
    -------
    refused(str)
        A file could not be read or written; why.
    saved(Path)
        The document has been written to this file.
    saved_first(Path)
        Only A of a pair has been: a text file holds one project.
    chosen(Path)
        This file is to be opened, whatever it holds.
    """

    refused = Signal(str)
    saved = Signal(object)
    saved_first = Signal(object)
    chosen = Signal(object)

    def __init__(self, document: Document, window: QWidget,
                 checkpoint: Callable[..., Checkpoint], folder: FileFolder | None = None) -> None:
        super().__init__(window)
        self._folder = folder or FileFolder()
        self._checkpoint = checkpoint
        self._document = document
        self._window = window
        # The file of the command line has been read by now.
        self._stamp: Stamp | None = None if document.path is None else stamp_of(document.path)

    @Slot()
    def new(self) -> None:
        """Begin with the project that the window opens with."""
        if self.may_leave():
            self._load(default_project(), None)

    @Slot()
    def ask_open(self) -> None:
        """Ask for a file, a project or data, that is to be opened."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open", self._folder.path(),
                                              OPEN_FILTER)
        if name:
            self.chosen.emit(Path(name))

    def open(self, path: Path) -> bool:
        """Open a project file; returns False, and tells why, if that is not possible."""
        def read() -> None:
            # Before it is read: what is written meanwhile has not been seen.
            stamp = stamp_of(path)
            unread = self._document.open(path)
            self._stamp = stamp
            for left_out in unread:
                self.refused.emit(left_out.text)

        self._folder.note(path)
        return self._attempt(read)

    def open_template(self, path: Path) -> bool:
        """Show a template; saving it asks for another file. Returns whether it is shown."""
        return self.may_leave() and self._attempt(
            lambda: self._document.load_project(read_project(path), None))

    def restore(self, project: ProjectSpec, second: ProjectSpec | None = None) -> bool:
        """Show work that has never been saved, as such; returns whether it is shown.

        It belongs to no file: whatever file the window shows is not the one that it comes from.

        Parameters
        ----------
        project, second : ProjectSpec, ProjectSpec | None
            A, and B if there is one.
        """
        beside = None if second is None else Beside(second)
        if not (self.may_leave() and self._attempt(
                lambda: self._document.load_project(project, second=beside))):
            return False
        self._document.undo_stack.resetClean()
        return True

    @Slot()
    def save(self) -> bool:
        """Save to the document's file, or ask for one; returns whether it has been saved."""
        path = self._document.path
        if path is None:
            return self.ask_save()
        if self._is_changed_outside():
            answer = over_another_version(self._window, path)
            if answer is not Answer.GO_ON:
                return answer is Answer.ELSEWHERE and self._ask_save_alike()
        with_weights = self._document.holds_weights
        if with_weights and (reason := self._why_no_weights()):
            answer = without_weights(self._window, path, reason)
            if answer is not Answer.GO_ON:
                return answer is Answer.ELSEWHERE and self.ask_save()
            with_weights = False
        return self.save_to(path, with_weights=with_weights)

    def _is_changed_outside(self) -> bool:
        """Say whether another program has written the file since it was read or saved here.

        One that is gone is not: nothing is lost when it is written again.
        """
        path = self._document.path
        now = None if path is None else stamp_of(path)
        return now is not None and now != self._stamp

    def _ask_save_alike(self) -> bool:
        """Ask for a file that holds what the present one does."""
        return self.ask_save_with_weights() if self._document.holds_weights else self.ask_save()

    def _why_no_weights(self) -> str:
        """Return why there is no run whose weights could be saved; empty where there is one."""
        try:
            self._checkpoint()
        except SpecError as error:
            return error.sentence
        return ""

    @Slot()
    def ask_save(self) -> bool:
        """Ask for a file and save to it; returns whether it has been saved."""
        return self._ask_save("Save project", KINDS)

    @Slot()
    def ask_save_with_weights(self) -> bool:
        """Ask for a file and save project and weights to it; returns whether it has been saved."""
        return self._ask_save("Save project with weights", (WITH_WEIGHTS,))

    def _ask_save(self, title: str, kinds: Sequence[str]) -> bool:
        own = self._document.path
        folder = Path(self._folder.path()) if own is None else own.parent
        suggestion = folder / f"{self._document.title}{SUFFIX}"
        wanted = file_to_write(self._window, title, suggestion, kinds, named)
        if wanted is None:
            return False
        path, kind = wanted
        return self.save_to(path, with_weights=kind == WITH_WEIGHTS)

    def save_to(self, path: Path, *, with_weights: bool = False) -> bool:
        """Save to a file; returns False, and tells why, if that is not possible.

        Parameters
        ----------
        path : Path
            The file.
        with_weights : bool
            Whether it is to hold what the run has learned and where it is, if its kind can.
        """
        holds_all: list[bool] = []

        def write() -> None:
            keeps_runs = with_weights and is_bundle(path)
            first = self._checkpoint() if keeps_runs else None
            second = self._second_checkpoint() if keeps_runs else None
            holds_all.append(self._document.save(path, first, second))
            self._stamp = stamp_of(path)

        if not self._attempt(write):
            return False
        self._folder.note(path)
        (self.saved if all(holds_all) else self.saved_first).emit(path)
        return True

    def _second_checkpoint(self) -> Checkpoint | None:
        """Return where the run of B is, if there is one that has learned anything."""
        if not self._document.sides.is_pair:
            return None
        try:
            return self._checkpoint(second=True)
        except SpecError:
            # Such as a project that cannot be trained yet: it is saved all the same.
            return None

    @Slot()
    def ask_start(self) -> bool:
        """Ask for a project whose weights this one starts with; returns whether it does now."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Start from the weights of another project", self._folder.path(),
            WITH_WEIGHTS)
        if name:
            self._folder.note(Path(name))
        return bool(name) and self.start_from(Path(name))

    @Slot()
    def ask_weights(self) -> bool:
        """Ask for a file of weights of another program; returns whether they are started with."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Import weights", self._folder.path(), FOREIGN_WEIGHTS)
        if name:
            self._folder.note(Path(name))
        return bool(name) and self.start_from(Path(name))

    def start_from(self, path: Path | None) -> bool:
        """Start with the weights of a file, or with fresh ones; returns whether that works."""
        def edit() -> None:
            if path is not None:
                # Told now rather than when the engine wants them.
                check_start(path)
            self._document.set_start(path)

        return self._attempt(edit)

    def may_leave(self) -> bool:
        """Ask what to do with unsaved work; returns whether it may go."""
        if not self._document.is_modified():
            return True
        buttons = QMessageBox.StandardButton
        question = QMessageBox(self._window)
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle("Unsaved changes")
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(f"Save the changes to “{self._document.title}”?")
        question.setInformativeText("Otherwise they are lost.")
        question.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        question.setDefaultButton(buttons.Save)
        question.button(buttons.Discard).setText("Don’t save")
        answer = question.exec()
        question.deleteLater()
        if answer == buttons.Save:
            # Of a pair, a text file does not hold everything.
            return self.save() and not self._document.is_modified()
        return bool(answer == buttons.Discard)

    def _load(self, project: ProjectSpec, path: Path | None) -> bool:
        return self._attempt(lambda: self._document.load_project(project, path))

    def _attempt(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except EngineError as error:
            self.refused.emit(error.sentence)
            return False
        return True
