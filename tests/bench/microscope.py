"""What the microscope takes: to take a step apart, and to draw each of its micro-steps."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.microscope.dissection import Dissection
from tests.bench.looking import run_of

if TYPE_CHECKING:
    from gui.microscope.page import MicroscopePage

LOOKED_INTO = ("01-playground-default", "09-thirty-tanh-layers", "13-lenet", "19-sine-forecast",
               "10-residual")
"""The first screen, thirty layers, LeNet on digits, an LSTM over 24 steps, a residual network."""

DRAWN = 60
"""Micro-steps that are drawn of each, evenly spread."""

TARGET_S = 0.1
SLICE_S = 0.02
SIZE = (1600, 1000)


@dataclass(frozen=True)
class Looking:
    """Seconds that looking into a step takes.

    Attributes
    ----------
    apart : float
        Taking it apart.
    slice : float
        The longest of the slices in which this is done, each meant to take `SLICE_S`.
    micro_steps : int
        How many there are, neuron by neuron.
    drawn : list[float]
        Going to a micro-step and drawing the whole page, for some of them.
    """

    apart: float
    slice: float
    micro_steps: int
    drawn: list[float]

    @property
    def cells(self) -> list[str]:
        """What a table tells of it."""
        median, most = statistics.median(self.drawn), max(self.drawn)
        return [f"{self.apart:.2f}", f"{1000 * self.slice:.0f}", f"{self.micro_steps:,}",
                f"{1000 * median:.0f}", f"{1000 * most:.0f}",
                f"{sum(one <= TARGET_S for one in self.drawn)} of {len(self.drawn)}"]


HEADER = ("network", "apart, s", "longest slice, ms", "micro-steps", "drawn, median ms",
          "slowest, ms", f"within {1000 * TARGET_S:.0f} ms")


def look(name: str, threads: int, count: int = DRAWN) -> Looking:
    """Return what looking into the next step of an example takes."""
    dissection, slices = apart(name, threads)
    page = shown(dissection)
    walk = page.lens.walk
    try:
        places = np.unique(np.linspace(0, len(walk) - 1, count).astype(int))
        # Fonts and what else is made once belong to none of them.
        for place in (*places[-2:], places[0]):
            draw_s(page, int(place))
        drawn = [draw_s(page, int(place)) for place in places[1:]]
    finally:
        page.close()
    return Looking(sum(slices), max(slices), len(walk), drawn)


def apart(name: str, threads: int) -> tuple[Dissection, list[float]]:
    """Return the next step of an example, and the seconds of each slice of taking it apart."""
    run, slices = run_of(name, threads), []
    # Kernels in float64 are compiled once.
    run.dissect(example=0)
    begin = time.perf_counter()
    work = run.begin_dissecting()
    is_done = False
    slices.append(time.perf_counter() - begin)
    while not is_done:
        begin = time.perf_counter()
        is_done = work.advance(SLICE_S)
        slices.append(time.perf_counter() - begin)
    return work.found, slices


def shown(dissection: Dissection) -> MicroscopePage:
    """Return a page that shows a step, drawn without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from gui import theme
    from gui.microscope.lens import Lens
    from gui.microscope.page import MicroscopePage

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    page = MicroscopePage(Lens())
    page.resize(*SIZE)
    page.show()
    page.lens.look_at(dissection)
    page.show_step()
    app.processEvents()
    return page


def draw_s(page: MicroscopePage, place: int) -> float:
    """Return what going to a micro-step and drawing the page takes."""
    begin = time.perf_counter()
    page.lens.go(place)
    page.grab()
    return time.perf_counter() - begin
