"""Histograms of all layers on one axis, a ridge for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.telemetry.parts import Part
from engine.telemetry.snapshot import MAGNITUDE_STEP, Array, LayerReading, Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.plots.axes import ScaleAxis, decimal_text
from gui.plots.feed import Reals, Seen
from gui.plots.graph import pg
from gui.plots.layer_view import LayerView, Told
from gui.plots.picture_sides import LayerAxis
from gui.plots.ranges import EasedRange
from gui.plots.titles import power_text
from gui.plots.weight_layers import WeightLayers

LEAST_ROWS, SHARE_OF_ALL = 1.25, 0.1
"""How high a ridge is: in rows, and as a share of all rows, whichever is more."""
RARE = 0.002
"""Share of the numbers of a layer on either side that the axis need not show."""
TINT, CHOSEN_TINT = 0.72, 0.3
SMOOTH_RIDGES = 20
FOOT = 0.03
"""Share of its height up to which a ridge has no line."""


@dataclass(frozen=True)
class Histogram:
    """How many numbers of a layer lie where.

    Attributes
    ----------
    edges : float64[b + 1]
        Ends of the bins, as they stand on the axis.
    counts : int64[b]
        Numbers in each.
    zeros : float
        Share of all numbers that are 0, which a logarithmic axis does not have; NaN for unknown.
    """

    edges: Reals
    counts: np.ndarray[Any, np.dtype[np.int64]]
    zeros: float = math.nan

    @property
    def total(self) -> int:
        """How many numbers there are, without zeros that the axis does not have."""
        return int(self.counts.sum())

    def quantiles(self, *shares: float) -> list[float]:
        """Return the places below which these shares of the numbers lie."""
        whole = np.concatenate(([0.0], np.cumsum(self.counts) / self.total))
        return np.interp(shares, whole, self.edges).tolist()

    def outline(self) -> tuple[Reals, Reals]:
        """Return a line over the bins, and how high it is there, 0 to 1."""
        middles = (self.edges[:-1] + self.edges[1:]) / 2
        x = np.concatenate((self.edges[:1], middles, self.edges[-1:]))
        return x, np.concatenate(([0.0], self.counts / max(self.counts.max(), 1), [0.0]))


class Ridge(NamedTuple):
    """A ridge as it is drawn.

    Attributes
    ----------
    row : int
        Place of its layer.
    area, line : QPolygonF
        What is filled, and the line over it, in data coordinates.
    """

    row: int
    area: QPolygonF
    line: QPolygonF


class Ridges(pg.GraphicsObject):  # type: ignore[misc]
    """All ridges of a plot, each in front of the one above it."""

    def __init__(self) -> None:
        super().__init__()
        self._ridges: list[Ridge] = []
        self._brushes: list[QBrush] = []
        self._pens: list[QPen] = []
        self._chosen = -1
        self._bounds = QRectF()

    def set_ridges(self, ridges: list[Ridge], bounds: QRectF) -> None:
        """Show other ridges, and what holds them all, in data coordinates."""
        self.prepareGeometryChange()
        self._ridges, self._bounds = ridges, bounds
        self.update()

    def set_colours(self, colours: Sequence[QColor], chosen: int) -> None:
        """Set the colour of every row, and the row that is selected, -1 for none."""
        self._chosen, tokens = chosen, theme.current()
        self._brushes = [QBrush(theme.blended(colour.name(), tokens.surface,
                                              CHOSEN_TINT if row == chosen else TINT))
                         for row, colour in enumerate(colours)]
        self._pens = [pg.mkPen(tokens.text, width=2) if row == chosen else pg.mkPen(colour)
                      for row, colour in enumerate(colours)]
        self.update()

    def areas(self) -> dict[int, QPolygonF]:
        """Return the areas that are drawn, by row."""
        return {ridge.row: ridge.area for ridge in self._ridges}

    def boundingRect(self) -> QRectF:
        """Return what holds all ridges."""
        return self._bounds

    def paint(self, painter: QPainter, *_args: Any) -> None:
        """Draw the ridges from the first layer to the last, the selected one over all others."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing,
                              len(self._ridges) <= SMOOTH_RIDGES)
        for ridge in sorted(self._ridges, key=lambda one: one.row == self._chosen):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._brushes[ridge.row])
            painter.drawPolygon(ridge.area)
            painter.setPen(self._pens[ridge.row])
            painter.drawPolyline(ridge.line)


