"""Lines between columns: weights on the way forward, their gradients on the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from engine.microscope.statement import Phase
from gui import theme
from gui.microscope.network_columns import Body
from gui.microscope.network_hits import Hit, Kind
from gui.microscope.network_ink import Ink, arrow_head, number_text
from gui.microscope.network_places import ColumnPlace, Places, UnitPlace
from gui.microscope.network_reading import Reading, Wires
from gui.microscope.network_sequences import grid_boxes

WIDEST, THIN = 6.5, 1.6
"""Px of the widest line of the layer in hand, and of other layers."""
PALE, FAINT = 0.45, 0.28
"""How much of its colour a line keeps that is not of the unit in hand, and not of the layer."""

MOST_HEADS = 16
"""Lines between two layers that are not in hand, up to which each has an arrow head."""


class Use(Enum):
    """What the number in hand has to do with the weights between two columns."""

    NONE = "none"
    INTO = "into"
    BACK = "back"


@dataclass(frozen=True)
class Wire:
    """One weight that is seen.

    Attributes
    ----------
    begin, end : UnitPlace
        Where it leads from and to.
    weight : float
        The weight.
    slope : float | None
        Its gradient; None where the weight itself counts.
    is_known, is_in_hand, is_back : bool
        Whether that is known where one stands, whether the number in hand is it or is made of it,
        and whether it is used on the way back.
    """

    begin: UnitPlace
    end: UnitPlace
    weight: float
    slope: float | None
    is_known: bool
    is_in_hand: bool
    is_back: bool


Line = tuple[QPointF, QPointF]
"""Where a line begins and ends."""


class EdgePainter:
    """Paints lines between columns. GUI thread only.

    Parameters
    ----------
    ink : Ink
        What to write with.
    reading : Reading
        What there is to say.
    places : Places
        Where the columns stand.
    hits : list[Hit]
        What can be pointed at is added to it.

    Attributes
    ----------
    labelled : list[tuple[Wire, str]]
        Lines of the unit in hand with their numbers, the one in hand first.
    """

    def __init__(self, ink: Ink, reading: Reading, places: Places, hits: list[Hit]) -> None:
        self._ink, self._reading, self._places, self._hits = ink, reading, places, hits
        self.labelled: list[tuple[Wire, str]] = []

    def paint(self, painter: QPainter) -> None:
        """Paint all lines."""
        for place in self._places.columns:
            column = place.column
            for source in column.sources:
                before = self._places.column(source)
                if column.body is Body.LOSS and before is not None:
                    self._loss_lines(painter, before, place)
                elif before is None:
                    self._from_afar(painter, place)
                elif column.number - source > 1 or len(column.sources) > 1:
                    self._arc(painter, before, place)
                else:
                    self._between(painter, before, place)

    def _between(self, painter: QPainter, before: ColumnPlace, place: ColumnPlace) -> None:
        wires = self._reading.wires(place.column)
        if wires is None:
            self._without_weights(painter, before, place)
            return
        found = self._wires(wires, before, place)
        slopes = [abs(wire.slope) for wire in found if wire.slope is not None]
        weights = [abs(wire.weight) for wire in found]
        most = (max(filter(math.isfinite, slopes), default=0.0) or 1.0,
                max(filter(math.isfinite, weights), default=0.0) or 1.0)
        is_layer = self._reading.in_hand == place.column.number
        has_heads = is_layer or len(found) <= MOST_HEADS
        for wire in sorted(found, key=lambda wire: wire.is_in_hand):
            line = ends(wire.begin, wire.end)
            self._line(painter, wire, line, most, is_layer, has_heads)
            self._hits.append(self._hit(wires, wire, line))

    def _wires(self, wires: Wires, before: ColumnPlace, place: ColumnPlace) -> list[Wire]:
        reading, found = self._reading, []
        is_back = reading.is_backward and wires.slopes is not None
        known = reading.known(wires.gradient if is_back else wires.forward, place.column.units)
        use, is_update = self._use(wires), reading.phase is Phase.UPDATE
        for end in place.units:
            for begin in before.units:
                held = self._is_held(use, begin.unit, end.unit)
                weighs = held and use is Use.BACK
                slope = float(wires.slopes[begin.unit, end.unit]) \
                    if is_back and not weighs and wires.slopes is not None else None
                wire = Wire(begin, end, float(wires.weights[begin.unit, end.unit]), slope,
                            end.unit < known or weighs, held, is_back)
                found.append(wire)
                if held and wire.is_known and end.unit in (reading.unit_in_hand[1], *(
                        [end.unit] if weighs else [])):
                    value = wire.weight if slope is None or is_update else slope
                    self.labelled.append((wire, number_text(value, 2)))
        return found

    def _use(self, wires: Wires) -> Use:
        """Return what the number in hand has to do with some weights."""
        reading, opened = self._reading, self._reading.lens.opened_statement
        one = reading.program.statements[opened]
        if opened == wires.forward or one.name in (
                wires.variable, f"d{wires.variable}", f"b{wires.column}", f"db{wires.column}"):
            return Use.INTO
        is_input = one.op == "dense_backward_input" and one.number == wires.column
        return Use.BACK if is_input else Use.NONE

    def _is_held(self, use: Use, begin: int, end: int) -> bool:
        if use is Use.NONE:
            return False
        return self._reading.step.unit < 0 or \
            self._reading.unit_in_hand[1] == (end if use is Use.INTO else begin)

    def _line(self, painter: QPainter, wire: Wire, line: Line, most: tuple[float, float],
              is_layer: bool, has_head: bool) -> None:
        tokens, (begin, end) = theme.current(), line
        if not wire.is_known:
            dashed_line(painter, begin, end)
            return
        value = wire.weight if wire.slope is None else wire.slope
        if not math.isfinite(value):
            colour, width = QColor(tokens.bad), THIN
        else:
            colour = QColor(tokens.positive if value > 0 else tokens.negative)
            share = abs(value) / most[wire.slope is None]
            widest = WIDEST if is_layer and wire.slope is not None and wire.is_in_hand else \
                THIN * (1.6 if wire.is_in_hand else 1.0)
            width = 0.7 + (widest - 0.7) * share
            if value == 0:
                colour = QColor(tokens.border_strong)
        if not wire.is_in_hand:
            colour = theme.blended(tokens.surface, colour.name(), PALE if is_layer else FAINT)
        painter.setPen(QPen(colour, width * theme.scale()))
        painter.drawLine(begin, end)
        if wire.is_back and (has_head or wire.is_in_hand):
            # Near the start, where lines to one unit lie apart.
            tip = begin + (end - begin) * 0.24
            arrow_head(painter, tip, begin - end, (6 + 0.9 * width) * theme.scale(), colour)

    def _hit(self, wires: Wires, wire: Wire, line: Line) -> Hit:
        i, j = wire.begin.unit, wire.end.unit
        statement = wires.gradient if wire.slope is not None and wire.is_known else wires.forward
        index: tuple[int, ...] = (i, j) if statement == wires.gradient else \
            (self._reading.example, j)
        def tip(_: Hit) -> str:
            text = (f"Weight from {i + 1} to {j + 1} of layer {wires.column} "
                    f"({wires.variable}[{i}, {j}] in NumPy): {number_text(wire.weight)}")
            if wire.slope is None:
                return text
            return f"{text}. ∂L/∂w = {number_text(wire.slope)}" if wire.is_known \
                else f"{text}. Its gradient is still to come"

        return Hit(Kind.WEIGHT, QRectF(*line).normalized(), wires.column, j, -1, statement,
                   index, i, line, tip=tip)

    # Lines without weights of their own

    def _loss_lines(self, painter: QPainter, before: ColumnPlace, place: ColumnPlace) -> None:
        tokens, reading = theme.current(), self._reading
        loss = place.units[0].centre
        known = reading.known(before.column.errors[-1], before.column.units) \
            if before.column.errors else 0
        for unit in before.units or ():
            begin = QPointF(unit.backward.right() if before.column.body is Body.MAPS
                            else unit.body.right(), unit.centre.y())
            end = QPointF(loss.x() - theme.px(31), loss.y())
            if not reading.loss_known:
                dashed_line(painter, begin, end)
                continue
            colour = QColor(tokens.text_muted)
            painter.setPen(QPen(colour, 1.3 * theme.scale()))
            painter.drawLine(begin, end)
            if unit.unit < known:
                arrow_head(painter, begin + (end - begin) * 0.4, begin - end,
                           8 * theme.scale(), colour)
        if not before.units:
            self._band(painter, before, place)

    def _without_weights(self, painter: QPainter, before: ColumnPlace, place: ColumnPlace
                         ) -> None:
        """Draw one line for each unit where each reads its own, else one between the columns."""
        if before.column.units == place.column.units and before.column.body is Body.UNITS \
                and place.column.body is Body.UNITS and place.column.size == before.column.size:
            for unit in place.units:
                other = before.unit(unit.unit)
                if other is not None:
                    self._plain(painter, *ends(other, unit), place.column.number)
            return
        self._band(painter, before, place)

    def _band(self, painter: QPainter, before: ColumnPlace, place: ColumnPlace) -> None:
        """Draw what stands for all lines between two columns."""
        y = (before.body.center().y() + place.body.center().y()) / 2
        begin = QPointF(right_edge(before), y)
        end = QPointF(left_edge(place), y)
        self._plain(painter, begin, end, place.column.number, 2.4)

    def _plain(self, painter: QPainter, begin: QPointF, end: QPointF, number: int,
               width: float = 1.2) -> None:
        state = self._state(number)
        if state == 0:
            dashed_line(painter, begin, end)
            return
        tokens = theme.current()
        colour = QColor(tokens.accent if self._reading.in_hand == number else tokens.border_strong)
        head = (5 + 1.5 * width) * theme.scale()
        toward = begin - end if state == 2 else end - begin
        if abs(end.x() - begin.x()) < 2 * head:
            # No room for a line: an arrow says the same.
            side = QPointF(math.copysign(head / 2, toward.x()), 0)
            arrow_head(painter, (begin + end) / 2 + side, side, head, colour)
            return
        painter.setPen(QPen(colour, width * theme.scale()))
        painter.drawLine(begin, end)
        arrow_head(painter, begin + (end - begin) * (0.3 if state == 2 else 0.8), toward, head,
                   colour)

    def _state(self, number: int) -> int:
        """Return 0 where a column's numbers are still to come, 1 forward, 2 backward."""
        column, reading = self._reading.columns[number], self._reading
        now = reading.step.statement
        if reading.is_backward:
            errors = (*column.errors, *column.state_errors)
            return 2 if errors and min(errors) <= now else 0
        outputs = (*column.outputs, *column.states)
        return 1 if outputs and min(outputs) <= now else 0

    def _arc(self, painter: QPainter, before: ColumnPlace, place: ColumnPlace) -> None:
        """Draw a way past the columns in between, or one of several into a join."""
        number = place.column.number
        if number - before.column.number == 1:
            self._without_weights(painter, before, place)
            return
        tokens, state = theme.current(), self._state(number)
        top = min(before.body.top(), place.body.top()) + theme.px(3)
        begin = QPointF(before.body.center().x() + theme.px(34), top + theme.px(16))
        end = QPointF(place.body.center().x() - theme.px(34), top + theme.px(16))
        path = QPainterPath(begin)
        path.cubicTo(QPointF(begin.x() + theme.px(14), top - theme.px(6)),
                     QPointF(end.x() - theme.px(14), top - theme.px(6)), end)
        colour = QColor(tokens.accent if self._reading.in_hand == number else tokens.text_muted)
        pen = QPen(colour if state else QColor(tokens.border_strong), 1.8 * theme.scale())
        if state == 0:
            pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if state:
            share, sign = (0.06, -1) if state == 2 else (0.97, 1)
            angle = math.radians(path.angleAtPercent(share))
            arrow_head(painter, path.pointAtPercent(share),
                       QPointF(sign * math.cos(angle), -sign * math.sin(angle)),
                       8 * theme.scale(), colour)

    def _from_afar(self, painter: QPainter, place: ColumnPlace) -> None:
        """Draw the end of a line that begins in a column that is not seen."""
        number, y = place.column.number, place.body.center().y()
        if number - place.column.sources[0] > 1:
            y = place.body.top() + theme.px(20)
        end = QPointF(left_edge(place), y)
        self._plain(painter, QPointF(self._places.columns[0].box.left() - theme.px(4), y)
                    if place is self._places.columns[0] else end - QPointF(theme.px(26), 0),
                    end, number, 2.0)


