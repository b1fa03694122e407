"""Where everything of a network's picture stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from gui import theme
from gui.microscope.network_columns import Body, Column

MOST_UNITS = 6
PITCH = 64
"""Least px between the middles of two neurons below one another."""
ROOMY = 78
"""Px of the same from which on each has its number above it."""
LEAST = {Body.UNITS: 92, Body.LOSS: 78, Body.MAPS: 108, Body.GRID: 148}
"""Least px of a column's width."""
HEADER, LEGEND, OVERVIEW, MORE = 38, 24, 24, 17
"""Px of the titles, the legend, the bar over all layers, and a line that says how many more."""
MOST_CELLS = 32


@dataclass(frozen=True)
class UnitPlace:
    """Where a unit stands.

    Attributes
    ----------
    unit : int
        Which unit.
    centre : QPointF
        Middle of its circle or picture.
    radius : float
        Half of that one's height.
    forward, backward : QRectF
        The strip or picture of its numbers in each direction.
    """

    unit: int
    centre: QPointF
    radius: float
    forward: QRectF
    backward: QRectF

    @property
    def body(self) -> QRectF:
        """The circle's square."""
        r = self.radius
        return QRectF(self.centre.x() - r, self.centre.y() - r, 2 * r, 2 * r)


@dataclass(frozen=True)
class ColumnPlace:
    """Where a column stands.

    Attributes
    ----------
    column : Column
        Which column.
    box : QRectF
        All of it, title included.
    body : QRectF
        What is below the title.
    units : tuple[UnitPlace, ...]
        Its units that are seen.
    before, after : int
        Units above and below these that are not.
    is_roomy : bool
        Whether every unit has its number above it.
    """

    column: Column
    box: QRectF
    body: QRectF
    units: tuple[UnitPlace, ...]
    before: int = 0
    after: int = 0
    is_roomy: bool = True

    def unit(self, unit: int) -> UnitPlace | None:
        """Return where a unit stands; None if it is not seen."""
        return next((place for place in self.units if place.unit == unit), None)


@dataclass(frozen=True)
class Places:
    """Where all columns stand.

    Attributes
    ----------
    columns : tuple[ColumnPlace, ...]
        Those that are seen, from left to right.
    overview : QRectF
        The bar over all layers; empty where all are seen.
    legend : QRectF
        The row below.
    before, after : int
        Columns at the left and right that are not seen.
    """

    columns: tuple[ColumnPlace, ...]
    overview: QRectF
    legend: QRectF
    before: int
    after: int

    def column(self, number: int) -> ColumnPlace | None:
        """Return where a column stands; None if it is not seen."""
        return next((place for place in self.columns if place.column.number == number), None)


def arrange(columns: Sequence[Column], room: QRectF, middle: int,
            wanted: Mapping[int, Sequence[int]], scrolled: Mapping[int, int]) -> Places:
    """Return where everything stands.

    Parameters
    ----------
    columns : sequence of Column
        All columns.
    room : QRectF
        The whole picture.
    middle : int
        The column that has to be seen, with those beside it as far as there is room.
    wanted : mapping
        By column: units that have to be seen.
    scrolled : mapping
        By column: the first unit that a person wants to see.
    """
    px = theme.px
    first, end = window([px(LEAST[column.body]) for column in columns], room.width() - px(8),
                        middle)
    whole = end - first == len(columns)
    overview = QRectF() if whole else QRectF(room.left() + px(4), room.top(),
                                             room.width() - px(8), px(OVERVIEW) - px(8))
    legend = QRectF(room.left(), room.bottom() - px(LEGEND), room.width(), px(LEGEND))
    top = room.top() if whole else room.top() + px(OVERVIEW)
    seen = columns[first:end]
    least = [px(LEAST[column.body]) for column in seen]
    factor = (room.width() - px(8)) / max(sum(least), 1)
    x, placed = room.left() + px(4), []
    for column, width in zip(seen, least, strict=True):
        box = QRectF(x, top, width * factor, legend.top() - px(4) - top)
        placed.append(_placed(column, box, wanted.get(column.number, ()),
                              scrolled.get(column.number, 0)))
        x += box.width()
    return Places(tuple(placed), overview, legend, first, len(columns) - end)


