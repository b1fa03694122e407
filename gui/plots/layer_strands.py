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
from gui.plots.line_picture import LinePicture
from gui.plots.weight_layers import WeightLayers

# Measured: smooth lines of width 1 cost what rough ones do, up to about 20 curves. More of them
# are drawn as one picture.
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
        One for each, the same ones until there are other layers; none where they are pictured.
    rest, marked : LinePicture | None
        Pictures of all curves but the marked one, and of that one, where there are many.
    x, steps : float64[n]
        Where the points stand along the axis, and in steps.
    y : float64[layers, n]
        The figures, log10; -inf for 0, NaN where there is none.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.layers = WeightLayers()
        self.curves: list[FramedCurve] = []
        self.rest: LinePicture | None = None
        self.marked: LinePicture | None = None
        self._colours: Sequence[QColor] = ()
        self._chosen, self._opacity, self._floor = -1, 1.0, -np.inf
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
        for item in self._items():
            self._canvas.removeItem(item)
        self.layers = layers
        self._is_dashed = dashed
        self.curves, self.rest, self.marked = [], None, None
        if total > SMOOTH_CURVES:
            self.rest, self.marked = (LinePicture(width=width, dashed=dashed) for width in (1, 2))
            self.marked.setZValue(ON_TOP)
        else:
            kind = DashedCurve if dashed else FramedCurve
            self.curves = [kind(smooth=True) for _ in layers.ids]
        for item in self._items():
            self._canvas.addItem(item)
        self.clear()

    def clear(self) -> None:
        """Draw nothing."""
        self.x = self.steps = np.zeros(0)
        self.y: Reals = np.zeros((len(self.layers.ids), 0))
        for curve in self.curves:
            curve.set_points(self.x, self.x)
        self._show_pictures()

    def draw(self, floor: float, pixel: float) -> None:
        """Draw what `x` and `y` hold, nothing below a floor; a pixel is so wide."""
        self._floor = floor
        self._show_pictures()
        if not self.curves:
            return
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
        for item in self._items():
            item.set_bounds(bounds)

    def mark(self, colours: Sequence[QColor], chosen: int, opacity: float) -> None:
        """Let one curve stand out, -1 for none; the others have this opacity then."""
        self._colours, self._chosen, self._opacity = colours, chosen, opacity
        self._show_pictures()
        # Where there are pictures, there are no curves.
        for index, (curve, colour) in enumerate(zip(self.curves, colours, strict=False)):
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

    def _items(self) -> list[FramedCurve | LinePicture]:
        """Return what is on the plot."""
        return [*self.curves, *(one for one in (self.rest, self.marked) if one is not None)]

    def _show_pictures(self) -> None:
        """Let the pictures show the lines as they are, if there are pictures."""
        if self.rest is None or self.marked is None or len(self._colours) != len(self.y):
            return
        is_chosen = np.arange(len(self.y)) == self._chosen
        for picture, shown, opacity in ((self.rest, ~is_chosen, self._opacity),
                                        (self.marked, is_chosen, 1.0)):
            picture.set_lines(
                self.x, np.maximum(self.y[shown], self._floor),
                [colour for colour, is_shown in zip(self._colours, shown, strict=True)
                 if is_shown], opacity)