def ends(begin: UnitPlace, end: UnitPlace) -> Line:
    """Return where the line between two units leaves the one and reaches the other."""
    # Plain numbers: a deep network has hundreds of lines.
    x, y, to_x, to_y = begin.centre.x(), begin.centre.y(), end.centre.x(), end.centre.y()
    length = math.hypot(to_x - x, to_y - y) or 1.0
    along_x, along_y = (to_x - x) / length, (to_y - y) / length
    out, into = begin.radius + 1, end.radius + 1
    return (QPointF(x + along_x * out, y + along_y * out),
            QPointF(to_x - along_x * into, to_y - along_y * into))


def right_edge(place: ColumnPlace) -> float:
    """Return where what stands in a column ends."""
    if not place.units:
        return grid_boxes(place)[0].right() + theme.px(6)
    return max(max(unit.body.right(), unit.forward.right(), unit.backward.right())
               for unit in place.units) + theme.px(4)


def left_edge(place: ColumnPlace) -> float:
    """Return where what stands in a column begins."""
    if not place.units:
        return grid_boxes(place)[0].left() - theme.px(26)
    return min(min(unit.body.left(), unit.forward.left() - theme.px(12))
               for unit in place.units) - theme.px(2)


def dashed_line(painter: QPainter, begin: QPointF, end: QPointF) -> None:
    """Draw what is still to come."""
    pen = QPen(QColor(theme.current().border_strong), theme.scale())
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.drawLine(begin, end)

