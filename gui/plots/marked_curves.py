"""A curve for every layer, of which one is marked: what the plots of curves share."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.plots.axes import ValueAxis
from gui.plots.curve import FramedCurve
from gui.plots.end_labels import EndLabels
from gui.plots.graph import pg
from gui.plots.layer_view import NOWHERE, LayerView
from gui.plots.ranges import EasedRange

REACH_PX = 14
# Measured: smooth lines of width 1 cost what rough ones do, up to about 20 curves.
SMOOTH_CURVES = 20
EMPTY_ENDS = (-6.0, 0.0)
UNMARKED_OPACITY = 0.75


class MarkedCurves(LayerView):
    """Curves on a logarithmic axis, with a label at every end; a subclass sets their points.

    Where a figure is 0 its curve runs along the floor.

    Parameters
    ----------
    word : str
        What is counted along the axis at the bottom.
    """

    def __init__(self, word: str = "step", parent: QWidget | None = None) -> None:
        super().__init__(ValueAxis(logarithmic=True), word, parent)
        self._curves: list[FramedCurve] = []
        self._range = EasedRange(1.0)
        self._ends = EMPTY_ENDS
        self.labels = EndLabels(self.canvas)

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        for curve in self._curves:
            curve.set_points(self._x, self._x)
        self.labels.set_heights(np.full(len(self._layers.ids), np.nan))
        self._ends = EMPTY_ENDS

    def _floor(self) -> float:
        """Return where a curve runs whose figure is 0: a pixel above the axis."""
        return self._ends[0] + 1.5 * self.canvas.pixel()[1]

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
        colours, chosen = self._layers.colours(), self._chosen()
        for index, (curve, colour) in enumerate(zip(self._curves, colours, strict=True)):
            shade = QColor(colour)
            if chosen >= 0 and index != chosen:
                shade.setAlphaF(UNMARKED_OPACITY)
            curve.setPen(pg.mkPen(shade, width=2 if index == chosen else 1))
            curve.setZValue(10 if index == chosen else 0)
        self.labels.set_colours(colours, (chosen,) if chosen >= 0 else ())

    def _chosen(self) -> int:
        """Return the place of the selected layer, -1 if it is not among these."""
        ids = self._layers.ids
        return ids.index(self._selected) if self._selected in ids else -1
