"""The gradient of recurrent layers at every step of time."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.telemetry.snapshot import Snapshot
from gui import theme
from gui.plots.axes import ValueAxis
from gui.plots.curve import FramedCurve, framed
from gui.plots.end_labels import EndLabels
from gui.plots.feed import Reals, Seen
from gui.plots.layer_view import NOWHERE, LayerView
from gui.plots.ranges import EasedRange, log10
from gui.plots.titles import power_text
from gui.plots.weight_layers import WeightLayers
from gui.widgets import ElidedLabel

REACH_PX = 14
NOTABLE = 2.0
"""Decades between the first and the last step from which a gradient vanishes or explodes."""
EMPTY_ENDS = (-6.0, 0.0)


def explanation(position: int, gradients: Reals) -> str:
    """Return what the gradients of a layer through time, log10 float64[steps], mean."""
    known = np.flatnonzero(~np.isnan(gradients))
    if len(known) < 2:
        return ""
    first, last = known[0], known[-1]
    if not np.isfinite(gradients[last]):
        return f"No gradient reaches the last step of layer {position}."
    fall = float(gradients[first] - gradients[last])
    name = "Vanishing through time" if fall <= -NOTABLE else "Exploding through time"
    if abs(fall) < NOTABLE:
        name = "Steady through time"
    share = "none of" if fall == -math.inf else f"{power_text(fall)} times"
    return (f"{name}: in layer {position}, step {first + 1} receives {share} the gradient of "
            f"step {last + 1}.")


def recurrent_layers(snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return the ids of the layers that report a gradient at every step of time."""
    readings = snapshot.layers if snapshot is not None else ()
    return tuple(one.layer_id for one in readings if one.step_gradients is not None)


class ThroughTime(LayerView):
    """RMS of dL/dh at every step of time, a curve per recurrent layer, below it a sentence.

    The gradient comes from the last steps and goes back to the first: where it falls towards the
    left it vanishes, as it does through the depth of a network.

    Signals
    -------
    layer_selected(str)
        A person clicked on the curve of this layer.
    """

    needs_steps = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ValueAxis(logarithmic=True), "time step", parent)
        self._all = WeightLayers()
        self._curves: list[FramedCurve] = []
        self._range = EasedRange(1.0)
        self.labels = EndLabels(self.canvas)
        self.sentence = ElidedLabel(role="small")
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        self._row.removeWidget(self.canvas)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.sentence)
        self._row.addLayout(column, 1)
        self.show_nothing()

    def set_layers(self, layers: WeightLayers) -> None:
        """Wait for readings of these layers; which are recurrent is known with the first."""
        self._all = layers
        super().set_layers(layers.only(()))

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        for curve in self._curves:
            curve.set_points(self._x, self._x)
        self.labels.set_heights(np.full(len(self._layers.ids), np.nan))
        self.sentence.setText("")
        self.canvas.set_ranges((1.0, 10.0), EMPTY_ENDS)

    def draw(self, seen: Seen) -> None:
        """Draw the newest snapshot."""
        ids = recurrent_layers(seen.snapshot)
        if seen.snapshot is None or not ids:
            return
        if ids != self._layers.ids:
            super().set_layers(self._all.only(ids))
        self._y = _log_gradients(seen.snapshot, self._layers.ids)
        self._x = np.arange(1.0, self._y.shape[1] + 1.0)
        known = self._y[np.isfinite(self._y)]
        self.canvas.set_empty(not len(known))
        ends = self._range.towards(float(known.min()), float(known.max())) \
            if len(known) else EMPTY_ENDS
        span = (1.0, max(float(len(self._x)), 2.0))
        self.canvas.set_ranges(span, ends)
        self._floor = ends[0] + 1.5 * self.canvas.pixel()[1]
        bounds = framed(span, ends, self.canvas.pixel())
        for curve, row in zip(self._curves, np.maximum(self._y, self._floor), strict=True):
            curve.set_bounds(bounds)
            curve.set_points(self._x, row)
        last = self._y[:, -1] if len(self._x) else np.zeros(0)
        self.labels.set_heights(np.maximum(last, self._floor), np.isneginf(last))
        self._explain()

    def _explain(self) -> None:
        ids = self._layers.ids
        if not self._y.size:
            return
        index = ids.index(self._selected) if self._selected in ids else 0
        text = explanation(self._layers.positions[index], self._y[index])
        self.sentence.setText(text)
        self.canvas.setAccessibleDescription(text)

    def _nearest(self, point: QPointF) -> tuple[int, int]:
        if not self._y.size:
            return NOWHERE
        at = int(np.argmin(np.abs(self._x - point.x())))
        distance = np.abs(np.maximum(self._y[:, at], self._floor) - point.y())
        if np.isnan(distance).all():
            return NOWHERE
        index = int(np.nanargmin(distance))
        within = distance[index] <= theme.px(REACH_PX) * self.canvas.pixel()[1]
        return (index, at) if within else NOWHERE

    def _arrange(self) -> None:
        self._y = np.zeros((len(self._layers.ids), 0))
        for curve in self._curves:
            self.canvas.removeItem(curve)
        self._curves = [FramedCurve(smooth=True) for _ in self._layers.ids]
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
            if chosen >= 0 and index != chosen:
                shade.setAlphaF(0.75)
            curve.setPen(pg.mkPen(shade, width=2 if index == chosen else 1))
            curve.setZValue(10 if index == chosen else 0)
        self.labels.set_colours(colours, chosen)
        self._explain()


def _log_gradients(snapshot: Snapshot, ids: tuple[str, ...]) -> Reals:
    """Return log10 of the gradients, float64[layers, steps]; short ones end at the last step."""
    found = {one.layer_id: one.step_gradients for one in snapshot.layers}
    rows = [np.zeros(0) if (row := found[i]) is None else np.asarray(row) for i in ids]
    result = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    for target, row in zip(result, rows, strict=True):
        if len(row):
            target[-len(row):] = log10(row)
    return result
