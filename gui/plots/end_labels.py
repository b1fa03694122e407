"""Numbers at the right ends of curves, so that no legend is needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.plots.canvas import Canvas
from gui.plots.feed import Reals

Flags = NDArray[np.bool_]
ZERO = "=0"
GAP_PX = 5
"""From the end of a curve to its label."""

class EndLabels(QWidget):
    """A strip over the right margin of a canvas with a number at the end of every curve.

    Where curves end close together the numbers move apart; where there is no room for all of
    them, the selected one, the first and the last come first. A curve that ends at 0, which a
    logarithmic axis does not have, says so: ``3=0``.

    Parameters
    ----------
    canvas : Canvas
        The plot whose right margin it takes.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._texts: list[str] = []
        self._colours: list[QColor] = []
        self._chosen: Collection[int] = ()
        self._first: Sequence[int] = ()
        self._heights: Reals = np.zeros(0)
        self._zeros: Flags = np.zeros(0, np.bool_)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        canvas.box.sigResized.connect(self._place)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_texts(self, texts: Sequence[str], first: Sequence[int] = ()) -> None:
        """Set the text of every curve.

        Parameters
        ----------
        texts : sequence of str
            In the order of the curves.
        first : sequence of int
            Which come before others where there is no room for all, the first and the last of
            those that there are if none are named.
        """
        self._texts, self._first = list(texts), first
        self.set_heights(np.full(len(self._texts), np.nan))
        self._on_theme_changed()

    def set_colours(self, colours: Sequence[QColor], chosen: Collection[int] = ()) -> None:
        """Set the colour of every curve and which of them are selected."""
        self._colours, self._chosen = list(colours), chosen
        self.update()

    def set_heights(self, heights: Reals, zeros: Flags | None = None) -> None:
        """Set where every curve ends.

        Parameters
        ----------
        heights : float64[n]
            On the value axis; NaN for no curve.
        zeros : bool[n] | None
            Whether it ends there because its figure is 0.
        """
        self._heights = heights
        self._zeros = np.zeros(len(heights), np.bool_) if zeros is None else zeros
        self.update()

    def texts(self) -> list[str]:
        """Return the text of every curve."""
        return list(self._texts)

    def shown(self) -> list[str]:
        """Return the labels as they are drawn, from top to bottom."""
        return [self._text(index) for index, _ in self._arranged(self._line())]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the numbers."""
        painter = QPainter(self)
        font, line = self._font(), self._line()
        for index, y in self._arranged(line):
            font.setBold(index in self._chosen)
            painter.setFont(font)
            painter.setPen(self._readable(index))
            place = QRectF(theme.px(GAP_PX), y - line / 2, self.width(), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self._text(index))

    def _text(self, index: int) -> str:
        return self._texts[index] + (ZERO if self._zeros[index] else "")

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.8)
        return font

    def _line(self) -> float:
        return self.fontMetrics().height() * 0.85

    def _width(self) -> int:
        if not self._texts:
            return theme.px(4)
        bold = self._font()
        bold.setBold(True)
        widest = max(self._texts, key=len) + ZERO
        return round(QFontMetricsF(bold).horizontalAdvance(widest)) + theme.px(GAP_PX) + 1

    def _readable(self, index: int) -> QColor:
        tokens = theme.current()
        if index in self._chosen:
            return QColor(tokens.text)
        return theme.blended(self._colours[index].name(), tokens.text, 0.35)

    def _arranged(self, line: float) -> list[tuple[int, float]]:
        """Return (curve, y in px) for the numbers that find room, none over another."""
        box = self._canvas.box
        seen = self._canvas.mapFromScene(box.sceneBoundingRect()).boundingRect()
        low, high = box.viewRange()[1]
        # Not one by one: to map a point takes longer than to write a number.
        bottom, top = (self._canvas.mapFromScene(box.mapViewToScene(QPointF(0.0, end))).y()
                       for end in (low, high))
        with np.errstate(invalid="ignore"):
            heights = bottom + (self._heights - low) / (high - low) * (top - bottom)
            # Ends that somebody has zoomed past are not at the edge.
            inside = (heights >= seen.top() - line) & (heights <= seen.bottom() + line)
        ends_seen = np.flatnonzero(inside).tolist() if self._canvas.sees_end else []
        wanted = {index: float(heights[index]) for index in ends_seen}
        order = list(wanted)
        ends = self._first or (*order[:1], *order[-1:])
        first = [i for i in (*self._chosen, *ends) if i in wanted]
        room = int(self.height() / line)
        spread = order[:: max(1, -(-len(order) // max(room, 1)))]
        kept = list(dict.fromkeys([*first, *spread]))[:room]
        return _moved_apart(sorted((wanted[i], i) for i in kept), line, self.height())

    @Slot()
    def _place(self) -> None:
        box = self._canvas.mapFromScene(self._canvas.box.sceneBoundingRect()).boundingRect()
        width = self._width()
        self.setGeometry(self._canvas.width() - width, 0, width, box.bottom() + theme.px(3))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._canvas.getPlotItem().layout.setContentsMargins(0, theme.px(4), self._width(), 0)
        self._place()
        self.update()


def _moved_apart(
    wanted: list[tuple[float, int]], line: float, height: float
) -> list[tuple[int, float]]:
    placed = [max(y, line / 2) for y, _ in wanted]
    for k in range(1, len(placed)):
        placed[k] = max(placed[k], placed[k - 1] + line)
    limit = height - line / 2
    for k in range(len(placed) - 1, -1, -1):
        placed[k] = min(placed[k], limit)
        limit = placed[k] - line
    return [(index, y) for (_, index), y in zip(wanted, placed, strict=True)]