class RidgeView(LayerView):
    """A histogram of every layer now, on one axis; every ridge is as high as any other.

    A subclass takes the histograms out of readings.

    Parameters
    ----------
    word : str
        What the axis is a scale of.
    logarithmic : bool
        Whether its places are log10.

    Signals
    -------
    layer_selected(str)
        A person clicked on the row of this layer.
    """

    needs_steps = False
    counted = "numbers"
    """What is counted."""
    unit = "[unit of activation]"

    def __init__(self, word: str, *, logarithmic: bool, parent: QWidget | None = None) -> None:
        self._rows = LayerAxis()
        self._logarithmic = logarithmic
        super().__init__(self._rows, parent=parent,
                         bottom=ScaleAxis(word, logarithmic=logarithmic))
        self._scale = word
        self._range = EasedRange(0.5)
        self._step = 0
        self._shown: dict[int, Histogram] = {}
        self._drawn: Snapshot | None = None
        self.canvas.box.invertY(True)
        self.ridges = Ridges()
        self.canvas.addItem(self.ridges)
        self._mark_selected()
        self.show_nothing()

    def set_layers(self, layers: WeightLayers, _beside: WeightLayers | None = None) -> None:
        """Show these layers; nothing is known of them yet."""
        self._range.reset()
        super().set_layers(layers)

    def show_nothing(self) -> None:
        """Empty the picture."""
        super().show_nothing()
        self._shown, self._drawn = {}, None
        self.ridges.set_ridges([], QRectF())
        self.canvas.set_ranges((-6.0, 0.0) if self._logarithmic else (-1.0, 1.0), self._reach())

    def draw(self, seen: Seen) -> None:
        """Draw the newest snapshot."""
        if seen.snapshot is None or not self.wanted <= seen.snapshot.parts:
            return
        if seen.snapshot is self._drawn:
            # Frames are more frequent than snapshots.
            return
        self._drawn = seen.snapshot
        found = {one.layer_id: self.histogram(one) for one in seen.snapshot.layers}
        self._step = seen.snapshot.step
        self._shown = {row: histogram for row, layer_id in enumerate(self._layers.ids)
                       if (histogram := found.get(layer_id)) is not None and histogram.total}
        self.canvas.set_empty(not self._shown)
        if not self._shown:
            self.ridges.set_ridges([], QRectF())
            return
        spans = [one.quantiles(RARE, 1 - RARE) for one in self._shown.values()]
        ends = self._range.towards(min(low for low, _ in spans), max(high for _, high in spans))
        reach = self._reach()
        self.canvas.set_ranges(ends, reach)
        height = self._height()
        self.ridges.set_ridges(
            [_ridge(one, row, height, ends) for row, one in self._shown.items()],
            QRectF(ends[0], reach[0], ends[1] - ends[0], reach[1] - reach[0]))

    def histogram(self, reading: LayerReading) -> Histogram | None:
        """Return the histogram of a layer; None if there is none."""
        raise NotImplementedError

    def table(self) -> Table:
        """Return every bin of every layer: the layer, both ends, and the count; zeros first."""
        parts = [self._bins(row, one) for row, one in self._shown.items()]
        columns = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
        ends = (f"{self._scale}, {end} {self.unit}" for end in ("from", "to"))
        names = ["layer", "title", *ends, self.counted]
        return (names, columns) if columns else ([], [])

    def _bins(self, row: int, one: Histogram) -> tuple[Array, ...]:
        """Return the columns of a layer, in plain numbers."""
        edges, counts = 10.0 ** one.edges if self._logarithmic else one.edges, one.counts
        low, high = edges[:-1], edges[1:]
        if 0 < one.zeros < 1:
            zeros = round(one.total * one.zeros / (1 - one.zeros))
            low, high, counts = (np.concatenate(([first], rest)) for first, rest in
                                 ((0.0, low), (0.0, high), (zeros, counts)))
        return (np.full(len(counts), self._layers.positions[row]),
                np.full(len(counts), self._layers.titles[row], object), low, high, counts)

    def _told(self, point: QPointF) -> Told | None:
        row = max(math.floor(point.y()), 0)
        one = self._shown.get(row)
        if one is None:
            return None
        place = int(np.searchsorted(one.edges, point.x(), "right")) - 1
        count = int(one.counts[place]) if 0 <= place < len(one.counts) else 0
        parts = [f"{count / one.total:.1%} near {self._number(point.x())}",
                 f"median {self._number(one.quantiles(0.5)[0])}"]
        if one.zeros > 0:
            parts.append(f"{one.zeros:.0%} zeros")
        return Told(self._layers.ids[row], f"{self._layers.titles[row]}   {', '.join(parts)}"
                    f" at step {self._step:,}", point.x())

    def _number(self, place: float) -> str:
        return power_text(place) if self._logarithmic else _plain(place)

    def _height(self) -> float:
        return max(LEAST_ROWS, SHARE_OF_ALL * len(self._layers.ids))

    def _reach(self) -> tuple[float, float]:
        return 1.0 - self._height(), float(max(len(self._layers.ids), 1)) + 0.1

    def _arrange(self) -> None:
        self._rows.numbers = self._layers.positions
        self._mark_selected()

    def _mark_selected(self) -> None:
        self.ridges.set_colours(self._layers.colours(), self._layers.place_of(self._selected))

    def _dress(self) -> None:
        self._mark_selected()


