"""The figure of each seed as a dot, A above B, so that two medians are not all that one sees."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme
from gui.widgets import linear_ticks, tick_text

WIDTH = 132
LETTER, DOT, ROW = 14, 6.5, 13
"""Px at 13 px text: width of the letters, of a dot, and height of a row."""
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
Tick = tuple[float, str]


class SeedDots(QWidget):
    """Two rows of dots over one axis, with a line at each median. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Sequence[float], Sequence[float]] = ((), ())
        self._medians = (math.nan, math.nan)
        self._larger_is_better = False
        self.setAccessibleName("Figure of every seed")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.updateGeometry)

    def show_figures(self, a: Sequence[float], b: Sequence[float], medians: tuple[float, float], *,
                     larger_is_better: bool = False) -> None:
        """Show the figures of A and B, one for each seed.

        Parameters
        ----------
        a, b : Sequence[float]
            One that is not finite stands at the worse end, as a bolt.
        medians : tuple[float, float]
            Those of A and of B.
        larger_is_better : bool
            Which end is the worse one.
        """
        self._rows, self._medians, self._larger_is_better = (a, b), medians, larger_is_better
        told = [f"{name}: " + ", ".join(_number(value) for value in values)
                for name, values in zip("AB", self._rows, strict=True)]
        self.setAccessibleDescription("; ".join(told))
        self.setToolTip("Each dot is a run with a seed of its own; the lines are the medians.\n"
                        + "\n".join(told))
        self.update()

    def is_logarithmic(self) -> bool:
        """Say whether each decade is as wide as the next: where losses lie a decade apart."""
        values = self._finite()
        return (not self._larger_is_better and bool(values) and min(values) > 0
                and max(values) >= 10 * min(values))

    def ends(self) -> tuple[float, float]:
        """Return the figures at both ends of the axis, as logarithms where it is one of them."""
        places = [self._place(value) for value in self._finite()]
        low, high = min(places, default=0.0), max(places, default=1.0)
        if self.is_logarithmic():
            low, high = math.floor(low + 1e-9), math.ceil(high - 1e-9)
            return (low, high) if high > low else (low - 1, high)
        spread = high - low or max(abs(high), 1e-6)
        return low - 0.08 * spread, high + 0.08 * spread

    def x_of(self, value: float) -> float:
        """Return where a figure stands, in px."""
        left, right = theme.px(LETTER) + theme.px(DOT), self.width() - theme.px(DOT)
        if not math.isfinite(value):
            return float(left if self._larger_is_better else right)
        low, high = self.ends()
        # The last dot's room is kept for runs that have come to no number.
        right -= theme.px(2 * DOT) if any(not math.isfinite(one) for row in self._rows
                                          for one in row) else 0
        return left + (self._place(value) - low) / (high - low) * (right - left)

    def sizeHint(self) -> QSize:
        """Return room for both rows and the axis."""
        return QSize(theme.px(WIDTH), 2 * theme.px(ROW) + round(QFontMetricsF(_small()).height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw grid, dots and medians."""
        tokens, row = theme.current(), theme.px(ROW)
        painter = QPainter(self)
        painter.setFont(_small())
        self._draw_axis(painter, 2 * row)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.px(DOT) / 2
        for place, values in enumerate(self._rows):
            y = (place + 0.5) * row
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(QRectF(0, y - row, theme.px(LETTER), 2 * row),
                             int(Qt.AlignmentFlag.AlignVCenter), "AB"[place])
            median = self._medians[place]
            if math.isfinite(median):
                painter.setPen(QPen(QColor(tokens.text), theme.px(1.6)))
                x = self.x_of(median)
                painter.drawLine(QLineF(x, y - row * 0.42, x, y + row * 0.42))
            painter.setPen(QPen(QColor(tokens.train), theme.px(1.4)))
            # A is filled and B is hollow, as A's line is whole and B's is not.
            painter.setBrush(QColor(tokens.surface if place else tokens.train))
            for value in values:
                centre = QPointF(self.x_of(value), y)
                if math.isfinite(value):
                    painter.drawEllipse(centre, radius, radius)
                else:
                    side = row * 0.9
                    theme.status_glyph(painter, QRectF(centre.x() - side / 2, y - side / 2, side,
                                                       side), "nonfinite")

    def _draw_axis(self, painter: QPainter, floor: float) -> None:
        tokens = theme.current()
        metrics = QFontMetricsF(painter.font())
        for value, text in self._ticks():
            x = self.x_of(value)
            painter.setPen(QColor(tokens.border))
            painter.drawLine(QLineF(x, 0, x, floor))
            painter.setPen(QColor(tokens.axis))
            wide = metrics.horizontalAdvance(text) + 1
            left = min(max(x - wide / 2, 0.0), self.width() - wide)
            painter.drawText(QRectF(left, floor, wide, metrics.height()),
                             int(Qt.AlignmentFlag.AlignCenter), text)

    def _ticks(self) -> list[Tick]:
        """Return figures to write below, none upon another."""
        low, high = self.ends()
        if self.is_logarithmic():
            every = max(1, math.ceil((high - low) / 3))
            decades = range(round(high), round(low) - 1, -every)
            return [(10.0**decade, _decade(decade)) for decade in decades]
        spacing, values = linear_ticks(low, high, 2)
        return [(value, tick_text(value, spacing)) for value in values]

    def _place(self, value: float) -> float:
        return math.log10(value) if self.is_logarithmic() else value

    def _finite(self) -> list[float]:
        return [value for row in self._rows for value in row if math.isfinite(value)]


def _small() -> QFont:
    font = theme.base_font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    return font


def _decade(power: int) -> str:
    return "1" if power == 0 else "10" + str(power).translate(SUPERSCRIPTS)


def _number(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "no finite number"
