"""A sweep over one axis: the median of the seeds as a line, their range as a band, each a dot."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.experiments.board import Fate, Spot, Values
from gui import theme
from gui.experiments.figure_axis import FigureAxis, axis_for
from gui.experiments.ink import (
    LEFT,
    TICK_ROW,
    TITLE_ROW,
    paint_below,
    paint_beside,
    small_font,
    spread_out,
)
from gui.experiments.sweep_picture import SweepPicture
from gui.experiments.sweep_view import SweepView

TOP, RIGHT, DOT, BOLT = 14, 20, 6.5, 14
"""Px at 13 px text: room above and at the right, of a dot, of the sign of a network that broke."""
HINT = "Left and right go from value to value, Enter opens the network as B in the Lab."


class SpreadView(SweepView):
    """Lines over one axis with the spread of seeds. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Lines", HINT, parent)
        self._figures: FigureAxis | None = None

    def refresh(self) -> None:
        """Look for the ends of the figures anew when they are next seen."""
        self._figures = None

    def area(self) -> QRectF:
        """Return where figures are drawn."""
        px = theme.px
        return QRectF(self.rect()).adjusted(px(LEFT + TITLE_ROW), px(TOP + BOLT), -px(RIGHT),
                                            -px(TICK_ROW + TITLE_ROW + 6))

    def figures(self) -> FigureAxis:
        """Return the axis of the figures."""
        if self.picture is None:
            return axis_for(())
        if self._figures is None:
            board = self.picture.board
            self._figures = axis_for(
                (figure for spot in board.spots.values() for figure in spot.figures),
                may_be_log=not board.measure.larger_is_better)
        return self._figures

    def point(self, values: Values, figure: float) -> QPointF:
        """Return where a figure of a setting stands; of one that broke, above the rest."""
        assert self.picture is not None
        area, scale = self.area(), self.picture.scales[0][0]
        low, high = scale.bounds
        place = scale.places[scale.values.index(values[0])]
        x = area.left() + (place - low) / ((high - low) or 1.0) * area.width()
        if math.isnan(figure):
            return QPointF(x, area.top() - theme.px(BOLT) / 2)
        return QPointF(x, area.bottom() - self.figures().share(figure) * area.height())

    # Settings

    def first(self) -> Values | None:
        """Return the first value."""
        if self.picture is None or not self.picture.scales[0][0].values:
            return None
        return (self.picture.scales[0][0].values[0],)

    def moved(self, values: Values, key: Qt.Key) -> Values:
        """Return the value that a key leads to."""
        if self.picture is None:
            return values
        known = self.picture.scales[0][0].values
        at = known.index(values[0]) + {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1,
                                       Qt.Key.Key_Home: -len(known),
                                       Qt.Key.Key_End: len(known)}.get(key, 0)
        return (known[min(max(at, 0), len(known) - 1)],)

    def values_at(self, point: QPointF) -> Values | None:
        """Return the value whose part of the axis a point stands over."""
        area = self.area()
        if self.picture is None or not area.adjusted(0, -theme.px(BOLT), 0, 0).contains(point):
            return None
        scale = self.picture.scales[0][0]
        low, high = scale.bounds
        at = scale.at(low + (point.x() - area.left()) / max(area.width(), 1.0) * (high - low))
        return None if at is None else (scale.values[at],)

    def place_of(self, values: Values) -> QRectF:
        """Return where the figures of a value stand."""
        spot = None if self.picture is None else self.picture.board.spots.get(values)
        figures = spot.figures if spot is not None else (math.nan,)
        points = [self.point(values, figure) for figure in figures]
        side = theme.px(DOT)
        top, bottom = min(p.y() for p in points), max(p.y() for p in points)
        return QRectF(points[0].x() - side, top - side, 2 * side, bottom - top + 2 * side)

    # Painting

    def paint_picture(self, painter: QPainter, picture: SweepPicture) -> None:
        """Draw axes, band, line and dots."""
        area, scale, axis = self.area(), picture.scales[0][0], self.figures()
        px = theme.px
        paint_beside(painter, area,
                     spread_out(axis.ticks(max(2, int(area.height() / px(56)))), (0.0, 1.0),
                                (area.bottom(), area.top())),
                     picture.board.measure.title.text, grid=True)
        paint_below(painter, area, spread_out(scale.ticks(max(2, int(area.width() / px(80)))),
                                              scale.bounds, (area.left(), area.right())),
                    scale.title)
        found = [picture.board.spots.get((value,)) for value in scale.values]
        for row in _rows(found):
            self._paint_row(painter, row)
        for spot in found:
            if spot is not None:
                self._paint_dots(painter, spot)

    def _paint_row(self, painter: QPainter, row: list[Spot]) -> None:
        tokens = theme.current()
        known = [[figure for figure in spot.figures if not math.isnan(figure)] for spot in row]
        upper = [self.point(spot.values, max(figures))
                 for spot, figures in zip(row, known, strict=True)]
        lower = [self.point(spot.values, min(figures))
                 for spot, figures in zip(row, known, strict=True)]
        band = QColor(tokens.train)
        band.setAlphaF(0.18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        painter.drawPolygon(QPolygonF([*upper, *lower[::-1]]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.train), 2))
        painter.drawPolyline(QPolygonF([self.point(spot.values, spot.size) for spot in row]))

    def _paint_dots(self, painter: QPainter, spot: Spot) -> None:
        tokens, px = theme.current(), theme.px
        painter.setPen(QPen(QColor(tokens.train), 1.4))
        painter.setBrush(QColor(tokens.surface))
        for figure in spot.figures:
            if not math.isnan(figure):
                painter.drawEllipse(self.point(spot.values, figure), px(DOT) / 2, px(DOT) / 2)
        if spot.broken:
            above = self.point(spot.values, math.nan)
            side = px(BOLT)
            theme.status_glyph(painter, QRectF(above.x() - side / 2, above.y() - side / 2, side,
                                               side), "nonfinite")
            painter.setFont(small_font())
            painter.setPen(QColor(tokens.text_muted))
            if len(spot.figures) > 1:
                painter.drawText(QRectF(above.x() + side / 2, above.y() - side, 3 * side, 2 * side),
                                 int(Qt.AlignmentFlag.AlignVCenter), f"{spot.broken}")


def _rows(found: list[Spot | None]) -> list[list[Spot]]:
    """Return what follows one another without a gap: a line ends where nothing is computed."""
    rows: list[list[Spot]] = [[]]
    for spot in found:
        if spot is not None and spot.fate is Fate.LEARNED:
            rows[-1].append(spot)
        elif rows[-1]:
            rows.append([])
    return [row for row in rows if row]
