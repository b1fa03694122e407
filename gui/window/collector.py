"""Searches for garbage in the window's thread alone, and while that has nothing else to do.

What is not needed now goes with it: free memory, and what can be had again in no time.
"""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from engine.footprint import give_back
from gui import theme
from gui.workbench.state import State

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow
    from gui.workbench.workbench import Workbench

MANY = 200_000
"""Objects after which a search waits no longer for the engine to be prepared."""
SHARE = 0.01
"""Of all time, what searches among all objects may take."""
STYLES_S = 60.0
"""Between two times at which Qt forgets styles: the arrows of boxes are read anew each time, and of
that Qt keeps 3 KB."""
WAKE_MS = 1000
"""How often a window that has nothing to show looks after what a run leaves."""


class Collector(QObject):
    """Takes the place of Python's own search for garbage as long as there is a window. GUI thread.

    Python searches in whichever thread has made the last of some hundred objects, and destroys
    there what it finds. A dialog that was closed long ago is often among it, and a widget that is
    destroyed in the thread of a run leaves Qt with memory that is no longer its own: the window
    dies, now or minutes later.

    Of the hundreds of thousands of objects that there are once the engine is prepared nearly all
    stay until the end, and are never searched.

    Parameters
    ----------
    window : MainWindow
        Whose engine is waited for; after its end Python searches again as it does by itself.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._workbench: Workbench | None = None
        self._is_spared = False
        self._searched_s, self._took_s = time.perf_counter(), 0.0
        self._forgot_s = self._searched_s
        # A hidden window has no event that would bring it here.
        self._waking = QTimer(self)
        self._waking.setInterval(WAKE_MS)
        self._waking.timeout.connect(self.search)
        gc.disable()
        window.destroyed.connect(_search_as_usual)
        window.workbench_made.connect(self._on_window_workbench_made)
        QAbstractEventDispatcher.instance().aboutToBlock.connect(self.search)

    @Slot()
    def search(self) -> None:
        """Destroy what nothing leads to any more, if so much was made that it is worth a search.

        Python's own rule for which of its three generations is searched, but that the oldest may
        take but a share of the time. While kernels are being compiled the search waits, since some
        of their parts could be destroyed only after the compiler is done with others.
        """
        young, middle, old = gc.get_count()
        most, most_middle, most_old = gc.get_threshold()
        preparing = self._workbench is None or self._workbench.state is State.PREPARING
        if young < (MANY if preparing else most):
            return
        began_s = time.perf_counter()
        if old > most_old and began_s - self._searched_s > self._took_s / SHARE:
            gc.collect()
            self._let_go(began_s)
            self._searched_s = time.perf_counter()
            self._took_s = self._searched_s - began_s
        else:
            gc.collect(1 if middle > most_middle else 0)

    def _let_go(self, now_s: float) -> None:
        """Give back what nobody uses.

        The training thread does so once it rests, which a run of an hour does not.
        """
        app = QApplication.instance()
        if isinstance(app, QApplication) and now_s - self._forgot_s >= STYLES_S:
            self._forgot_s = now_s
            theme.forget_styles(app)
        give_back()

    @Slot(object)
    def _on_window_workbench_made(self, workbench: Workbench) -> None:
        self._workbench = workbench
        workbench.state_changed.connect(self._on_workbench_state_changed)

    @Slot(object)
    def _on_workbench_state_changed(self, state: State) -> None:
        if state is State.READY and not self._is_spared:
            self._is_spared = True
            gc.freeze()
        if state is State.RUNNING:
            self._waking.start()
        else:
            self._waking.stop()


def _search_as_usual(_window: QObject) -> None:
    gc.enable()
