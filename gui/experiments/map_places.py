"""Where the cells of a map stand, and which of them lies at a point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF, Qt

from engine.experiments.board import Values
from engine.experiments.paths import Value
from gui.experiments.scales import Scale

Box = tuple[Scale, Scale]
"""The axes of a board."""


Edges = dict[Value, tuple[float, float]]


@dataclass(frozen=True)
class MapPlaces:
    """A map's boards in px: the first fills the area, those behind it lie finer within it.

    Attributes
    ----------
    area : QRectF
        Where the map is drawn.
    boxes : tuple[tuple[Scale, Scale], ...]
        The axes of every board, to the right and upward.
    """

    area: QRectF
    boxes: tuple[Box, ...]

    def x_of(self, place: float) -> float:
        """Return where a place on the first axis stands, in px."""
        low, high = self.boxes[0][0].bounds
        return self.area.left() + (place - low) / ((high - low) or 1.0) * self.area.width()

    def y_of(self, place: float) -> float:
        """Return where a place on the second axis stands, in px; the first value is at the foot."""
        low, high = self.boxes[0][1].bounds
        return self.area.bottom() - (place - low) / ((high - low) or 1.0) * self.area.height()

    def place_at(self, point: QPointF) -> tuple[float, float]:
        """Return the places on both axes that stand at a point."""
        (left, right), (low, high) = (scale.bounds for scale in self.boxes[0])
        x = (point.x() - self.area.left()) / max(self.area.width(), 1.0)
        y = (self.area.bottom() - point.y()) / max(self.area.height(), 1.0)
        return left + x * (right - left), low + y * (high - low)

    def cell(self, board: int, values: Values) -> QRectF:
        """Return where a setting of a board stands."""
        columns, rows = self._edges[board]
        (left, right), (low, high) = columns[values[0]], rows[values[1]]
        return QRectF(left, high, right - left, low - high)

    @cached_property
    def _edges(self) -> list[tuple[Edges, Edges]]:
        """Where the columns and the rows of every board begin and end, in px, by their values."""
        return [({value: (self.x_of(x.cell(value)[0]), self.x_of(x.cell(value)[1]))
                  for value in x.values},
                 {value: (self.y_of(y.cell(value)[0]), self.y_of(y.cell(value)[1]))
                  for value in y.values}) for x, y in self.boxes]

    def board_of(self, values: Values) -> int | None:
        """Return the finest board that has a setting."""
        for number in range(len(self.boxes) - 1, -1, -1):
            x, y = self.boxes[number]
            if values[0] in x.values and values[1] in y.values:
                return number
        return None

    def at(self, point: QPointF) -> Values | None:
        """Return the setting at a point, of the finest board there; None outside."""
        x_place, y_place = self.place_at(point)
        for x, y in reversed(self.boxes):
            column, row = x.at(x_place), y.at(y_place)
            if column is not None and row is not None:
                return x.values[column], y.values[row]
        return None

    def beside(self, values: Values, key: Qt.Key) -> Values:
        """Return the setting that a key leads to, on the same board."""
        number = self.board_of(values)
        if number is None:
            return values
        x, y = self.boxes[number]
        column, row = x.values.index(values[0]), y.values.index(values[1])
        across, up = STEPS.get(key, (0, 0))
        if key == Qt.Key.Key_Home:
            column = 0
        elif key == Qt.Key.Key_End:
            column = len(x.values) - 1
        column = min(max(column + across, 0), len(x.values) - 1)
        row = min(max(row + up, 0), len(y.values) - 1)
        return x.values[column], y.values[row]

    def covered(self, rectangle: QRectF) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Return the values on both axes of the first board whose middles a rectangle has."""
        left, low = self.place_at(rectangle.bottomLeft())
        right, high = self.place_at(rectangle.topRight())
        x, y = self.boxes[0]
        return x.within(left, right), y.within(low, high)


STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1),
         Qt.Key.Key_Down: (0, -1)}
"""Columns and rows by which the arrow keys go on."""
