"""Hands the project out as a script or model of another library."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from engine.errors import EngineError
from engine.export.names import file_stem
from gui.document.file_folder import with_ending
from gui.window.save_questions import file_to_write, may_replace
from gui.workbench.exporting import NAME, Export, ExportErrand, ExportReports

if TYPE_CHECKING:
    from engine.export.target import Target
    from gui.document.document import Document
    from gui.document.file_folder import FileFolder
    from gui.workbench.workbench import Workbench

TITLE = "Export"
TIP = ("Write the network as a script or model of another library, with its weights. Scripts prove "
       "that they compute the same.")


class ExportDesk(QObject):
    """Asks for a file, and has the project written beside the runs. GUI thread only.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is exported, and the run whose weights go with it.
    folder : FileFolder
        Where dialogs open.
    window : QWidget
        Where they appear; Qt's owner.

    Signals
    -------
    refused(str)
        It cannot be exported; why.
    saved(Path)
        The file that people open has been written.
    """

    refused = Signal(str)
    saved = Signal(object)

    def __init__(self, document: Document, workbench: Workbench, folder: FileFolder,
                 window: QWidget) -> None:
        super().__init__(window)
        self._document, self._bench = document, workbench
        self._folder, self._window = folder, window
        self._reports = ExportReports(self)
        self._reports.made.connect(self._on_reports_made)
        self._reports.failed.connect(self._on_reports_failed)

    def fill(self, menu: QMenu) -> None:
        """Add what a project can be written as to a menu, once it is opened."""
        # Not at the top: no start of the program waits for what leads out of it.
        from engine.export.targets import TARGETS

        if menu.actions():
            return
        menu.setToolTipsVisible(True)
        for target in TARGETS.values():
            action = menu.addAction(f"{target.title}…")
            action.setToolTip(target.help)
            action.triggered.connect(partial(self._on_target_triggered, target))

    def ask(self, target: Target) -> None:
        """Ask for a file, and write the project to it and to what belongs to it."""
        try:
            weights = self._bench.checkpoint(second=self._document.sides.edits_second).weights()
        except EngineError as error:
            self.refused.emit(error.sentence)
            return
        stem = file_stem(self._document.title)
        ending = target.endings[0]
        kind = f"{target.title} (*{ending})"
        wanted = file_to_write(
            self._window, f"Export as {target.title}",
            Path(self._folder.path()) / f"{stem}{ending}", (kind,),
            lambda path, _kind: with_ending(path, ending, (ending,)))
        if wanted is None:
            return
        path = wanted[0]
        stem = path.name.removesuffix(ending)
        beside = [path.with_name(f"{stem}{other}") for other in target.endings[1:]]
        if all(may_replace(self._window, one) for one in beside if one.exists()):
            self._folder.note(path)
            asked = Export(self._document.project, self._document.dataset, weights, target,
                           path.parent, stem)
            self._bench.runs.undertake(NAME, ExportErrand(asked, self._reports))

    def _on_target_triggered(self, target: Target, _checked: bool = False) -> None:
        self.ask(target)

    @Slot(object)
    def _on_reports_made(self, path: Path) -> None:
        self.saved.emit(path)

    @Slot(object)
    def _on_reports_failed(self, error: EngineError) -> None:
        self.refused.emit(error.sentence)
