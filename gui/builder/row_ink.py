"""What all rows are painted with: fonts, colours, short texts, the grid, bars and histograms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QLine, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from engine.telemetry.snapshot import LayerReading
from gui import theme
from gui.builder.axis import TICK_SPACING, GradientAxis
from gui.builder.band import band_brush
from gui.builder.columns import Columns, Density

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
SIZES = (9, 11, 13)
"""Heights of text in px."""


class RowsScene(Protocol):
    """What is asked of the view that rows are painted for."""

    columns: Columns
    density: Density
    row_height: int
    axis: GradientAxis
    dirty: QRect
    hovered: int


class RowInk:
    """Paints what rows are made of. GUI thread only.

    Parameters
    ----------
    scene : RowsScene
        Columns, density, axis and what has to be painted.
    """

    def __init__(self, scene: RowsScene) -> None:
        self.scene = scene
        self._colours: list[QColor] = []
        self._fonts: dict[tuple[int, bool], QFont] = {}
        self._ticks_for: tuple[float, float, int] | None = None
        self._ticks_at: list[int] = []

    def restyle(self, font: QFont, depth: int) -> None:
        """Take colours and fonts from the theme, for so many rows."""
        self._colours = theme.depth_colours(max(depth, 1))
        self._fonts = {}
        for size in SIZES:
            for bold in (False, True):
                styled = QFont(font)
                styled.setPixelSize(theme.px(size))
                styled.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
                self._fonts[size, bold] = styled

    def depth_colour(self, place: int) -> QColor:
        """Return the colour of the layer in this row."""
        return self._colours[min(place, len(self._colours) - 1)]

    def font(self, size: int, *, bold: bool = False) -> QFont:
        """Return the font of a height."""
        return self._fonts[size, bold]

    def metrics(self, size: int, *, bold: bool = False) -> QFontMetrics:
        """Return how wide texts of a height are."""
        return QFontMetrics(self._fonts[size, bold])

    # Texts

    def text(self, painter: QPainter, box: QRect, text: str, colour: str, size: int, *,
             bold: bool = False) -> None:
        """Draw a line of text, shortened to the box."""
        painter.setFont(self._fonts[size, bold])
        painter.setPen(QColor(colour))
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(text) > box.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, LEFT, text)

    def figure(self, painter: QPainter, box: QRect, text: str, colour: str, size: int,
               side: Qt.AlignmentFlag = LEFT, *, bold: bool = False) -> None:
        """Draw a short text for which the column is wide enough; much faster than `text`."""
        painter.setFont(self._fonts[size, bold])
        painter.setPen(QColor(colour))
        painter.drawText(box, side, text)

    # The gradient's axis

    def ticks(self, width: int) -> list[int]:
        """Return where the decades of a bar's column are, in px."""
        axis = self.scene.axis
        key = axis.low, axis.high, width
        if key != self._ticks_for:
            self._ticks_for = key
            self._ticks_at = [round(share * (width - 1)) for _, share
                              in axis.ticks(width, theme.px(TICK_SPACING))]
        return self._ticks_at

    def grid(self, painter: QPainter, box: QRect) -> None:
        """Draw the decades behind a bar."""
        painter.setPen(QColor(theme.current().border))
        top, bottom = box.top(), box.top() + box.height()
        painter.drawLines([QLine(box.left() + x, top, box.left() + x, bottom)
                           for x in self.ticks(box.width())])

    def bar(self, painter: QPainter, line: QRect, gradient: float, state: str) -> None:
        """Draw a gradient from the left of a line, which is as high as the bar."""
        if not gradient > 0:
            return
        length = round(self.scene.axis.share(gradient) * (line.width() - 1))
        painter.fillRect(QRect(line.left(), line.top(), max(length, 2), line.height()),
                         QColor(theme.status_colour(state)))
        painter.setPen(QColor(theme.current().surface))
        bottom = line.top() + line.height() - 1
        painter.drawLines([QLine(line.left() + x, line.top(), line.left() + x, bottom)
                           for x in self.ticks(line.width()) if 0 < x < length])

    def band(self, painter: QPainter, line: QRect, reading: LayerReading) -> None:
        """Draw between which gradients of dL/dW most lie, along the middle of a bar."""
        axis = self.scene.axis
        if not reading.gradient_high > 0:
            return
        left = round(axis.share(reading.gradient_low) * (line.width() - 1))
        right = round(axis.share(reading.gradient_high) * (line.width() - 1))
        thick = max(line.height() // 3, 2)
        span = QRect(line.left() + left, line.top() + (line.height() - thick) // 2,
                     max(right - left, 2), thick)
        painter.fillRect(span, band_brush(span, not axis.holds(reading.gradient_low),
                                          not axis.holds(reading.gradient_high)))

    def expected(self, painter: QPainter, line: QRect, gradient: float) -> None:
        """Draw a tick across a bar where theory expects its end; beyond the axis is no place."""
        axis, px = self.scene.axis, theme.px
        if not axis.holds(gradient):
            return
        height = min(line.height() + px(8), self.scene.row_height)
        x = line.left() + round(axis.share(gradient) * (line.width() - 1))
        tick = QRect(x - 1, line.top() + (line.height() - height) // 2, 2, height)
        # An edge in the ground's colour lets it stand out from the bar as well.
        painter.fillRect(tick.adjusted(-1, 0, 1, 0), QColor(theme.current().surface))
        painter.fillRect(tick, QColor(theme.current().text))

    # Histograms

    def histogram(self, painter: QPainter, box: QRect, bins: Sequence[tuple[float, float, int]],
                  colour: QColor, *, root: bool = False) -> None:
        """Draw bins, each with its ends, 0 to 1, and its count, on the bottom of a box.

        As high as their counts, or with ``root`` as the square roots of them, so that a spike does
        not hide the rest.
        """
        top = max((count for _, _, count in bins), default=0)
        if not top:
            return
        base, bars = box.bottom(), []
        for begin, end, count in bins:
            left, right = round(begin * (box.width() - 1)), round(end * (box.width() - 1))
            share = math.sqrt(count * top) if root else count
            height = max(round(box.height() * share / top), 1)
            gap = 1 if right - left >= 3 else 0
            bars.append(QRect(box.left() + left, base - height, max(right - left - gap, 1), height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(bars)
        painter.setPen(QColor(theme.current().border))
        painter.drawLine(box.left(), base, box.right(), base)


def scale_text(value: float) -> str:
    """Return a standard deviation in two figures: ``0.83``, ``12``, ``7e+06``."""
    if math.isnan(value):
        return "–"
    return f"{value:.2g}" if 0.01 <= value < 100 or value == 0 else f"{value:.0e}"
