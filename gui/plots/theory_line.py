"""What theory expects of every layer: a line of fine dots, and the band in which seeds lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen

from gui import theme
from gui.frames.theory import Theory
from gui.plots.band import Band
from gui.plots.curve import FramedCurve
from gui.plots.feed import Reals
from gui.plots.graph import pg
from gui.plots.legend import STROKE_PX, LegendEntry
from gui.plots.ranges import log10

TITLE = "theory"
TIP = ("Fine dots: the gradient that theory expects of each layer with such random weights. The "
       "area is where 90 % of all seeds lie.")
DOTS = (1.0, 3.0)
OPACITY = 0.12
BEHIND = -15


class TheoryLine:
    """The line and the band of one run's theory. GUI thread only.

    Parameters
    ----------
    canvas : Canvas
        The plot to draw them on.
    """

    def __init__(self, canvas: Any) -> None:
        self.band, self.line = Band(), FramedCurve(smooth=True)
        self._values = self._low = self._high = np.zeros(0)
        self.band.setZValue(BEHIND)
        for item in (self.band, self.line):
            canvas.addItem(item)
        self.dress()

    def read(self, theory: Theory, order: Sequence[str]) -> None:
        """Take what theory expects of the layers in this order; it shows when drawn next."""
        expected = [theory.of(layer_id) for layer_id in order]
        self._values, self._low, self._high = (
            log10(np.array([np.nan if one is None else getattr(one, name) for one in expected]))
            for name in ("gradient_rms", "low", "high"))

    def values(self) -> Reals:
        """Return log10 of what is expected, float64[layers]; NaN where nothing is."""
        return self._values

    def finite(self) -> Reals:
        """Return what of that is finite, and the ends of the band."""
        there = np.isfinite(self._values)
        found = np.concatenate([row[there] for row in (self._values, self._low, self._high)])
        finite: Reals = found[np.isfinite(found)]
        return finite

    def draw(self, bounds: QRectF, ends: tuple[float, float]) -> None:
        """Draw both, cut at the bottom and the top of the plot."""
        x = np.arange(1.0, len(self._values) + 1.0)
        there = np.isfinite(self._values)
        self.line.set_bounds(bounds)
        self.line.set_points(x[there], self._values[there])
        self.band.set_data(x, np.where(there, self._low, np.nan),
                           np.where(there, self._high, np.nan), ends)

    def clear(self) -> None:
        """Draw nothing."""
        self._values = self._low = self._high = np.zeros(0)
        self.line.set_points(self._values, self._values)
        self.band.clear()

    def dress(self) -> None:
        """Take colours from the theme."""
        pen = pg.mkPen(theme.current().text, width=2, dash=DOTS)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.line.setPen(pen)
        self.band.set_colour(theme.current().text, OPACITY)


class TheoryEntry(LegendEntry):
    """What the fine dots are, in a legend."""

    def __init__(self) -> None:
        super().__init__(TITLE, "text", tooltip=TIP, has_value=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dots, and the word."""
        if not self.width_for(self._detail):
            return
        tokens, thick, middle = theme.current(), theme.px(2), self.height() / 2
        painter = QPainter(self)
        pen = QPen(QColor(tokens.text), thick)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern(list(DOTS))
        painter.setPen(pen)
        painter.drawLine(QLineF(1, middle, theme.px(STROKE_PX), middle))
        painter.setPen(QColor(tokens.text_muted))
        painter.drawText(self.rect().adjusted(theme.px(STROKE_PX + 6), 0, 0, 0),
                         int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
                         self.shown())
