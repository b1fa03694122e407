"""The range in which an update is a healthy share of its weight."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QColor

from gui import theme
from gui.plots.canvas import Canvas
from gui.plots.graph import pg

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
        self._label = pg.TextItem(text, anchor=(0.0, 0.0))
        self._label.setZValue(30)
        self._line.setZValue(-10)
        self._box = canvas.box
        for item in (self._region, self._line, self._label):
            canvas.addItem(item, ignoreBounds=True)
        canvas.box.sigRangeChanged.connect(self._place)
        canvas.box.sigResized.connect(self._place)
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
        ground.setAlphaF(0.75)
        self._label.fill = pg.mkBrush(ground)
        self._label.setColor(tokens.good)
        font = theme.base_font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        self._label.setFont(font)
        self._place()

    @Slot()
    def _place(self) -> None:
        """Keep the label at the upper edge of what is seen of the band."""
        (left, _), (low, high) = self._box.viewRange()
        self._label.setPos(left, min(ENDS[1], high))
        self._label.setVisible(low < ENDS[1] and high > ENDS[0])
