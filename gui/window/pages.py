"""The pages of the window: the lab and the microscope, of which one is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gui.document.file_folder import FileFolder
from gui.widgets import Segmented
from gui.window.preferences import Settings
from gui.window.stage import Stage

if TYPE_CHECKING:
    from gui.document.document import Document
    from gui.window.microscope_desk import MicroscopeDesk
    from gui.workbench.workbench import Workbench

LAB, MICROSCOPE = "lab", "microscope"
TITLES = {LAB: "Lab", MICROSCOPE: "Microscope"}
TIPS = {LAB: "Build the network and watch it learn (Ctrl+1).",
        MICROSCOPE: "One step of backpropagation with every number (Ctrl+2)."}


class Pages(QObject):
    """Shows one page in the place of the other. GUI thread only.

    The microscope is made when it is shown for the first time: no start waits for it.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is edited, and what runs.
    switch : Segmented
        Where a person chooses; its options are keys of `TITLES`.
    lab : QWidget
        All that is seen of the lab alone.
    room : QVBoxLayout
        Where the pages stand.
    stage : Stage
        What draws the lab's views; it rests while they are not seen.
    folder : FileFolder
        Where dialogs open.
    settings : Settings
        What a person has chosen before: which registers of a step are hidden.

    Attributes
    ----------
    microscope : QSplitter | None
        The microscope, beside which something may stand; None before it has been shown.

    Signals
    -------
    changed(str)
        Another page is seen.
    refused(str)
        A file could not be written; why.
    saved(Path)
        A file has been written.
    """

    changed = Signal(str)
    refused = Signal(str)
    saved = Signal(object)

    def __init__(self, document: Document, workbench: Workbench, switch: Segmented, lab: QWidget,
                 room: QVBoxLayout, stage: Stage, folder: FileFolder, settings: Settings,
                 parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._bench = document, workbench
        self._switch, self._lab, self._room, self._stage = switch, lab, room, stage
        self._folder, self._settings = folder, settings
        self.current = LAB
        self.desk: MicroscopeDesk | None = None
        self.microscope: QSplitter | None = None
        switch.selected.connect(self.show)

    @Slot(str)
    def show(self, key: str) -> None:
        """Show a page."""
        self._switch.set_current(key)
        if key == self.current:
            return
        self.current = key
        is_lab = key == LAB
        desk = self.desk if is_lab else self._desk()
        if desk is not None and self.microscope is not None:
            self.microscope.setVisible(not is_lab)
            desk.page.setVisible(not is_lab)
            desk.set_shown(not is_lab)
        self._lab.setVisible(is_lab)
        self._stage.set_shown(is_lab)
        focus = self._lab.focusWidget()
        if is_lab and focus is not None:
            # What had the keyboard before; else Qt has given it to whatever comes next.
            focus.setFocus()
        self.changed.emit(key)

    def _desk(self) -> MicroscopeDesk:
        if self.desk is None:
            from gui.window.microscope_desk import MicroscopeDesk

            desk = self.desk = MicroscopeDesk(self._document, self._bench, self._folder, self)
            self.microscope = QSplitter(Qt.Orientation.Horizontal)
            self.microscope.hide()
            self._room.insertWidget(self._room.indexOf(self._lab) + 1, self.microscope, 1)
            self.microscope.addWidget(desk.page)
            self.microscope.setStretchFactor(0, 1)
            self.microscope.setChildrenCollapsible(False)
            desk.page.hide()
            desk.page.lines.set_hidden(self._settings.hidden_registers)
            desk.page.lines.hidden_changed.connect(self._on_hidden_changed)
            desk.refused.connect(self.refused)
            desk.saved.connect(self.saved)
        return self.desk

    @Slot(object)
    def _on_hidden_changed(self, keys: frozenset[str]) -> None:
        self._settings.hidden_registers = keys
