"""The range in which an update is a healthy share of its weight."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QColor

from gui import theme
from gui.plots.canvas import Canvas

CENTRE = -3.0
ENDS = (-4.0, -2.0)


class GuideBand(QObject):
    """A tinted band from 1e-4 to 1e-2 with a line at 1e-3 and a label.

    Parameters
    ----------
    canvas : Canvas
        The plot, whose values are log10, to draw it on.
    text : str
        The label.
    """

    def __init__(self, canvas: Canvas, text: str) -> None:
        super().__init__(canvas)
        self._region = pg.LinearRegionItem(ENDS, orientation="horizontal", movable=False)
        self._region.setZValue(-20)
        self._line = pg.InfiniteLine(CENTRE, angle=0, movable=False)
        self._top = pg.InfiniteLine(
            ENDS[1], angle=0, movable=False, pen=pg.mkPen(None), label=text,
            labelOpts={"position": 0.01, "anchors": [(0.0, 0.0), (0.0, 0.0)]})
        self._line.setZValue(-10)
        for item in (self._region, self._line, self._top):
            canvas.addItem(item, ignoreBounds=True)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens = theme.current()
        tint = QColor(tokens.good)
        tint.setAlphaF(0.12)
        self._region.setBrush(tint)
        for edge in self._region.lines:
            edge.setPen(pg.mkPen(None))
        self._line.setPen(pg.mkPen(tokens.good, width=1, dash=[5, 4]))
        ground = QColor(tokens.surface)
        ground.setAlphaF(0.7)
        self._top.label.fill = pg.mkBrush(ground)
        self._top.label.setColor(tokens.good)
        font = theme.base_font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        self._top.label.setFont(font)
