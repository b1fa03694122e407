"""How fast the runs may go."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from gui.widgets import CalmComboBox
from gui.workbench.pace import SEEN_S, SEEN_STEPS, Speed

TITLES = {
    Speed.ONE: ("1 / s", "One step a second: time to look at each."),
    Speed.TEN: ("10 / s", "Ten steps a second, each of them shown."),
    Speed.HUNDRED: ("100 / s", "A hundred steps a second."),
    Speed.EPOCH: ("Epoch / s", "An epoch a second: every training example is seen once."),
    Speed.VISIBLE: ("Visible", f"Slow at first, so that the first {SEEN_STEPS} steps take "
                               f"{SEEN_S:.0f} seconds, then faster and faster."),
    Speed.FULL: ("Full", "As fast as this computer can."),
}


class SpeedBox(CalmComboBox):
    """A choice of how fast to train. GUI thread only.

    Signals
    -------
    speed_requested(Speed)
        A person wants the runs to go as fast as this.
    """

    speed_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for row, (title, tip) in enumerate(TITLES.values()):
            self.addItem(title)
            self.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        self.setAccessibleName("Speed")
        self.show_speed(Speed.FULL)
        self.activated.connect(self._on_activated)

    def speed(self) -> Speed:
        """Return the speed that is shown."""
        return tuple(TITLES)[self.currentIndex()]

    def show_speed(self, speed: Speed) -> None:
        """Show the speed that is in force."""
        self.setCurrentIndex(tuple(TITLES).index(speed))
        self._explain()

    def _explain(self) -> None:
        self.setToolTip(f"<p>How fast to train while it runs.</p><p>{TITLES[self.speed()][1]}</p>")

    @Slot()
    def _on_activated(self) -> None:
        self._explain()
        self.speed_requested.emit(self.speed())
