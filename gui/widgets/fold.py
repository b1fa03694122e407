"""What is out of the way until it is asked for."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.widgets.buttons import Button
from gui.widgets.labels import ElidedLabel


class Fold(QWidget):
    """A line that says in short what a group of controls holds, and opens and closes it.

    Parameters
    ----------
    title : str
        Name of the group.
    body : QWidget
        The group; it may stand anywhere.
    tooltip : str
        What can be set in it.

    Signals
    -------
    toggled(bool)
        A person has opened or closed it.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, body: QWidget, tooltip: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body = body
        self._title = title
        self.header = Button(title)
        self.header.setProperty("tone", "slim")
        self.header.setToolTip(tooltip)
        self.header.clicked.connect(self._on_header_clicked)
        self.summary = ElidedLabel(role="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.header)
        row.addWidget(self.summary, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_open(False)

    @property
    def is_open(self) -> bool:
        """Whether the group is shown."""
        return not self._body.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Open or close the group without emitting."""
        self._body.setVisible(is_open)
        self.header.set_icon("chevron-down" if is_open else "chevron-right")
        self._describe()

    def set_summary(self, text: str) -> None:
        """Say in short what the group holds."""
        self.summary.setText(text)
        self._describe()

    def _describe(self) -> None:
        state = "open" if self.is_open else "closed"
        self.header.setAccessibleName(f"{self._title} {self.summary.text()} ({state})")

    @Slot()
    def _on_header_clicked(self) -> None:
        self.set_open(not self.is_open)
        self.toggled.emit(self.is_open)
