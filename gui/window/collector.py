"""Keeps the search for garbage short: what lives as long as the window is not searched again."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from gui.workbench.state import State

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow
    from gui.workbench.workbench import Workbench


class Collector(QObject):
    """Takes what the start has made out of all later searches for garbage. GUI thread only.

    Python looks through all objects every few seconds of training and holds every thread meanwhile;
    of the hundreds of thousands that there are once the engine is prepared, nearly all stay until
    the end.

    Parameters
    ----------
    window : MainWindow
        Whose engine is waited for.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._workbench: Workbench | None = None
        window.workbench_made.connect(self._on_window_workbench_made)

    @Slot(object)
    def _on_window_workbench_made(self, workbench: Workbench) -> None:
        self._workbench = workbench
        workbench.state_changed.connect(self._on_workbench_state_changed)

    @Slot(object)
    def _on_workbench_state_changed(self, state: State) -> None:
        if state is State.READY and self._workbench is not None:
            self._workbench.state_changed.disconnect(self._on_workbench_state_changed)
            gc.freeze()