class ActivationRidges(RidgeView):
    """Activations on the probe batch, on their values."""

    shows_every_layer = True
    counted = "activations"
    wanted = frozenset({Part.READINGS})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("activation", logarithmic=False, parent=parent)

    def histogram(self, reading: LayerReading) -> Histogram | None:
        """Return that of a layer's activations."""
        low, high = reading.histogram_range
        if not math.isfinite(high - low):
            return None
        if not high > low:
            # All are the same: the kernel has counted them in the first bin.
            edge = max(abs(low), 1.0) * 1e-3
            return Histogram(np.array([low - edge, low + edge]),
                             np.array([reading.histogram.sum()]))
        return Histogram(np.linspace(low, high, len(reading.histogram) + 1), reading.histogram)


class GradientRidges(RidgeView):
    """Magnitudes of dL/dW in the last step, on log10 of them."""

    counted = "weights"
    unit = "[unit of the loss per unit of weight]"
    wanted = frozenset({Part.MAGNITUDES})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("|dL/dW|", logarithmic=True, parent=parent)

    def histogram(self, reading: LayerReading) -> Histogram | None:
        """Return that of a layer's gradient."""
        bins = len(reading.magnitudes)
        if not bins:
            return None
        edges = reading.magnitudes_from + MAGNITUDE_STEP * np.arange(bins + 1.0)
        return Histogram(np.asarray(edges, np.float64), reading.magnitudes,
                         reading.gradient_zero_share)


def _plain(value: float) -> str:
    text = f"{value:.2g}" if abs(value) >= 1e-3 or value == 0 else decimal_text(abs(value))
    return f"\N{MINUS SIGN}{text.lstrip('-')}" if value < 0 else text


def _ridge(one: Histogram, row: int, height: float, ends: tuple[float, float]) -> Ridge:
    """Return a ridge that stands on the lower edge of its row."""
    x, y = one.outline()
    high = np.flatnonzero(y > FOOT)
    across, along = np.clip(x, *ends), row + 1.0 - height * 0.96 * y
    # Without the foot: a hundred long tails would be all that is seen.
    risen = slice(high[0] - 1, high[-1] + 2)
    made = pg.functions.arrayToQPolygonF
    return Ridge(row, made(across, along), made(across[risen], along[risen]))
