"""Fonts, ramps and axes that all pictures of sweeps share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from engine.experiments.board import Fate
from gui import theme
from gui.experiments.scales import Tick

TICK_ROW, TITLE_ROW, LEFT = 18, 18, 46
"""Px at 13 px text: height of a row of tick labels and of a title; room at the left of a plot."""


def small_font(*, bold: bool = False) -> QFont:
    """Return the font of labels in a picture."""
    font = QFont(theme.base_font())
    font.setPixelSize(theme.px(11))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def ramps() -> dict[Fate, list[QColor]]:
    """Return 256 colours for each fate, from the smallest share to the largest.

    A ramp of losses begins light, where least is lost; that of gradients ends dark.
    """
    learned = theme.sequential_map()[::-1]
    broke = theme.explosion_map()
    return {Fate.LEARNED: [QColor(*map(int, row)) for row in learned],
            Fate.BROKE: [QColor(*map(int, row)) for row in broke]}


def paint_below(painter: QPainter, area: QRectF, ticks: Sequence[tuple[float, str]], title: str
                ) -> None:
    """Write tick labels, at their x in px, and a title below a plot."""
    tokens, px = theme.current(), theme.px
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(tokens.axis))
    free = area.left() - px(LEFT)
    for x, text in ticks:
        wide = metrics.horizontalAdvance(text)
        if x - wide / 2 < free:
            continue
        painter.drawText(QRectF(x - wide, area.bottom() + px(3), 2 * wide, px(TICK_ROW)),
                         int(Qt.AlignmentFlag.AlignHCenter), text)
        free = x + wide / 2 + px(8)
    painter.drawText(QRectF(area.left(), area.bottom() + px(3 + TICK_ROW), area.width(),
                            px(TITLE_ROW)),
                     int(Qt.AlignmentFlag.AlignHCenter), title)


def paint_beside(painter: QPainter, area: QRectF, ticks: Sequence[tuple[float, str]], title: str,
                 *, grid: bool = False) -> None:
    """Write tick labels, at their y in px, and a title at the left of a plot."""
    tokens, px = theme.current(), theme.px
    height = QFontMetricsF(painter.font()).height()
    for y, text in ticks:
        if grid:
            painter.setPen(QColor(tokens.grid))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
        painter.setPen(QColor(tokens.axis))
        painter.drawText(QRectF(area.left() - px(LEFT), y - height, px(LEFT) - px(6), 2 * height),
                         int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
    painter.setPen(QColor(tokens.axis))
    painter.save()
    painter.translate(QPointF(area.left() - px(LEFT) - px(4), area.center().y()))
    painter.rotate(-90)
    half = area.height() / 2
    painter.drawText(QRectF(-half, -px(TITLE_ROW), 2 * half, px(TITLE_ROW)),
                     int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom), title)
    painter.restore()


def spread_out(ticks: Sequence[Tick], bounds: tuple[float, float], ends: tuple[float, float]
               ) -> list[tuple[float, str]]:
    """Return ticks with their places in px, where bounds stand at these ends."""
    low, high = bounds
    span = (high - low) or 1.0
    return [(ends[0] + (place - low) / span * (ends[1] - ends[0]), text)
            for place, text in ticks]
