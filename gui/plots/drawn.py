"""What a plot over steps shows already, so that it is drawn anew only where that can be seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.telemetry.history import History
from gui.frames.epochs import EpochScale
from gui.plots.canvas import Canvas
from gui.plots.count import Count, places

SEEN_PX = 1.0
"""A run has to grow by so many pixels before it is drawn anew."""


class Drawn:
    """Remembers how far the runs had come that a plot shows, and what else decides how it looks.

    A long run grows by less than a pixel from one frame to the next; and where somebody looks back
    and forth, it does not grow at all.

    Parameters
    ----------
    canvas : Canvas
        The plot.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._state: object = None
        self._ends: Sequence[float] = ()

    def forget(self) -> None:
        """Let whatever comes next be drawn."""
        self._state = None

    def shows(self, state: object, ends: Sequence[float]) -> bool:
        """Say whether the plot would look as it does.

        Parameters
        ----------
        state : object
            What it depends on but for the steps, the canvas and the part of it that is seen.
        ends : sequence of float
            Where on the axis the runs end.
        """
        if self._state is None or self._state != self._whole(state) or (
                len(ends) != len(self._ends)):
            return False
        grown = np.abs(np.subtract(ends, self._ends))
        return bool((grown < SEEN_PX * self._canvas.pixel()[0]).all())

    def note(self, state: object, ends: Sequence[float]) -> None:
        """Take note that it has been drawn so."""
        self._state, self._ends = self._whole(state), tuple(ends)

    def _whole(self, state: object) -> object:
        return state, self._canvas.size(), self._canvas.box.viewRange()


def end_of(history: History, count: Count, epochs: EpochScale) -> float:
    """Return where on an axis a run ends."""
    last = np.array([history.newest])
    return float(places(count, last, epochs.at(last))[0])
