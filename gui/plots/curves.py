"""One curve per layer over steps, of which one may be selected."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from engine.telemetry.history import History
from gui.frames.epochs import EpochScale
from gui.frames.ghost import Ghost
from gui.frames.record import Record
from gui.plots.band import Band
from gui.plots.count import Count, places, span
from gui.plots.curve import framed
from gui.plots.feed import Reals, Seen
from gui.plots.ghost_curves import GhostCurves
from gui.plots.marked_curves import EMPTY_ENDS, MarkedCurves
from gui.plots.ranges import EasedRange, halved, log10, widened

# More curves than these are drawn with half the points, two to a pixel at most.
MANY_CURVES = 32
FEW_POINTS = 256
# A curve that was known this many points ago still has its label: a run that diverges ends with
# a point that is not finite.
STILL_KNOWN = 2
BAND_OPACITY = 0.13
LEAST_REACH = 1.0
"""Decades by which the last run may widen the axis at least."""


class LayerCurves(MarkedCurves):
    """Curves of one figure of every layer, on a logarithmic axis.

    A point is the mean of the logarithms of its steps; the selected layer has a band from the
    smallest to the largest of them. Where the figure is 0 the curve runs along the floor.

    Parameters
    ----------
    figure : str
        Column of the history behind ``LAYER/``.
    is_log10 : bool
        Whether the history holds log10 of the figure already.

    Signals
    -------
    layer_selected(str)
        A person clicked on the curve of this layer.
    """

    # Before the first step, the last run has all the room.
    needs_steps = False

    def __init__(
        self, figure: str, *, is_log10: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._figure = figure
        self._is_log10 = is_log10
        self._history: History | Record | None = None
        self._steps: Reals = np.zeros(0)
        self._epochs = EpochScale()
        self._count = Count.STEPS
        self._band = Band()
        self._band.setZValue(-5)
        self.canvas.addItem(self._band)
        self._ghost: tuple[Ghost | None, Count] = (None, self._count)
        self._ghosts = GhostCurves(self.canvas)
        self.show_nothing()

    def set_count(self, count: Count) -> None:
        """Count something else along the axis at the bottom; it shows when it is drawn next."""
        self._count = count
        self.canvas.set_count(count)
        self.canvas.hide_readout()

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        self._history = None
        self._steps = np.zeros(0)
        self._band.clear()
        self.canvas.set_ranges((0.0, 100.0), EMPTY_ENDS)

    def draw(self, seen: Seen) -> None:
        """Draw the newest history, before it what stays of the last run."""
        self._show_ghost(seen.ghost)
        if not seen.history.length:
            self._show_ghost_alone()
            return
        is_log = self._count is Count.LOG_STEPS
        self._history = history = seen.record if is_log else seen.history
        steps, y = history.steps(), self._layers.log_means(history, self._figure)
        if len(y) > MANY_CURVES and len(steps) > FEW_POINTS:
            steps, y = halved(steps), halved(y)
        x = places(self._count, steps, seen.epochs.at(steps))
        self._steps, self._x, self._y = steps, x, y
        self.canvas.set_empty(bool(np.isnan(y).all()))
        self._set_range(seen, y[np.isfinite(y)])
        drawn = np.maximum(y, self._floor())
        for curve, row in zip(self._curves, drawn, strict=True):
            curve.set_points(x, row)
        self._epochs = seen.epochs
        self._draw_band()
        ends = _last_known(y)
        self.labels.set_heights(np.maximum(ends, self._floor()), np.isneginf(ends))

    def _show_ghost(self, ghost: Ghost | None) -> None:
        """Draw what stays of the last run, of layers that there are still."""
        if (ghost, self._count) == self._ghost:
            return
        self._ghost = (ghost, self._count)
        columns = [f"{layer_id}/{self._figure}" for layer_id in self._layers.ids]
        if ghost is None:
            self._ghosts.show(())
        else:
            x = places(self._count, ghost.steps, ghost.epochs)
            self._ghosts.show([(x, ghost.logarithms[name]) for name in columns
                               if name in ghost.logarithms])

    def _show_ghost_alone(self) -> None:
        """Give all the room to the last run, if one has stayed."""
        known = self._ghosts.values_until(np.inf)
        self.canvas.set_empty(not len(known))
        if len(known):
            reach = (0.0, self._ghosts.last_place())
            ends = EasedRange(1.0).towards(float(known.min()), float(known.max()))
            self.canvas.set_ranges(reach, ends)
            self._ghosts.set_bounds(framed(reach, ends, self.canvas.pixel()))

    def _set_range(self, seen: Seen, known: Reals) -> None:
        reach = span(self._count, float(self._steps[-1]), seen.epochs)
        if len(known):
            self._ends = self._range.towards(*widened(
                float(known.min()), float(known.max()), self._ghosts.values_until(reach[1]),
                LEAST_REACH))
        self.canvas.set_ranges(reach, self._ends)
        bounds = framed(reach, self._ends, self.canvas.pixel())
        for curve in self._curves:
            curve.set_bounds(bounds)
        self._ghosts.set_bounds(bounds)

    def _place(self, at: int) -> str:
        return f"step {self._steps[at]:,.0f}"

    def _draw_band(self) -> None:
        history, ids = self._history, self._layers.ids
        if history is None or self._selected not in ids:
            self._band.clear()
            return
        column = f"{self._selected}/{self._figure}"
        low, high = history.low(column), history.high(column)
        if not self._is_log10:
            low, high = log10(low), log10(high)
        steps = history.steps()
        self._band.set_data(places(self._count, steps, self._epochs.at(steps)), low, high,
                            self._ends)

    def _arrange(self) -> None:
        # The run before has nothing to say about these layers.
        self._history = None
        self._show_ghost(None)
        super()._arrange()

    def _mark_selected(self) -> None:
        super()._mark_selected()
        chosen = self._chosen()
        if chosen >= 0:
            self._band.set_colour(self._layers.colours()[chosen].name(), BAND_OPACITY)
        self._draw_band()


def _last_known(y: Reals) -> Reals:
    """Return the newest value of every row, -inf for 0; NaN where the curve has ended long ago."""
    result = np.full(len(y), np.nan)
    for index, row in enumerate(y[:, -STILL_KNOWN:]):
        known = row[~np.isnan(row)]
        if len(known):
            result[index] = known[-1]
    return result
