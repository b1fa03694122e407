"""One curve per layer over steps, of which one may be selected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import theme
from gui.plots.axes import ValueAxis
from gui.plots.canvas import Canvas
from gui.plots.curve import FramedCurve
from gui.plots.end_labels import EndLabels
from gui.plots.feed import Reals, Series
from gui.plots.ranges import EasedRange, halved, log10, run_span
from gui.plots.titles import power_text

REACH_PX = 14
# Measured: smooth lines of width 1 cost what rough ones do, up to about 20 curves.
SMOOTH_CURVES = 20
# More curves than these are drawn with half the points, two to a pixel at most.
MANY_CURVES = 32
FEW_POINTS = 256


class LayerCurves(QWidget):
    """Curves of one figure of every layer, on a logarithmic axis.

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

    layer_selected = Signal(str)

    def __init__(
        self, figure: str, *, is_log10: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._figure, self._is_log10 = figure, is_log10
        self._ids: tuple[str, ...] = ()
        self._titles: dict[str, str] = {}
        self._selected = ""
        self._curves: list[FramedCurve] = []
        self._x: Reals = np.zeros(0)
        self._y: Reals = np.zeros((0, 0))
        self._range = EasedRange(1.0)
        self.canvas = Canvas(ValueAxis(logarithmic=True), "Press Run to start")
        self.labels = EndLabels(self.canvas)
        self.canvas.hovered.connect(self._on_canvas_hovered)
        self.canvas.pressed.connect(self._on_canvas_pressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        theme.notifier().changed.connect(self._on_theme_changed)
        self.show_nothing()

    def set_layers(
        self, ids: Sequence[str], numbers: Sequence[int], titles: Sequence[str]
    ) -> None:
        """Make one empty curve for each of these layers.

        Parameters
        ----------
        ids : sequence of str
            Layers with weights, first to last.
        numbers : sequence of int
            Their positions in the network, written at the curves' ends.
        titles : sequence of str
            Their names for people.
        """
        for curve in self._curves:
            self.canvas.removeItem(curve)
        self._ids = tuple(ids)
        self._titles = dict(zip(ids, titles, strict=True))
        self._curves = [
            FramedCurve(smooth=len(self._ids) <= SMOOTH_CURVES) for _ in ids
        ]
        for curve in self._curves:
            self.canvas.addItem(curve)
        self.labels.set_texts([str(number) for number in numbers])
        self._range.reset()
        self._colour()
        self.show_nothing()

    def set_selected(self, layer_id: str) -> None:
        """Draw this layer's curve thicker and above the others."""
        if layer_id != self._selected:
            self._selected = layer_id
            self._colour()

    def show_nothing(self) -> None:
        """Empty the plot."""
        self._x, self._y = np.zeros(0), np.zeros((len(self._ids), 0))
        for curve in self._curves:
            curve.setData(self._x, self._x)
        self.labels.set_heights(np.full(len(self._ids), np.nan))
        self.canvas.hide_readout()
        self.canvas.set_empty(True)
        self.canvas.set_ranges((0.0, 100.0), (-6.0, 0.0))

    def draw(self, history: Series) -> None:
        """Draw the newest history."""
        x = history.steps()
        rows = [history.mean(f"{layer_id}/{self._figure}") for layer_id in self._ids]
        values = np.stack(rows) if rows else np.zeros((0, len(x)))
        y = np.where(np.isfinite(values), values, np.nan) if self._is_log10 else log10(values)
        if len(y) > MANY_CURVES and len(x) > FEW_POINTS:
            x, y = halved(x), halved(y)
        self._x, self._y = x, y
        whole = [bool(np.isfinite(row).all()) for row in y]
        known = y[np.isfinite(y)]
        self.canvas.set_empty(len(known) == 0)
        if len(known):
            self._show_range(run_span(x), float(known.min()), float(known.max()))
        for curve, row, complete in zip(self._curves, y, whole, strict=True):
            curve.setData(x, row, connect="all" if complete else "finite",
                          skipFiniteCheck=complete)
        self.labels.set_heights(_last_known(y))

    def _show_range(self, span: tuple[float, float], low: float, high: float) -> None:
        self.canvas.set_ranges(span, self._range.towards(low, high))
        wide, tall = (3 * pixel for pixel in self.canvas.pixel())
        bounds = QRectF(span[0], low, span[1] - span[0], high - low)
        bounds.adjust(-wide, -tall, wide, tall)
        for curve in self._curves:
            curve.set_bounds(bounds)

    def layer_at(self, point: QPointF) -> str:
        """Return the layer whose curve is nearest to a point; empty if none is within reach."""
        index, at = self._nearest(point)
        return self._ids[index] if at >= 0 else ""

    def _nearest(self, point: QPointF) -> tuple[int, int]:
        if not len(self._x) or not len(self._ids):
            return -1, -1
        at = int(np.argmin(np.abs(self._x - point.x())))
        distance = np.abs(self._y[:, at] - point.y())
        if not np.isfinite(distance).any():
            return -1, -1
        index = int(np.nanargmin(distance))
        within = distance[index] <= theme.px(REACH_PX) * self.canvas.pixel()[1]
        return (index, at) if within else (-1, -1)

    def _colour(self) -> None:
        colours = theme.depth_colours(len(self._ids))
        chosen = self._ids.index(self._selected) if self._selected in self._ids else -1
        for index, (curve, colour) in enumerate(zip(self._curves, colours, strict=True)):
            shade = QColor(colour)
            if chosen >= 0 and index != chosen and len(self._ids) > 1:
                shade.setAlphaF(0.75)
            curve.setPen(pg.mkPen(shade, width=2 if index == chosen else 1))
            curve.setZValue(10 if index == chosen else 0)
        self.labels.set_colours(colours, chosen)

    @Slot(object)
    def _on_canvas_hovered(self, point: QPointF | None) -> None:
        index, at = (-1, -1) if point is None else self._nearest(point)
        if at < 0:
            self.canvas.hide_readout()
            return
        title = self._titles[self._ids[index]]
        value = power_text(float(self._y[index, at]))
        self.canvas.show_readout(f"{title}   {value} at step {self._x[at]:,.0f}", self._x[at])

    @Slot(QPointF)
    def _on_canvas_pressed(self, point: QPointF) -> None:
        layer_id = self.layer_at(point)
        if layer_id:
            self.layer_selected.emit(layer_id)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._colour()


def _last_known(y: Reals) -> Reals:
    """Return the newest finite value of every row, NaN where there is none."""
    result = np.full(len(y), np.nan)
    for index, row in enumerate(y):
        known = np.flatnonzero(np.isfinite(row))
        if len(known):
            result[index] = row[known[-1]]
    return result
