"""The pages of the window: lab, microscope and experiments, of which one is seen."""

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
    from gui.window.experiments_desk import ExperimentsDesk
    from gui.window.microscope_desk import MicroscopeDesk
    from gui.workbench.workbench import Workbench

LAB, MICROSCOPE, EXPERIMENTS = "lab", "microscope", "experiments"
TITLES = {LAB: "Lab", MICROSCOPE: "Microscope", EXPERIMENTS: "Experiments"}
TIPS = {LAB: "Build the network and watch it learn (Ctrl+1).",
        MICROSCOPE: "One step of backpropagation with every number (Ctrl+2).",
        EXPERIMENTS: "Many runs: maps, sweeps and the article’s tables (Ctrl+3)."}


class Pages(QObject):
    """Shows one page in the place of the others. GUI thread only.

    Those beside the lab are made when they are shown for the first time: no start waits for them.

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
    desk : MicroscopeDesk | None
        What is behind the microscope; None before it has been shown.
    experiments : ExperimentsDesk | None
        What is behind the experiments; None before they have been shown.
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
    told(str)
        A sentence about what has come into the lab.
    pictured(PictureCard)
        There is another plot that can be saved.
    """

    told = Signal(str)
    pictured = Signal(object)
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
        self.experiments: ExperimentsDesk | None = None
        self._rooms: dict[str, QSplitter] = {}
        switch.selected.connect(self.show)

    @property
    def microscope(self) -> QSplitter | None:
        """The microscope and what stands beside it."""
        return self._rooms.get(MICROSCOPE)

    @property
    def beside(self) -> QSplitter | None:
        """The page that is seen and what stands beside it; None for the lab, which has columns."""
        return self._rooms.get(self.current)

    @Slot(str)
    def show(self, key: str) -> None:
        """Show a page."""
        self._switch.set_current(key)
        if key == self.current:
            return
        before, self.current = self._made(self.current), key
        desk = self._made(key)
        if before is not None:
            before.set_shown(False)
        for name, room in self._rooms.items():
            room.setVisible(name == key)
        self._lab.setVisible(desk is None)
        self._stage.set_shown(desk is None)
        focus = self._lab.focusWidget()
        if desk is not None:
            desk.page.show()
            desk.set_shown(True)
        elif focus is not None:
            # What had the keyboard before; else Qt has given it to whatever comes next.
            focus.setFocus()
        self.changed.emit(key)

    def shut_down(self) -> None:
        """End what is computed for a page, and wait for it."""
        if self.experiments is not None:
            self.experiments.shut_down()

    def _made(self, key: str) -> MicroscopeDesk | ExperimentsDesk | None:
        """Return what is behind a page, made now if need be; None for the lab."""
        if key == EXPERIMENTS:
            return self._experiments()
        return self._desk() if key == MICROSCOPE else None

    def _put(self, key: str, page: QWidget) -> None:
        """Give a page its room, beside which something may stand."""
        room = self._rooms[key] = QSplitter(Qt.Orientation.Horizontal)
        room.hide()
        self._room.insertWidget(self._room.indexOf(self._lab) + 1, room, 1)
        room.addWidget(page)
        room.setStretchFactor(0, 1)
        room.setChildrenCollapsible(False)
        page.hide()

    def _experiments(self) -> ExperimentsDesk:
        if self.experiments is None:
            from gui.window.experiments_desk import ExperimentsDesk

            desk = self.experiments = ExperimentsDesk(self._document, self._settings, self)
            self._put(EXPERIMENTS, desk.page)
            desk.opened_in_lab.connect(self._on_experiments_opened)
            self.pictured.emit(desk.page.sweep)
        return self.experiments

    @Slot(str)
    def _on_experiments_opened(self, what: str) -> None:
        self.show(LAB)
        self.told.emit(f"{what}: this network stands beside yours as B.")

    def _desk(self) -> MicroscopeDesk:
        if self.desk is None:
            from gui.window.microscope_desk import MicroscopeDesk

            desk = self.desk = MicroscopeDesk(self._document, self._bench, self._folder, self)
            self._put(MICROSCOPE, desk.page)
            desk.page.lines.set_hidden(self._settings.hidden_registers)
            desk.page.lines.hidden_changed.connect(self._on_hidden_changed)
            desk.refused.connect(self.refused)
            desk.saved.connect(self.saved)
        return self.desk

    @Slot(object)
    def _on_hidden_changed(self, keys: frozenset[str]) -> None:
        self._settings.hidden_registers = keys
