"""One curve per layer over steps, of which one may be selected."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from engine.telemetry.history import History
from gui.plots.band import Band
from gui.plots.curve import framed
from gui.plots.feed import Reals, Seen
from gui.plots.marked_curves import EMPTY_ENDS, MarkedCurves
from gui.plots.ranges import halved, log10, run_span

# More curves than these are drawn with half the points, two to a pixel at most.
MANY_CURVES = 32
FEW_POINTS = 256
# A curve that was known this many points ago still has its label: a run that diverges ends with
# a point that is not finite.
STILL_KNOWN = 2
BAND_OPACITY = 0.13


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

    def __init__(
        self, figure: str, *, is_log10: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._figure = figure
        self._is_log10 = is_log10
        self._history: History | None = None
        self._band = Band()
        self._band.setZValue(-5)
        self.canvas.addItem(self._band)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        self._history = None
        self._band.clear()
        self.canvas.set_ranges((0.0, 100.0), EMPTY_ENDS)

    def draw(self, seen: Seen) -> None:
        """Draw the newest history."""
        self._history = history = seen.history
        x, y = history.steps(), self._layers.log_means(history, self._figure)
        if len(y) > MANY_CURVES and len(x) > FEW_POINTS:
            x, y = halved(x), halved(y)
        self._x, self._y = x, y
        self.canvas.set_empty(bool(np.isnan(y).all()))
        self._set_range(y[np.isfinite(y)])
        drawn = np.maximum(y, self._floor())
        for curve, row in zip(self._curves, drawn, strict=True):
            curve.set_points(x, row)
        self._draw_band()
        ends = _last_known(y)
        self.labels.set_heights(np.maximum(ends, self._floor()), np.isneginf(ends))

    def _set_range(self, known: Reals) -> None:
        if len(known):
            self._ends = self._range.towards(float(known.min()), float(known.max()))
        span = run_span(self._x)
        self.canvas.set_ranges(span, self._ends)
        bounds = framed(span, self._ends, self.canvas.pixel())
        for curve in self._curves:
            curve.set_bounds(bounds)

    def _draw_band(self) -> None:
        history, ids = self._history, self._layers.ids
        if history is None or self._selected not in ids:
            self._band.clear()
            return
        column = f"{self._selected}/{self._figure}"
        low, high = history.low(column), history.high(column)
        if not self._is_log10:
            low, high = log10(low), log10(high)
        self._band.set_data(history.steps(), low, high, self._ends)

    def _arrange(self) -> None:
        # The run before has nothing to say about these layers.
        self._history = None
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
