"""The window: it paints itself first, then fills itself with the lab."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from gui.document.file_kinds import is_project, may_be_project
from gui.document.kept import Kept
from gui.imports import others_import
from gui.program import NAME
from gui.window.preferences import Settings
from gui.window.skeleton import Skeleton
from gui.window.unfinished import finish_typing

if TYPE_CHECKING:
    from gui.document.document import Document
    from gui.document.recovery import Recovery
    from gui.window.actions import Actions
    from gui.window.copy_clearing import CopyClearing
    from gui.window.lab_page import LabPage
    from gui.workbench.workbench import Workbench

USUAL_SIZE = QSize(1500, 940)
SMALLEST_SIZE = QSize(800, 520)
FRAME = QSize(16, 48)
"""Room for what the desktop draws round a window, before it has said how much that is."""
GRIP = QSize(120, 60)
"""So much of a window has to be seen for a person to move it."""
HEAD_START_S = 1.0
"""How long the training thread may have Python for itself; what takes longer has to be shown."""
GLANCE_MS = 5
LATER = ("engine.experiments.library", "gui.experiments.map_view", "gui.experiments.page",
         "gui.window.experiments_desk", "engine.microscope.number",
         "engine.microscope.explanations.dense", "engine.microscope.dissection",
         "gui.microscope.network_canvas", "gui.microscope.ladder_view", "gui.microscope.page",
         "gui.window.microscope_desk")
"""What the other pages are made of, in bits: all at once, the first click on one waited for it."""


class MainWindow(QMainWindow):
    """The frame around the lab. GUI thread only.

    Parameters
    ----------
    settings : Settings
        What a person has chosen before.
    project : Path | None
        The file to open: a project, or data, for which the dialog that reads them opens.
    recovery_folder : Path | None
        Where copies of unsaved work are kept; None keeps none.
    asks : bool
        Whether to ask about unsaved work when it closes; where copies are kept, it always does.

    Attributes
    ----------
    lab : Lab | None
        What the window holds, once it does.

    Signals
    -------
    painted()
        The window has been seen for the first time.
    workbench_made(Workbench)
        The engine is being prepared; what it tells is held until the lab is in its place.
    furnished()
        The lab is in its place.
    start_failed(Exception)
        It never will be; everything behind the window has been shut down.
    """

    painted = Signal()
    workbench_made = Signal(object)
    furnished = Signal()
    start_failed = Signal(object)

    def __init__(self, settings: Settings, project: Path | None = None,
                 recovery_folder: Path | None = None, *, asks: bool = False) -> None:
        super().__init__()
        self.lab: LabPage | None = None
        self.actions_of_lab: Actions | None = None
        self._settings = settings
        self._project = project
        self._read_early: Path | None = None
        self._recovery_folder = recovery_folder
        self._asks = asks or recovery_folder is not None
        self._recovery: Recovery | None = None
        self._clearing: CopyClearing | None = None
        self._seen = False
        self._workbench: Workbench | None = None
        self._furnishing: Iterator[None] = iter(())
        self._head_start_ends_s = 0.0
        self.setWindowTitle(NAME)
        self.setAcceptDrops(True)
        self.setMinimumSize(SMALLEST_SIZE)
        self.setCentralWidget(Skeleton())
        self._has_place = not settings.geometry.isEmpty() and bool(
            self.restoreGeometry(settings.geometry)) and self._is_in_reach()
        if not self._has_place:
            if not self._is_in_reach():
                self.move(self.screen().availableGeometry().topLeft())
            self.resize(USUAL_SIZE.boundedTo(self._room()))

    def fill_small_screen(self) -> None:
        """Open maximised where nobody has chosen a place and the usual size does not fit."""
        if not self._has_place and USUAL_SIZE.boundedTo(self._room()) != USUAL_SIZE:
            self.setWindowState(self.windowState() | Qt.WindowState.WindowMaximized)

    def open_if_untouched(self, path: Path) -> bool:
        """Open a file unless the window shows another or unsaved work; returns whether it does."""
        if self.lab is None:
            if self._project is not None:
                return False
            # Opened once the lab is in its place.
            self._project = path
            return True
        document = self.lab.document
        # A dialog that is open belongs to what is shown.
        if (document.path is not None or document.is_modified()
                or QApplication.activeModalWidget() is not None):
            return False
        # A file that cannot be opened is told about here, not in another window too.
        self.lab.open_chosen(path)
        return True

    def shut_down(self) -> None:
        """Stop everything behind the window and wait for it; again does no harm."""
        if self._recovery is not None:
            self._recovery.stop()
        if self._clearing is not None:
            self._clearing.stop()
        self._furnishing = iter(())
        if self.lab is not None:
            self.lab.shut_down()
        elif self._workbench is not None:
            self._workbench.shut_down()

    def keep_work(self) -> Kept:
        """Keep a copy of unsaved work for the next start; returns what became of it."""
        if self._recovery is not None:
            return self._recovery.keep()
        modified = self.lab is not None and self.lab.document.is_modified()
        return Kept.FAILED if modified else Kept.NOTHING

    def _is_in_reach(self) -> bool:
        """Return whether enough of the window is on some screen to take hold of it."""
        # Qt moves a window from a screen that is gone, but not from every place off one.
        seen = (self.geometry() & screen.availableGeometry()
                for screen in self.screen().virtualSiblings())
        return any(GRIP.boundedTo(place.size()) == GRIP for place in seen)

    def _room(self) -> QSize:
        """Return what the screen has for a window, its frame not counted."""
        return (self.screen().availableSize() - FRAME).expandedTo(SMALLEST_SIZE)

    # What Qt tells

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self._on_first_paint)

    def event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.UpdateRequest or self.lab is None:
            return super().event(event)
        # All that is painted in one frame is painted inside this event.
        started = time.perf_counter()
        handled = super().event(event)
        self.lab.workbench.clock.note_painted(time.perf_counter() - started)
        return handled

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self.lab is not None:
            self.lab.workbench.set_watched(not self.isMinimized())

    def closeEvent(self, event: QCloseEvent) -> None:
        finish_typing()
        if self.lab is not None and self._asks and not self.lab.files.may_leave():
            event.ignore()
            return
        self._settings.geometry = self.saveGeometry()
        self.shut_down()
        if self._recovery is not None:
            self._recovery.forget()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.lab is not None and _dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = _dropped_files(event)
        if self.lab is not None and paths:
            event.acceptProposedAction()
            self.lab.open_dropped(paths)

    # How it fills itself

    @Slot()
    def _on_first_paint(self) -> None:
        self.painted.emit()
        self._furnishing = self._furnish()
        self._furnish_further()

    @Slot()
    def _furnish_further(self) -> None:
        workbench = self._workbench
        if workbench is not None and workbench.is_getting_ready and (
                time.perf_counter() < self._head_start_ends_s or others_import()):
            # One thread imports at a time: the window need not stand still until it is its turn.
            QTimer.singleShot(GLANCE_MS, self._furnish_further)
        elif self._furnish_bit():
            # What a person does meanwhile, and what has to be painted, comes first.
            QTimer.singleShot(0, self._furnish_further)

    def _furnish_bit(self) -> bool:
        """Furnish a bit further; return whether there is more to do."""
        try:
            return next(self._furnishing, self) is not self
        except Exception as error:  # noqa: BLE001 - whatever is missing, it is told
            self.shut_down()
            self.start_failed.emit(error)
            return False

    def _furnish(self) -> Iterator[None]:
        """Put the lab into the window bit by bit, what leads to the first step before the rest."""
        # All that is imported here brings NumPy, pyqtgraph and the registry, which the first paint
        # does without.
        from gui.document.document import Document
        yield
        from gui.window.waiting import Waiting
        from gui.workbench.workbench import Workbench

        document = Document(parent=self, patience=Waiting(self))
        refused = self._read_project(document)
        workbench = self._workbench = Workbench(document, parent=self)
        workbench.set_speed(self._settings.speed)
        workbench.hold()
        self._head_start_ends_s = time.perf_counter() + HEAD_START_S
        self.workbench_made.emit(workbench)
        for part in ("plots.graph", "plots", "output", "data.data_panel", "builder.network_view",
                     "builder.inspector", "templates", "hyper"):
            yield
            import_module(f"gui.{part}")
        yield
        from gui.window.lab_page import LabPage
        yield
        lab = LabPage(document, workbench, self._settings, self)
        yield from lab.build()
        # Parts that fit themselves to their room do so when Qt comes round: the first thing that is
        # seen of the lab is to be the last of that.
        self.setUpdatesEnabled(False)
        self._move_in(lab, refused)
        yield
        self.setUpdatesEnabled(True)
        # What is told is for a lab that is seen.
        yield
        workbench.listen()
        for part in LATER:
            yield
            import_module(part)

    def _read_project(self, document: Document) -> str:
        """Open the project of the command line, before a run of another one is begun.

        Returns
        -------
        str
            Why that is not possible, in a sentence; empty if it is.
        """
        from engine.errors import EngineError

        if self._project is not None and may_be_project(self._project):
            self._read_early = self._project
            try:
                document.open(self._project)
            except EngineError as error:
                return error.sentence
        return ""

    def _move_in(self, lab: LabPage, refused: str) -> None:
        from gui.window.actions import Actions
        from gui.window.page_signs import put_up

        self.lab = lab
        put_up(lab)
        document = lab.document
        self.setCentralWidget(self.lab)
        self.actions_of_lab = Actions(self, self.lab)
        self.lab.top_bar.set_menu(self.actions_of_lab.menu)
        document.path_changed.connect(self._on_title_changed)
        document.undo_stack.cleanChanged.connect(self._on_title_changed)
        if refused:
            lab.files.refused.emit(refused)
        self._on_title_changed()
        if self._recovery_folder is not None:
            self._watch_over(lab, self._recovery_folder)
        self.lab.network.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._project is not None and self._project != self._read_early:
            # Data, or what the desktop has handed over meanwhile.
            lab.open_chosen(self._project)
        self.furnished.emit()

    @Slot()
    def _on_title_changed(self) -> None:
        if self.lab is not None:
            document = self.lab.document
            self.setWindowTitle(f"{document.title}[*] – {NAME}")
            self.setWindowModified(document.is_modified())

    def _watch_over(self, lab: LabPage, folder: Path) -> None:
        """Keep copies of unsaved work, and offer what an earlier program has left."""
        from gui.document.recovery import Recovery
        from gui.window.copy_clearing import CopyClearing
        from gui.window.lost_work import LostWork

        self._recovery = Recovery(lab.document, folder, self)
        self._recovery.failed.connect(lab.tell_no_copy)
        self._clearing = CopyClearing(folder, self)
        lab.files.saved.connect(self._clearing.clear)
        LostWork(self._recovery, lab.files, lab.offer, self).offer_next()


def _dropped_files(event: QDropEvent) -> tuple[Path, ...]:
    """Return the files and folders that a drag carries, if the lab may open them."""
    urls = event.mimeData().urls()
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    # One project at a time; what else it may be is found out by the dialog for it.
    has_project = any(is_project(path) for path in paths)
    return () if len(paths) < len(urls) or (has_project and len(paths) > 1) else paths
