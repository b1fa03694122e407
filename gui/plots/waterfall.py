"""Every layer's gradient over the whole run as one picture."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from engine.telemetry.tables import Table
from gui import theme
from gui.plots.count import LEAST_STEPS, Count
from gui.plots.cursor_mark import CursorMark
from gui.plots.drawn import Drawn, end_of
from gui.plots.feed import Seen
from gui.plots.graph import pg
from gui.plots.layer_view import NOWHERE, LayerView
from gui.plots.picture_sides import ColourBar, LayerAxis
from gui.plots.tables import layers_table

DECADES = 12


class Waterfall(LayerView):
    """Rows are layers, columns are steps, colour is log10 of the figure; 0 has none.

    Parameters
    ----------
    figure : str
        Column of the history behind ``LAYER/``.

    Signals
    -------
    layer_selected(str)
        A person clicked on the row of this layer.
    """

    def __init__(self, figure: str, parent: QWidget | None = None) -> None:
        self._axis = LayerAxis()
        super().__init__(self._axis, parent=parent)
        self._figure = figure
        self._drawn = Drawn(self.canvas)
        self._seen: Seen | None = None
        self.canvas.box.invertY(True)
        self.image = pg.ImageItem(axisOrder="row-major")
        # Two strokes, so that one of them stands out from whatever colour is below.
        self._frame = QGraphicsRectItem()
        self._frame.setZValue(20)
        self._halo = QGraphicsRectItem(self._frame)
        self._halo.setFlag(QGraphicsRectItem.GraphicsItemFlag.ItemStacksBehindParent)
        self.canvas.addItem(self.image)
        self.canvas.addItem(self._frame)
        self.mark = CursorMark(self.canvas)
        self.bar = ColourBar()
        self._row.addWidget(self.bar)
        self._dress()
        self.show_nothing()

    def show_nothing(self) -> None:
        """Empty the picture."""
        super().show_nothing()
        self.image.hide()
        self.bar.hide()
        self._frame.hide()
        self.mark.show(None)
        self._drawn.forget()
        self._seen = None
        self.canvas.set_ranges((0.0, 100.0), (0.0, float(max(len(self._layers.ids), 1))))

    def draw(self, seen: Seen) -> None:
        """Draw the newest history."""
        self._seen, history = seen, seen.history
        x, n_layers = history.steps(), len(self._layers.ids)
        if not n_layers or not len(x):
            self.show_nothing()
            return
        self.mark.follow(seen, Count.STEPS)
        reached = [end_of(history, Count.STEPS, seen.epochs)]
        if self._drawn.shows(seen.run_id, reached):
            return
        self._x = x
        y = self._y = self._layers.log_means(history, self._figure)
        known = y[np.isfinite(y)]
        high = math.ceil(float(known.max())) if len(known) else 0
        low = max(math.floor(float(known.min())), high - DECADES) if len(known) else -1
        low = min(low, high - 1)
        shade = 1 + np.clip((y - low) / (high - low), 0, 1) * 254
        self.image.setImage(
            np.where(np.isfinite(y), shade, 0).astype(np.uint8), autoLevels=False, levels=(0, 255))
        end = max(float(x[-1]), 1.0)
        self.image.setRect(QRectF(0.0, 0.0, end, float(n_layers)))
        self.image.show()
        self.bar.set_ends(low, high)
        self.bar.show()
        self.canvas.set_empty(False)
        self.canvas.set_ranges((0.0, max(float(x[-1]), LEAST_STEPS)), (0.0, float(n_layers)))
        self._drawn.note(seen.run_id, reached)
        self._mark_selected()

    def table(self) -> Table:
        """Return step, epoch, and of every layer the geometric mean and the extremes."""
        if self._seen is None:
            return [], []
        return layers_table(self._seen, (self._layers,), self._figure, Count.STEPS,
                            is_log10=False)

    def _nearest(self, point: QPointF) -> tuple[int, int]:
        row = math.floor(point.y())
        if not 0 <= row < len(self._y) or not len(self._x):
            return NOWHERE
        return row, int(np.argmin(np.abs(self._x - point.x())))

    def _arrange(self) -> None:
        self._axis.numbers = self._layers.positions

    def _mark_selected(self) -> None:
        ids = self._layers.ids
        self._frame.setVisible(self._selected in ids and len(self._x) > 0)
        if self._frame.isVisible():
            row = ids.index(self._selected)
            for item in (self._frame, self._halo):
                item.setRect(QRectF(0.0, row, float(self._x[-1]), 1.0))

    def _dress(self) -> None:
        table = np.zeros((256, 4), np.uint8)
        table[1:, :3] = theme.sequential_map()[1:]
        table[1:, 3] = 255
        self.image.setLookupTable(table)
        self._frame.setPen(pg.mkPen(theme.current().text, width=2))
        self._halo.setPen(pg.mkPen(theme.current().surface, width=5))
