"""Every layer's gradient over the whole run as one picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsRectItem, QHBoxLayout, QSizePolicy, QWidget

from gui import theme
from gui.plots.axes import Axis, decimal_text, log_ticks
from gui.plots.canvas import Canvas
from gui.plots.feed import Reals, Series
from gui.plots.ranges import log10, run_span
from gui.plots.titles import power_text

DECADES = 12


class LayerAxis(Axis):
    """Numbers of layers, the first at the top."""

    def __init__(self) -> None:
        self.numbers: Sequence[int] = ()
        super().__init__("left")

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        """Return the middles of as many rows as have room for a number."""
        if not self.numbers:
            return []
        room = max(1, int(size / theme.px(17)))
        every = next(k for k in (1, 2, 5, 10, 20, 50, 100) if k * room >= len(self.numbers))
        last = len(self.numbers) - 1
        rows = [i for i in range(0, last + 1, every) if i == last or last - i >= every * 0.6]
        return [(1.0, [i + 0.5 for i in (*rows, *([last] if last not in rows else []))])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers of the layers in these rows."""
        return [str(self.numbers[int(value)]) for value in values]


class ColourBar(QWidget):
    """A vertical scale of colours with powers of ten."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ends = (-6.0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_ends(self, low: float, high: float) -> None:
        """Label the scale from 10**low to 10**high."""
        if (low, high) != self._ends:
            self._ends = (low, high)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the scale and its labels."""
        painter = QPainter(self)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        line = QFontMetricsF(font).height()
        box = QRectF(theme.px(4), line / 2, theme.px(10), self._height() - line / 2)
        table = np.ascontiguousarray(theme.sequential_map()[::-1].reshape(256, 1, 3))
        painter.drawImage(box, QImage(table.tobytes(), 1, 256, 3, QImage.Format.Format_RGB888))
        low, high = self._ends
        painter.setPen(QColor(theme.current().axis))
        for tick in log_ticks(low, high, max(2, int(box.height() / (1.6 * line)))):
            y = box.bottom() - (tick - low) / (high - low) * box.height()
            painter.drawLine(QLineF(box.right(), y, box.right() + theme.px(3), y))
            place = QRectF(box.right() + theme.px(6), y - line / 2, self.width(), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, decimal_text(10.0**tick))

    def _height(self) -> float:
        # The scale ends where the picture beside it does: above the step axis.
        return self.height() - theme.px(8) - self.fontMetrics().height()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedWidth(theme.px(24) + self.fontMetrics().horizontalAdvance("1e-12"))
        self.update()


class Waterfall(QWidget):
    """Rows are layers, columns are steps, colour is log10 of the figure.

    Signals
    -------
    layer_selected(str)
        A person clicked on the row of this layer.
    """

    layer_selected = Signal(str)

    def __init__(self, figure: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure = figure
        self._ids: tuple[str, ...] = ()
        self._titles: dict[str, str] = {}
        self._selected = ""
        self._x: Reals = np.zeros(0)
        self._y: Reals = np.zeros((0, 0))
        self._axis = LayerAxis()
        self.canvas = Canvas(self._axis, "Press Run to start")
        self.canvas.box.invertY(True)
        self.image = pg.ImageItem(axisOrder="row-major")
        # Two strokes, so that one of them stands out from whatever colour is below.
        self._frame = QGraphicsRectItem()
        self._frame.setZValue(20)
        self._halo = QGraphicsRectItem(self._frame)
        self._halo.setFlag(QGraphicsRectItem.GraphicsItemFlag.ItemStacksBehindParent)
        self.canvas.addItem(self.image)
        self.canvas.addItem(self._frame)
        self.bar = ColourBar()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.bar)
        self.canvas.hovered.connect(self._on_canvas_hovered)
        self.canvas.pressed.connect(self._on_canvas_pressed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_nothing()

    def set_layers(
        self, ids: Sequence[str], numbers: Sequence[int], titles: Sequence[str]
    ) -> None:
        """Show these layers; see `gui.plots.curves.LayerCurves.set_layers`."""
        self._ids = tuple(ids)
        self._titles = dict(zip(ids, titles, strict=True))
        self._axis.numbers = tuple(numbers)
        self.show_nothing()
        self._place_frame()

    def set_selected(self, layer_id: str) -> None:
        """Frame this layer's row."""
        self._selected = layer_id
        self._place_frame()

    def show_nothing(self) -> None:
        """Empty the picture."""
        self._x, self._y = np.zeros(0), np.zeros((len(self._ids), 0))
        self.image.hide()
        self.bar.hide()
        self._frame.hide()
        self.canvas.hide_readout()
        self.canvas.set_empty(True)
        self.canvas.set_ranges((0.0, 100.0), (0.0, float(max(len(self._ids), 1))))

    def draw(self, history: Series) -> None:
        """Draw the newest history."""
        x = self._x = history.steps()
        if not self._ids or not len(x):
            self.show_nothing()
            return
        y = self._y = log10(np.stack([history.mean(f"{i}/{self._figure}") for i in self._ids]))
        known = y[np.isfinite(y)]
        high = math.ceil(float(known.max())) if len(known) else 0
        low = max(math.floor(float(known.min())), high - DECADES) if len(known) else -1
        low = min(low, high - 1)
        shade = 1 + np.clip((y - low) / (high - low), 0, 1) * 254
        self.image.setImage(
            np.where(np.isfinite(y), shade, 0).astype(np.uint8), autoLevels=False, levels=(0, 255))
        span = run_span(x)
        end = max(float(x[-1]), 1.0)
        self.image.setRect(QRectF(0.0, 0.0, end, float(len(self._ids))))
        self.image.show()
        self.bar.set_ends(low, high)
        self.bar.show()
        self.canvas.set_empty(False)
        self.canvas.set_ranges(span, (0.0, float(len(self._ids))))
        self._place_frame()

    def layer_at(self, point: QPointF) -> str:
        """Return the layer whose row a point is in; empty outside."""
        row = math.floor(point.y())
        return self._ids[row] if 0 <= row < len(self._ids) and len(self._x) else ""

    def _place_frame(self) -> None:
        self._frame.setVisible(self._selected in self._ids and len(self._x) > 0)
        if self._frame.isVisible():
            row = self._ids.index(self._selected)
            for item in (self._frame, self._halo):
                item.setRect(QRectF(0.0, row, float(self._x[-1]), 1.0))

    @Slot(object)
    def _on_canvas_hovered(self, point: QPointF | None) -> None:
        layer_id = "" if point is None else self.layer_at(point)
        if point is None or not layer_id:
            self.canvas.hide_readout()
            return
        at = int(np.argmin(np.abs(self._x - point.x())))
        value = power_text(float(self._y[self._ids.index(layer_id), at]))
        text = f"{self._titles[layer_id]}   {value} at step {self._x[at]:,.0f}"
        self.canvas.show_readout(text, float(self._x[at]))

    @Slot(QPointF)
    def _on_canvas_pressed(self, point: QPointF) -> None:
        layer_id = self.layer_at(point)
        if layer_id:
            self.layer_selected.emit(layer_id)

    @Slot()
    def _on_theme_changed(self) -> None:
        table = np.zeros((256, 4), np.uint8)
        table[1:, :3] = theme.sequential_map()[1:]
        table[1:, 3] = 255
        self.image.setLookupTable(table)
        self._frame.setPen(pg.mkPen(theme.current().text, width=2))
        self._halo.setPen(pg.mkPen(theme.current().surface, width=5))
