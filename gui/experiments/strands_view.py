"""A sweep over three axes or more: every setting is a strand through its values to its figure."""

from __future__ import annotations

import itertools
import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.experiments.board import Board, Fate, Spot, Values
from gui import theme
from gui.experiments.figure_axis import FigureAxis, axis_for
from gui.experiments.ink import TICK_ROW, ramps
from gui.experiments.sweep_picture import SweepPicture
from gui.experiments.sweep_view import SweepView

SIDE, TOP, FOOT, NEAR = 60, 30, 12, 9
"""Px at 13 px text: room at the sides, above and below; how near the pointer has to come."""
HINT = ("Up and down go from the best setting to the worst, Enter opens the network as B in the "
        "Lab.")


class StrandsView(SweepView):
    """Parallel coordinates: an axis for every knob, and the figure at the right. GUI thread only.

    A setting whose networks broke ends above the figures, dashed.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Strands", HINT, parent)
        self._figures: FigureAxis | None = None
        self._ranked: list[Spot] | None = None

    def refresh(self) -> None:
        """Rank the settings anew when they are next seen."""
        self._figures = self._ranked = None

    def area(self) -> QRectF:
        """Return where strands are drawn."""
        px = theme.px
        return QRectF(self.rect()).adjusted(px(SIDE), px(TOP + TICK_ROW), -px(SIDE), -px(FOOT))

    def figures(self) -> FigureAxis:
        """Return the axis of the figures."""
        if self.picture is None:
            return axis_for(())
        if self._figures is None:
            board = self.picture.board
            self._figures = axis_for(
                (spot.size for spot in board.spots.values() if spot.fate is Fate.LEARNED),
                may_be_log=not board.measure.larger_is_better)
        return self._figures

    def strand(self, spot: Spot) -> list[QPointF]:
        """Return the points of a setting, an axis each."""
        assert self.picture is not None
        area, scales = self.area(), self.picture.scales[0]
        points = []
        for number, (scale, value) in enumerate(zip(scales, spot.values, strict=True)):
            low, high = scale.bounds
            place = scale.places[scale.values.index(value)]
            share = (place - low) / ((high - low) or 1.0)
            points.append(QPointF(self._x(number), area.bottom() - share * area.height()))
        last = (area.bottom() - self.figures().share(spot.size) * area.height()
                if spot.fate is Fate.LEARNED else area.top() - theme.px(TICK_ROW) / 2)
        return [*points, QPointF(self._x(len(scales)), last)]

    def _x(self, number: int) -> float:
        assert self.picture is not None
        area = self.area()
        return area.left() + number / len(self.picture.scales[0]) * area.width()

    # Settings

    def ranked(self) -> list[Spot]:
        """Return the settings from the best to the worst; those that broke come last."""
        if self.picture is None:
            return []
        if self._ranked is None:
            self._ranked = self._sorted(self.picture.board)
        return self._ranked

    def _sorted(self, board: Board) -> list[Spot]:
        sign = -1 if board.measure.larger_is_better else 1
        return sorted((spot for spot in board.spots.values() if spot.fate is not Fate.REFUSED),
                      key=lambda spot: (spot.fate is not Fate.LEARNED,
                                        sign * spot.size if spot.fate is Fate.LEARNED else 0.0))

    def first(self) -> Values | None:
        """Return the best setting."""
        ranked = self.ranked()
        return ranked[0].values if ranked else None

    def moved(self, values: Values, key: Qt.Key) -> Values:
        """Return the setting that a key leads to."""
        ranked = [spot.values for spot in self.ranked()]
        if values not in ranked:
            return values
        at = ranked.index(values) + {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1,
                                     Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -len(ranked),
                                     Qt.Key.Key_End: len(ranked)}[key]
        return ranked[min(max(at, 0), len(ranked) - 1)]

    def values_at(self, point: QPointF) -> Values | None:
        """Return the setting whose strand is nearest to a point; None if none is near."""
        found = [(_distance(self.strand(spot), point), spot.values) for spot in self.ranked()]
        nearest = min(found, key=lambda one: one[0], default=None)
        return None if nearest is None or nearest[0] > theme.px(NEAR) else nearest[1]

    def place_of(self, values: Values) -> QRectF:
        """Return where the figure of a setting stands."""
        spot = None if self.picture is None else self.picture.board.spots.get(values)
        if spot is None:
            return QRectF()
        end, side = self.strand(spot)[-1], theme.px(5)
        return QRectF(end.x() - side, end.y() - side, 2 * side, 2 * side)

    # Painting

    def paint_picture(self, painter: QPainter, picture: SweepPicture) -> None:
        """Draw strands, the best on top, and the axes."""
        colours = ramps()
        for spot in reversed(self.ranked()):
            colour = QColor(colours[spot.fate][picture.shade(spot)])
            colour.setAlphaF(0.75)
            self._paint_strand(painter, spot, colour, 1.4)
        self._paint_axes(painter, picture)

    def _paint_strand(self, painter: QPainter, spot: Spot, colour: QColor, width: float) -> None:
        pen = QPen(colour, width)
        if spot.fate is Fate.BROKE:
            pen.setDashPattern([3.0, 2.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(self.strand(spot)))

    def paint_mark(self, painter: QPainter, values: Values, *, strong: bool) -> None:
        """Draw one strand over all others."""
        spot = None if self.picture is None else self.picture.board.spots.get(values)
        if spot is not None:
            tokens = theme.current()
            self._paint_strand(painter, spot, QColor(tokens.surface), 6.0)
            self._paint_strand(painter, spot, QColor(tokens.text if strong else tokens.accent),
                               3.0)

    def _paint_axes(self, painter: QPainter, picture: SweepPicture) -> None:
        tokens, area, px = theme.current(), self.area(), theme.px
        count = max(2, int(area.height() / px(44)))
        columns = [(scale.title, [((place - scale.bounds[0])
                                   / ((scale.bounds[1] - scale.bounds[0]) or 1.0), text)
                                  for place, text in scale.value_ticks(count)])
                   for scale in picture.scales[0]]
        columns.append((picture.board.measure.title.text, self.figures().ticks(count)))
        metrics = QFontMetricsF(painter.font())
        room = area.width() / max(len(columns) - 1, 1)
        for number, (title, ticks) in enumerate(columns):
            x = self._x(number)
            painter.setPen(QPen(QColor(tokens.border_strong), 1.4))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            painter.setPen(QColor(tokens.axis))
            for share, text in ticks:
                _write(painter, metrics, QPointF(x + px(5), area.bottom() - share * area.height()),
                       text)
            painter.setPen(QColor(tokens.text))
            wide = min(room, 2 * px(SIDE + 20))
            painter.drawText(QRectF(x - wide / 2, 0, wide, px(TOP)),
                             int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), title)


def _write(painter: QPainter, metrics: QFontMetricsF, left: QPointF, text: str) -> None:
    """Write a tick's label on a ground of its own, since strands run below it."""
    tokens = theme.current()
    place = QRectF(left.x(), left.y() - metrics.height() / 2,
                   metrics.horizontalAdvance(text) + 4, metrics.height())
    ground = QColor(tokens.surface)
    ground.setAlphaF(0.8)
    painter.fillRect(place, ground)
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)


def _distance(strand: list[QPointF], point: QPointF) -> float:
    """Return how far a point lies above or below a strand; endless beside it."""
    for start, end in itertools.pairwise(strand):
        if start.x() <= point.x() <= end.x():
            share = (point.x() - start.x()) / max(end.x() - start.x(), 1e-9)
            return abs(start.y() + share * (end.y() - start.y()) - point.y())
    return math.inf
