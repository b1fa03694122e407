"""Checks of the step: numerically, and by the student, who looks for a mistake put into it."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.microscope.check_box import CheckBox
from gui.microscope.hunt_box import HuntBox
from gui.microscope.lens import Lens
from gui.widgets import Card


class CheckCard(Card):
    """The numeric check of the number that is open, and the hunt for a mistake.

    Parameters
    ----------
    lens : Lens
        What is looked at.

    Attributes
    ----------
    check : CheckBox
        The numeric check; hidden in a hunt until it is asked for.
    hunt : HuntBox
        The hunt.
    """

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName("Checks")
        self.check = CheckBox(lens)
        self.hunt = HuntBox(lens)
        self.hunt.check_wanted.connect(self.check.set_wanted)
        self.body.addWidget(self.check)
        self.body.addWidget(self.hunt)

    def event(self, event: QEvent) -> bool:
        """Take the height of what there is to read, whatever the card stands in."""
        is_done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return is_done

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let its sentences wrap at the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        # A splitter does not ask how high a card is at its width.
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():
            self.setFixedHeight(layout.totalHeightForWidth(self.width()))
