"""Checks of the step: numerically, and by the student, who looks for a mistake put into it."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QWidget

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
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.check = CheckBox(lens)
        self.hunt = HuntBox(lens)
        self.hunt.check_wanted.connect(self.check.set_wanted)
        self.body.addWidget(self.check)
        self.body.addWidget(self.hunt)
