"""What is said while the engine is prepared: what it does, for how long, and how to end that."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from gui.doctor.verdict_strip import VerdictStrip
from gui.workbench.state import State
from gui.workbench.workbench import Workbench

PATIENCE_MS = 300
"""Preparing takes less than this when nothing has to be compiled, and is then not mentioned."""
TELL_MS = 1000
TELLING_S = 2.0
"""From so many seconds on it is said how many there are."""
PREPARING = "Preparing…"
COMPILING = ("The first time on a computer, kernels are compiled for it. That takes a while; you "
             "can already build your network.")


class Preparation(QObject):
    """Tells on the strip that a run is being prepared, once that takes long. GUI thread only.

    Parameters
    ----------
    workbench : Workbench
        What prepares.
    strip : VerdictStrip
        Where it is told.
    show_empty : callable
        Says something in plots that have nothing to draw yet.
    """

    def __init__(self, workbench: Workbench, strip: VerdictStrip,
                 show_empty: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._bench, self._strip, self._show_empty = workbench, strip, show_empty
        self._told = ("", 0.0)
        self._begun_s = 0.0
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._tell)
        self._clock = QTimer(self)
        self._clock.setInterval(TELL_MS)
        self._clock.timeout.connect(self._tell)
        workbench.preparing.connect(self._on_workbench_preparing)
        strip.cancel_requested.connect(workbench.give_up_preparing)

    def follow(self, state: State) -> None:
        """Begin or end to tell, as the lab begins or ends to prepare."""
        if state is not State.PREPARING:
            self.stop()
            self._strip.hide_progress()
        elif not self._patience.isActive() and not self._clock.isActive():
            self._told, self._begun_s = ("", 0.0), time.perf_counter()
            self._patience.start()

    def stop(self) -> None:
        """Tell nothing any more."""
        self._patience.stop()
        self._clock.stop()

    @Slot(str, float)
    def _on_workbench_preparing(self, text: str, share: float) -> None:
        self._told = (text, share)
        if self._clock.isActive() and self._bench.state is State.PREPARING:
            self._tell()

    @Slot()
    def _tell(self) -> None:
        text, share = self._told
        took_s = time.perf_counter() - self._begun_s
        seconds = f"{took_s:.0f} s so far" if took_s >= TELLING_S else ""
        self._show_empty(PREPARING)
        self._strip.say("waiting", 0, "Preparing engine.", COMPILING,
                        " · ".join(part for part in (text, seconds) if part))
        self._strip.show_progress(share)
        if not self._clock.isActive():
            self._clock.start()
