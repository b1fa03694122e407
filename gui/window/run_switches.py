"""Two switches beside the doctor's line: runs side by side, and the recorder."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import theme
from gui.widgets import IconButton

COMPARE_TIP = ("<p>Compare. While this is on, the next change begins a second run, B, beside this "
               "one: same seed, same examples in the same order, both at the same step. Ctrl+D "
               "puts a copy beside it at once.</p>")
RECORDER_TIP = ("<p>Recorder. Go back to any step that was kept, with boundary, rows, weights and "
                "verdict as they were then, and go on from there (Ctrl+R).</p>")


class RunSwitches(QWidget):
    """Says what of several runs is wanted; what comes of it is wired elsewhere. GUI thread only.

    Signals
    -------
    compare_requested(bool)
        A person wants changes to begin a second run beside the first, or no longer.
    recorder_requested(bool)
        A person wants to see the recorder, or no longer.

    Attributes
    ----------
    compare, recorder : IconButton
        The switches.
    """

    compare_requested = Signal(bool)
    recorder_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.compare = IconButton("columns-2", COMPARE_TIP, name="Compare")
        self.recorder = IconButton("history", RECORDER_TIP, name="Recorder")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for button, requested in ((self.compare, self.compare_requested),
                                  (self.recorder, self.recorder_requested)):
            button.setCheckable(True)
            button.clicked.connect(requested)
            self._column.addWidget(button, 1)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._column.setSpacing(theme.px(4))
