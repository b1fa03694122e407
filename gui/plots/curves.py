"""One curve per layer over steps, of which one may be selected."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.plots.axes import ValueAxis
from gui.plots.band import Band
from gui.plots.curve import FramedCurve, framed
from gui.plots.end_labels import EndLabels
from gui.plots.feed import Reals, Seen, Series
from gui.plots.layer_view import NOWHERE, LayerView
from gui.plots.ranges import EasedRange, halved, log10, run_span

REACH_PX = 14
# Measured: smooth lines of width 1 cost what rough ones do, up to about 20 curves.
SMOOTH_CURVES = 20
# More curves than these are drawn with half the points, two to a pixel at most.
MANY_CURVES = 32
FEW_POINTS = 256
# A curve that was known this many points ago still has its label: a run that diverges ends with
# a point that is not finite.
STILL_KNOWN = 2
BAND_OPACITY = 0.13
EMPTY_ENDS = (-6.0, 0.0)


class LayerCurves(LayerView):
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
        super().__init__(ValueAxis(logarithmic=True), parent=parent)
        self._figure = figure
        self._is_log10 = is_log10
        self._history: Series | None = None
        self._curves: list[FramedCurve] = []
        self._range = EasedRange(1.0)
        self._ends = EMPTY_ENDS
        self._band = Band()
        self._band.setZValue(-5)
        self.canvas.addItem(self._band)
        self.labels = EndLabels(self.canvas)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        self._history = None
        for curve in self._curves:
            curve.set_points(self._x, self._x)
        self._band.clear()
        self.labels.set_heights(np.full(len(self._layers.ids), np.nan))
        self._ends = EMPTY_ENDS
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

    def _floor(self) -> float:
        """Return where a curve runs whose figure is 0: a pixel above the axis."""
        return self._ends[0] + 1.5 * self.canvas.pixel()[1]

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

    def _nearest(self, point: QPointF) -> tuple[int, int]:
        if not self._y.size:
            return NOWHERE
        at = int(np.argmin(np.abs(self._x - point.x())))
        distance = np.abs(np.maximum(self._y[:, at], self._floor()) - point.y())
        if np.isnan(distance).all():
            return NOWHERE
        index = int(np.nanargmin(distance))
        within = distance[index] <= theme.px(REACH_PX) * self.canvas.pixel()[1]
        return (index, at) if within else NOWHERE

    def _arrange(self) -> None:
        # The run before has nothing to say about these layers.
        self._history = None
        for curve in self._curves:
            self.canvas.removeItem(curve)
        smooth = len(self._layers.ids) <= SMOOTH_CURVES
        self._curves = [FramedCurve(smooth=smooth) for _ in self._layers.ids]
        for curve in self._curves:
            self.canvas.addItem(curve)
        self.labels.set_texts([str(position) for position in self._layers.positions])
        self._range.reset()
        self._mark_selected()

    def _dress(self) -> None:
        self._mark_selected()

    def _mark_selected(self) -> None:
        colours, ids = self._layers.colours(), self._layers.ids
        chosen = ids.index(self._selected) if self._selected in ids else -1
        for index, (curve, colour) in enumerate(zip(self._curves, colours, strict=True)):
            shade = QColor(colour)
            if chosen >= 0 and index != chosen and len(ids) > 1:
                shade.setAlphaF(0.75)
            curve.setPen(pg.mkPen(shade, width=2 if index == chosen else 1))
            curve.setZValue(10 if index == chosen else 0)
        self.labels.set_colours(colours, chosen)
        if chosen >= 0:
            self._band.set_colour(colours[chosen].name(), BAND_OPACITY)
        self._draw_band()


def _last_known(y: Reals) -> Reals:
    """Return the newest value of every row, -inf for 0; NaN where the curve has ended long ago."""
    result = np.full(len(y), np.nan)
    for index, row in enumerate(y[:, -STILL_KNOWN:]):
        known = row[~np.isnan(row)]
        if len(known):
            result[index] = known[-1]
    return result
