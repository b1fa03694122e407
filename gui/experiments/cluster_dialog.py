"""The dialog for a room's computers: where its scheduler listens, and its certificates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from gui import theme
from gui.widgets import Button, PrimaryButton, set_page

TITLE = "Lab PCs"
WIDTH = 520
TOLD = ("Cells are sent to all computers that have joined the room: on each of them, "
        "“backprop-lab worker ADDRESS --certificates FOLDER” runs. This computer is the room’s "
        "scheduler, unless one listens at the address already.")
ADDRESS_TIP = "Name or number of a computer, with a port where it is another than 8786."
FOLDER_TIP = "The folder that “backprop-lab cluster init” has made, the same on all computers."

Check = Callable[[str, Path | None], None]
"""Raises EngineError where an address, or certificates, cannot be used."""


class ClusterDialog(QDialog):
    """Asks where a room's scheduler listens. GUI thread only.

    Parameters
    ----------
    address : str
        What was used before.
    folder : str
        The folder of certificates that was used before; empty for none.
    check : callable
        Says what is wrong with both.

    Signals
    -------
    chosen(str, str)
        Address and folder are to be used.
    """

    chosen = Signal(str, str)

    def __init__(self, address: str, folder: str, check: Check, parent: QWidget | None = None
                 ) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self._check = check
        self.address, self.folder = QLineEdit(address), QLineEdit(folder)
        self.address.setAccessibleName("Address")
        self.address.setToolTip(ADDRESS_TIP)
        self.folder.setAccessibleName("Folder of certificates")
        self.folder.setToolTip(FOLDER_TIP)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setProperty("role", "bad")
        self.told.hide()
        self.ok = PrimaryButton("Use these computers")
        self._arrange()
        set_page(self, "controls/experiments")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(theme.px(10))
        column.setContentsMargins(*(theme.px(16),) * 4)
        told = QLabel(TOLD)
        told.setWordWrap(True)
        told.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(told)
        browse = Button("Choose…")
        browse.setAccessibleName("Choose the folder of certificates")
        browse.clicked.connect(self._on_browse_clicked)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(browse)
        form = QFormLayout()
        form.addRow("Address", self.address)
        form.addRow("Certificates", row)
        column.addLayout(form)
        column.addWidget(self.told)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        cancel = Button("Cancel")
        cancel.clicked.connect(self.reject)
        self.ok.setDefault(True)
        self.ok.clicked.connect(self._on_ok_clicked)
        buttons.addWidget(cancel)
        buttons.addWidget(self.ok)
        column.addLayout(buttons)
        self.setMinimumWidth(theme.px(WIDTH))

    @Slot()
    def _on_browse_clicked(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder of certificates",
                                                  self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    @Slot()
    def _on_ok_clicked(self) -> None:
        address, folder = self.address.text().strip(), self.folder.text().strip()
        try:
            self._check(address, Path(folder) if folder else None)
        except EngineError as error:
            self.told.setText(error.sentence)
            self.told.show()
            return
        self.chosen.emit(address, folder)
        self.accept()
