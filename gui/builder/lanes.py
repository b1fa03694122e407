"""Wires that pass layers by: in which lane each runs, and how it is drawn beside the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gui import theme
from gui.builder.rows import Row

MOST_LANES = 6
"""Wires beyond these share the outermost lane."""
ROOM = 8
"""Px, at 13 px text, between the innermost lane and the cards: room for an arrow head."""
PITCHES = (7, 7, 6, 5, 5, 5, 5)
"""Px from one lane to the next, for every number of lanes."""
REACH = 4
"""How near, in px, the pointer must be to a wire."""
LEAVES, ARRIVES = 0.68, 0.32
"""Where at the height of a row a wire goes out and comes in, so that two can meet there."""


@dataclass(frozen=True)
class Wire:
    """A way from a layer to one that reads it, past those between.

    Attributes
    ----------
    source, reader : int
        Places of the layers' rows.
    lane : int
        0 runs next to the cards.
    """

    source: int
    reader: int
    lane: int

    def touches(self, position: int) -> bool:
        """Say whether a layer is at one of its ends."""
        return position in (self.source, self.reader)


def wires_of(rows: Sequence[Row]) -> tuple[Wire, ...]:
    """Return the wires that do not just go to the next row, each in a lane where it is alone.

    Short ones run inside, so that long ones enclose them. Of a pair, they are those of the network
    that is edited.
    """
    own = [row for row in rows if not row.is_foreign]
    ways = sorted(((own[source].place, row.place) for row in own for source in row.sources
                   if source != row.position - 1), key=lambda way: (way[1] - way[0], way))
    lanes: list[list[tuple[int, int]]] = []
    found = []
    for source, reader in ways:
        lane = next((number for number, taken in enumerate(lanes)
                     if all(reader <= first or last <= source for first, last in taken)),
                    len(lanes))
        if lane == len(lanes) < MOST_LANES:
            lanes.append([])
        lane = min(lane, MOST_LANES - 1)
        lanes[lane].append((source, reader))
        found.append(Wire(source, reader, lane))
    return tuple(found)


def gutter_width(wires: Iterable[Wire]) -> int:
    """Return how many px the wires take at the left of the cards."""
    n_lanes = max((wire.lane + 1 for wire in wires), default=0)
    return theme.px(ROOM + n_lanes * PITCHES[n_lanes]) if n_lanes else 0


class Lanes:
    """Draws wires, and finds the one at a point. GUI thread only.

    Parameters
    ----------
    row_top : callable
        ``row_top(position)`` returns where a row begins, in px; it may lie out of sight.
    """

    def __init__(self, row_top: Callable[[int], int]) -> None:
        self._row_top = row_top
        self.wires: tuple[Wire, ...] = ()
        self.row_height = 0

    def width(self) -> int:
        """Return the px that the wires take."""
        return gutter_width(self.wires)

    def at(self, point: QPoint) -> Wire | None:
        """Return the wire that a point is nearest to, if it is near one."""
        near = [(abs(self._x(wire) - point.x()), wire.lane, wire) for wire in self.wires
                if self._leaves(wire) - REACH <= point.y() <= self._arrives(wire) + REACH]
        best = min(near, default=None, key=lambda found: found[:2])
        return best[2] if best is not None and best[0] <= theme.px(REACH) else None

    def paint(self, painter: QPainter, top: int, bottom: int, selected: int,
              hovered: Wire | None) -> None:
        """Draw what lies between two heights; wires of the selected layer stand out."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for wire in sorted(self.wires, key=lambda wire: wire.touches(selected)):
            if self._leaves(wire) - REACH <= bottom and self._arrives(wire) + REACH >= top:
                strong = wire == hovered or wire.touches(selected)
                self._paint_wire(painter, wire, strong)
        painter.restore()

    def _paint_wire(self, painter: QPainter, wire: Wire, strong: bool) -> None:
        tokens, px = theme.current(), theme.px
        colour = QColor(tokens.accent if strong else tokens.text_muted)
        x, end = self._x(wire), float(self.width())
        top, bottom = self._leaves(wire), self._arrives(wire)
        bend = min(px(5), (bottom - top) / 2, end - x)
        head = px(4)
        path = QPainterPath(QPointF(end, top))
        path.lineTo(x + bend, top)
        path.quadTo(x, top, x, top + bend)
        path.lineTo(x, bottom - bend)
        path.quadTo(x, bottom, x + bend, bottom)
        path.lineTo(end - head, bottom)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, px(2) if strong else max(px(1), 1.3)))
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([QPointF(end, bottom), QPointF(end - head - 1, bottom - head),
                                       QPointF(end - head - 1, bottom + head)]))

    def _x(self, wire: Wire) -> float:
        n_lanes = max(other.lane + 1 for other in self.wires)
        return self.width() - theme.px(ROOM) - theme.px(PITCHES[n_lanes]) * wire.lane - 0.5

    def _leaves(self, wire: Wire) -> float:
        return self._row_top(wire.source) + round(self.row_height * LEAVES) + 0.5

    def _arrives(self, wire: Wire) -> float:
        return self._row_top(wire.reader) + round(self.row_height * ARRIVES) + 0.5
