"""Hands the project out as a script or model of another library."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from engine.data.files import is_there
from engine.errors import EngineError
from engine.export.names import file_stem
from gui.document.file_folder import with_ending
from gui.window.save_questions import file_to_write, may_replace
from gui.workbench.exporting import NAME, Export, ExportErrand, ExportReports

if TYPE_CHECKING:
    from engine.export.target import Target
    from gui.document.document import Document
    from gui.document.file_folder import FileFolder
    from gui.widgets import MessageBar
    from gui.workbench.workbench import Workbench

TITLE = "Export"
TIP = ("Write the network as a script or model of another library, with its weights. Scripts prove "
       "that they compute the same.")
AT_ONCE_MS = 250
"""What is written by then is not said to be on its way."""
TOPIC = "export"


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
    message : MessageBar
        Where it is said that a file is on its way, with a button that cancels it.

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
                 window: QWidget, message: MessageBar) -> None:
        super().__init__(window)
        self._document, self._bench = document, workbench
        self._folder, self._window, self._message = folder, window, message
        self._errand: ExportErrand | None = None
        self._name = ""
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(AT_ONCE_MS)
        self._slow.timeout.connect(self._on_slow_timeout)
        message.action_requested.connect(self._on_message_action_requested)
        self._reports = ExportReports(self)
        self._reports.made.connect(self._on_reports_made)
        self._reports.failed.connect(self._on_reports_failed)
        self._reports.cancelled.connect(self._on_reports_cancelled)

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

    @Slot(str)
    def ask_key(self, key: str) -> None:
        """Ask for a file, and write the project as the target with this key."""
        from engine.export.targets import target

        self.ask(target(key))

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
        if all(may_replace(self._window, one) for one in beside if is_there(one)):
            self._folder.note(path)
            asked = Export(self._document.project, self._document.dataset, weights, target,
                           path.parent, stem)
            self._begin(path.name, ExportErrand(asked, self._reports))

    def _begin(self, name: str, errand: ExportErrand) -> None:
        """Have it written, and say so if that takes a while: runs and large data come first."""
        self._errand, self._name = errand, name
        self._bench.runs.undertake(NAME, errand)
        self._slow.start()

    def _end(self) -> None:
        self._errand = None
        self._slow.stop()
        if self._message.topic == TOPIC:
            self._message.hide()

    def _on_target_triggered(self, target: Target, _checked: bool = False) -> None:
        self.ask(target)

    @Slot()
    def _on_slow_timeout(self) -> None:
        if self._errand is not None:
            self._message.show_message(
                f"Writing {self._name}. Its proof and its examples take a moment; runs go on.",
                action="Cancel", topic=TOPIC)

    @Slot()
    def _on_message_action_requested(self) -> None:
        if self._errand is not None and self._message.topic == TOPIC:
            self._errand.cancel()
            self._message.show_message(f"Cancelling the export of {self._name}…", topic=TOPIC)

    @Slot()
    def _on_reports_cancelled(self) -> None:
        self._end()
        self._message.show_message(
            f"The export of {self._name} was cancelled, and nothing has been written.",
            topic="cancelled")

    @Slot(object)
    def _on_reports_made(self, path: Path) -> None:
        self._end()
        self.saved.emit(path)

    @Slot(object)
    def _on_reports_failed(self, error: EngineError) -> None:
        self._end()
        self.refused.emit(error.sentence)
