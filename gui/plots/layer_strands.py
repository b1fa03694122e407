"""The curves of all layers of one run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from gui.plots.canvas import Canvas
from gui.plots.curve import FramedCurve
from gui.plots.dashed import DashedCurve, Dashes
from gui.plots.feed import Reals
from gui.plots.graph import pg
from gui.plots.weight_layers import WeightLayers

# Measured: smooth lines of width 1 cost what rough ones do, up to about 20 curves.
SMOOTH_CURVES = 20
ON_TOP = 10
# A curve that was known this many points ago still has its label: a run that diverges ends with
# a point that is not finite.
STILL_KNOWN = 2
NOTHING: Reals = np.zeros(0)


class LayerStrands:
    """A curve for every layer of a run, of which one may be marked.

    Parameters
    ----------
    canvas : Canvas
        The plot to draw them on.

    Attributes
    ----------
    layers : WeightLayers
        The layers.
    curves : list[FramedCurve]
        One for each; the same ones until there are other layers.
    x, steps : float64[n]
        Where the points stand along the axis, and in steps.
    y : float64[layers, n]
        The figures, log10; -inf for 0, NaN where there is none.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.layers = WeightLayers()
        self.curves: list[FramedCurve] = []
        self._is_dashed = False
        self.clear()

    def arrange(self, layers: WeightLayers, *, dashed: bool, total: int) -> None:
        """Make curves for these layers.

        Parameters
        ----------
        layers : WeightLayers
            The layers.
        dashed : bool
            Whether the curves are in long dashes.
        total : int
            How many curves there are on the plot.
        """
        for curve in self.curves:
            self._canvas.removeItem(curve)
        self.layers = layers
        self._is_dashed = dashed
        kind = DashedCurve if dashed else FramedCurve
        self.curves = [kind(smooth=total <= SMOOTH_CURVES) for _ in layers.ids]
        for curve in self.curves:
            self._canvas.addItem(curve)
        self.clear()

    def clear(self) -> None:
        """Draw nothing."""
        self.x = self.steps = np.zeros(0)
        self.y: Reals = np.zeros((len(self.layers.ids), 0))
        for curve in self.curves:
            curve.set_points(self.x, self.x)

    def draw(self, floor: float, pixel: float) -> None:
        """Draw what `x` and `y` hold, nothing below a floor; a pixel is so wide."""
        known = np.asarray(~np.isnan(self.y).all(axis=1)).tolist()
        dashes = Dashes.along(self.x, pixel) if self._is_dashed and len(self.x) > 1 else None
        for curve, row, is_known in zip(self.curves, np.maximum(self.y, floor), known, strict=True):
            if not is_known:
                # What a layer does not have takes no time.
                curve.set_points(NOTHING, NOTHING)
            elif dashes is not None and isinstance(curve, DashedCurve):
                curve.set_dashed(self.x, row, dashes)
            else:
                curve.set_points(self.x, row)

    def set_bounds(self, bounds: QRectF) -> None:
        """Set a rectangle, in data coordinates, that holds all that can be seen of the curves."""
        for curve in self.curves:
            curve.set_bounds(bounds)

    def mark(self, colours: Sequence[QColor], chosen: int, opacity: float) -> None:
        """Let one curve stand out, -1 for none; the others have this opacity then."""
        for index, (curve, colour) in enumerate(zip(self.curves, colours, strict=True)):
            shade = QColor(colour)
            if index != chosen:
                shade.setAlphaF(opacity)
            curve.setPen(pg.mkPen(shade, width=2 if index == chosen else 1))
            curve.setZValue(ON_TOP if index == chosen else 0)

    def nearest(self, x: float, y: float, floor: float) -> tuple[int, int, float]:
        """Return the curve and the point nearest to a place, and how far off in height.

        The curve is -1 where there is none.
        """
        if not self.y.size:
            return -1, -1, np.inf
        at = int(np.argmin(np.abs(self.x - x)))
        distance = np.abs(np.maximum(self.y[:, at], floor) - y)
        if np.isnan(distance).all():
            return -1, at, np.inf
        index = int(np.nanargmin(distance))
        return index, at, float(distance[index])

    def at(self, layer_id: str, x: float) -> float:
        """Return a layer's figure at the point nearest to a place; NaN if there is none."""
        if layer_id not in self.layers.ids or not len(self.x):
            return np.nan
        return float(self.y[self.layers.ids.index(layer_id), int(np.argmin(np.abs(self.x - x)))])

    def ends(self) -> Reals:
        """Return the newest value of every curve, -inf for 0; NaN for one that ended long ago."""
        result = np.full(len(self.y), np.nan)
        for index, row in enumerate(self.y[:, -STILL_KNOWN:]):
            known = row[~np.isnan(row)]
            if len(known):
                result[index] = known[-1]
        return result
