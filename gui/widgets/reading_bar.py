"""How much of a file has been read, where that is known."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QProgressBar, QWidget


class ReadingBar(QProgressBar):
    """A bar that moves to and fro until it is told how much is read, and again once all is.

    Parameters
    ----------
    name : str
        Accessible name.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setRange(0, 0)

    @Slot(float)
    def set_share(self, share: float) -> None:
        """Show which share is read; 0 or 1 where nobody knows how long the rest takes."""
        is_known = 0 < share < 1
        self.setRange(0, 100 if is_known else 0)
        if is_known:
            self.setValue(round(100 * share))

    def hideEvent(self, event: QHideEvent) -> None:
        """Know nothing of what is waited for next."""
        super().hideEvent(event)
        self.setRange(0, 0)