def window(widths: Sequence[float], room: float, middle: int) -> tuple[int, int]:
    """Return the first of the columns that there is room for round one, and the one behind them."""
    middle = min(max(middle, 0), len(widths) - 1)
    first, end, used = middle, middle + 1, widths[middle]
    if middle > 0:
        # Whatever a layer does, it does with the numbers of the one before it.
        first, used = middle - 1, used + widths[middle - 1]
    while True:
        left = first > 0 and used + widths[first - 1] <= room
        right = end < len(widths) and used + widths[end] <= room
        if not left and not right:
            return first, end
        if right and (not left or end - middle <= middle - first):
            used, end = used + widths[end], end + 1
        else:
            first, used = first - 1, used + widths[first - 1]


def unit_window(units: int, room: int, wanted: Sequence[int], scrolled: int) -> tuple[int, int]:
    """Return the first of the units that there is room for, and the one behind them.

    Those ``wanted`` are among them, the first of these before all others.
    """
    room = min(units, max(room, 1))
    first = min(max(scrolled, 0), units - room)
    for unit in reversed(wanted):
        if not first <= unit < first + room:
            first = min(max(unit - room // 2, 0), units - room)
    return first, first + room


def _placed(column: Column, box: QRectF, wanted: Sequence[int], scrolled: int) -> ColumnPlace:
    px = theme.px
    body = box.adjusted(0, px(HEADER), 0, 0)
    if column.body is Body.LOSS:
        return ColumnPlace(column, box, body, (_loss_place(body),))
    if column.body is Body.GRID:
        return ColumnPlace(column, box, body, ())
    pitch = px(PITCH)
    rooms = min(int(body.height() // pitch), MOST_UNITS)
    if rooms < column.units:
        rooms = min(int((body.height() - 2 * px(MORE)) // pitch), MOST_UNITS)
    first, end = unit_window(column.units, rooms, wanted, scrolled)
    inner = body.adjusted(0, px(MORE), 0, -px(MORE)) if end - first < column.units else body
    step = min(inner.height() / (end - first), px(104))
    begin = inner.center().y() - step * (end - first) / 2
    place = _map_place if column.body is Body.MAPS else _neuron_place
    is_roomy = step >= px(ROOMY)
    units = tuple(place(unit, body.center().x(), begin + step * i, step, body.width(), is_roomy)
                  for i, unit in enumerate(range(first, end)))
    return ColumnPlace(column, box, body, units, first, column.units - end, is_roomy)


def _neuron_place(unit: int, x: float, top: float, step: float, width: float, is_roomy: bool
                  ) -> UnitPlace:
    px = theme.px
    cell, label, gap, between = (px(7), px(15), px(4), px(6)) if is_roomy else \
        (px(5), 0, px(2), px(2))
    radius = min(max((step - label - 2 * cell - 2 * gap - between) / 2, px(16)), px(21))
    used = label + 2 * radius + 2 * cell + gap + between
    top += max((step - used) / 2, 0)
    centre = QPointF(x, top + label + radius)
    strip = min(max(width - px(34), px(36)), px(70))
    left = x - strip / 2 + px(5)
    forward = QRectF(left, centre.y() + radius + gap, strip, cell)
    backward = QRectF(left, forward.bottom() + between, strip, cell)
    return UnitPlace(unit, centre, radius, forward, backward)


def _map_place(unit: int, x: float, top: float, step: float, width: float, is_roomy: bool
               ) -> UnitPlace:
    px = theme.px
    label = px(14) if is_roomy else 0
    side = min(step - label - px(6), (width - px(22)) / 2, px(72))
    y = top + label + (step - label - side) / 2
    forward = QRectF(x - side - px(2), y, side, side)
    return UnitPlace(unit, QPointF(x, y + side / 2), side / 2, forward,
                     forward.translated(side + px(4), 0))


def _loss_place(body: QRectF) -> UnitPlace:
    px = theme.px
    centre = body.center()
    strip = QRectF(centre.x() - px(32), centre.y() + px(30), px(64), px(8))
    return UnitPlace(0, centre, px(24), strip, QRectF())
