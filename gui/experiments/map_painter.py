"""Paints a map: only cells that are computed, in two ramps, with the lines of theory over them."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from engine.experiments.board import Fate
from engine.experiments.theory_lines import Line
from gui import theme
from gui.experiments.ink import paint_below, paint_beside, ramps, spread_out
from gui.experiments.map_places import MapPlaces
from gui.experiments.scales import Scale
from gui.experiments.sweep_picture import SweepPicture

GAP = 0.5
"""Px that a cell leaves to its neighbours on each side."""
HATCH = 4.5
"""Px at 13 px text between two lines of a hatching, straight across."""
FAR = 3.0
"""Heights of the map beyond which a line of theory is not followed."""
DASHED = ("reach", "rate")
"""Lines that are bounds and no laws."""


def paint_cells(painter: QPainter, picture: SweepPicture, places: MapPlaces) -> None:
    """Draw the ground and every cell that has been computed."""
    tokens = theme.current()
    painter.fillRect(places.area, QColor(tokens.surface_sunken))
    colours = ramps()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for number, board in enumerate(picture.boards):
        if number and board.spots:
            _paint_ground(painter, places, number)
        hatched: dict[str, list[QLineF]] = defaultdict(list)
        for values, spot in board.spots.items():
            cell = places.cell(number, values).adjusted(GAP, GAP, -GAP, -GAP)
            if spot.fate is Fate.REFUSED:
                hatched[tokens.border_strong] += (QLineF(cell.topLeft(), cell.bottomRight()),
                                                  QLineF(cell.bottomLeft(), cell.topRight()))
                continue
            shade = picture.shade(spot)
            painter.fillRect(cell, colours[spot.fate][shade])
            if spot.fate is Fate.BROKE:
                hatched[tokens.surface].extend(hatching(cell))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, strokes in hatched.items():
            painter.setPen(QPen(QColor(colour), 1.0))
            painter.drawLines(strokes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _paint_ground(painter: QPainter, places: MapPlaces, number: int) -> None:
    """Frame a part that is computed finer, so that its cells are not taken for larger ones."""
    x, y = places.boxes[number]
    (left, right), (low, high) = x.bounds, y.bounds
    part = QRectF(QPointF(places.x_of(left), places.y_of(high)),
                  QPointF(places.x_of(right), places.y_of(low)))
    painter.setPen(QPen(QColor(theme.current().text), 1.0))
    painter.drawRect(part)


def hatching(cell: QRectF) -> Iterator[QLineF]:
    """Yield lines across a cell that rise to the right, the one through its corners first."""
    slope = cell.height() / max(cell.width(), 1e-9)
    spacing = theme.px(HATCH) * math.hypot(1.0, slope)
    count = math.floor(cell.height() / spacing)
    for number in range(-count, count + 1):
        offset = number * spacing
        # y above the foot is slope x + offset, as far as it lies within the cell.
        first = max(0.0, -offset / slope)
        last = min(cell.width(), (cell.height() - offset) / slope)
        if last > first:
            yield QLineF(cell.left() + first, cell.bottom() - (slope * first + offset),
                         cell.left() + last, cell.bottom() - (slope * last + offset))


def paint_axes(painter: QPainter, places: MapPlaces) -> None:
    """Write ticks and titles."""
    x, y = places.boxes[0]
    area, px = places.area, theme.px
    across = max(2, int(area.width() / px(90)))
    up = max(2, int(area.height() / px(64)))
    paint_below(painter, area, spread_out(x.ticks(across), x.bounds, (area.left(), area.right())),
                x.title)
    paint_beside(painter, area, spread_out(y.ticks(up), y.bounds, (area.bottom(), area.top())),
                 y.title)


def paint_lines(painter: QPainter, lines: Sequence[Line], places: MapPlaces) -> None:
    """Draw the lines of theory with a halo, and their names on them."""
    tokens, area = theme.current(), places.area
    x, y = places.boxes[0]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    labels: list[tuple[QPointF, str]] = []
    painter.save()
    painter.setClipRect(area)
    for line in lines:
        for branch in branches(line, x, y, places):
            for colour, width in ((tokens.surface, 5.0), (tokens.text, 2.0)):
                pen = QPen(QColor(colour), width)
                if line.key in DASHED and width < 5:
                    pen.setDashPattern([4.0, 2.5])
                painter.setPen(pen)
                painter.drawPolyline(QPolygonF(branch))
            labels.append((label_point(line.key, branch, area), line.short.text))
    painter.restore()
    for point, text in labels:
        _paint_label(painter, point, text, places)


def branches(line: Line, x: Scale, y: Scale, places: MapPlaces) -> list[list[QPointF]]:
    """Return the parts of a line that can be seen, each a row of points in px."""
    area = places.area
    near = area.adjusted(0, -FAR * area.height(), 0, FAR * area.height())
    found: list[list[QPointF]] = [[]]
    for a, b in line.points:
        point = QPointF(places.x_of(_clamped(x, a)), places.y_of(_clamped(y, b)))
        finite = math.isfinite(point.x()) and math.isfinite(point.y())
        if finite and near.contains(point):
            found[-1].append(point)
        elif found[-1]:
            found.append([])
    return [branch for branch in found
            if len(branch) > 1 and any(area.contains(point) for point in branch)]


def _clamped(scale: Scale, value: float) -> float:
    """Return the place of a number on an axis, also where it lies between names."""
    if scale.kind != "names":
        return scale.place(value)
    numbers = [float(one) for one in scale.values if isinstance(one, int | float)]
    if len(numbers) < 2 or len(numbers) < len(scale.values):
        return math.nan
    for at, (low, high) in enumerate(itertools.pairwise(numbers)):
        if low <= value <= high:
            return at + (value - low) / (high - low)
    return math.nan


def label_point(key: str, branch: Sequence[QPointF], area: QRectF) -> QPointF:
    """Return where the name of a line stands: of one that goes up, at the top; else well inside."""
    inside = [point for point in branch if area.contains(point)] or list(branch)
    if key not in DASHED:
        return QPointF(min(inside, key=lambda point: point.y()).x(), area.top())
    wanted = area.bottom() - area.height() / 4
    flat = max(p.y() for p in inside) - min(p.y() for p in inside) < area.height() / 4
    if flat:
        return inside[len(inside) // 2]
    return min(inside, key=lambda point: abs(point.y() - wanted))


def _paint_label(painter: QPainter, point: QPointF, text: str, places: MapPlaces) -> None:
    tokens, px = theme.current(), theme.px
    metrics = QFontMetricsF(painter.font())
    pill = QRectF(0, 0, metrics.horizontalAdvance(text) + px(14), metrics.height() + px(4))
    pill.moveCenter(point)
    area = places.area
    pill.moveLeft(min(max(pill.left(), area.left()), area.right() - pill.width()))
    painter.setPen(QPen(QColor(tokens.text), 1.2))
    painter.setBrush(QColor(tokens.surface))
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), text)
