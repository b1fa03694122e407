"""The number in hand, and those beside it, written into a network's picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from engine.microscope.statement import Statement
from gui import theme
from gui.microscope.anatomy import SLOPE, indexed
from gui.microscope.network_columns import Body
from gui.microscope.network_edges import Wire, ends
from gui.microscope.network_ink import TEXT, Ink, number_text
from gui.microscope.network_places import Places
from gui.microscope.network_reading import Reading

MOST_BESIDE = 6
DEAR = 4
"""How much rather the number in hand covers a strip than a circle or a title."""
SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.28)
"""Where on its line a number may stand."""


def element_symbol(statement: Statement, index: Sequence[int]) -> str:
    """Return one number of a result in mathematics, counted from 1, as the equation has it.

    A weight's gradient is ``∂L/∂w<sup>(2)</sup><sub>1,2</sub>``.
    """
    places = [str(place + 1) for place in (index[1:] if statement.per_example else index)]
    if not places:
        return statement.symbol
    slope = SLOPE if statement.symbol.startswith(SLOPE) else ""
    letter, above = indexed(statement.symbol.removeprefix(SLOPE))
    layer = f"<sup>{above}</sup>" if above else ""
    return f"{slope}{letter}{layer}<sub>{','.join(places)}</sub>"


class PillPainter:
    """Writes numbers at lines and neurons, each where it hides nothing. GUI thread only.

    Parameters
    ----------
    ink : Ink
        What to write with.
    reading : Reading
        What there is to say.
    places : Places
        Where the columns stand.
    """

    def __init__(self, ink: Ink, reading: Reading, places: Places) -> None:
        self._ink, self._reading, self._places = ink, reading, places
        units = [unit for place in places.columns for unit in place.units]
        self._taken = [box for unit in units
                       for box in (unit.body, unit.forward, unit.backward) if not box.isEmpty()]
        # What must stay in sight before a strip of numbers does: circles, and what layers are.
        self._dear = [*(unit.body for unit in units), *(
            QRectF(place.box.topLeft(), place.body.topRight()) for place in places.columns)]

    def text(self) -> str:
        """Return the number in hand with its symbol, as rich text."""
        one = self._reading.program.statements[self._reading.lens.opened_statement]
        symbol = element_symbol(one, self._reading.lens.opened_index)
        # A circle has the mean of the batch: what is of one example says so.
        whose = f"ex. {self._reading.lens.opened_index[0] + 1}: " \
            if one.per_example and one.shape and self._reading.n > 1 else ""
        return f"{whose}{symbol} = {number_text(self._reading.value)}"

    def paint(self, painter: QPainter, labelled: Sequence[tuple[Wire, str]]) -> None:
        """Write the number in hand, and those of the lines of its unit."""
        held = self._reading.weight_in_hand
        others = list(labelled)
        if held is None:
            self._at_unit(painter)
        else:
            own = next((wire for wire, _ in labelled
                        if (wire.begin.unit, wire.end.unit) == held[1:]), None)
            others = [one for one in labelled if one[0] is not own]
            if own is not None:
                size, room = self._ink.pill_size(self.text(), TEXT, bold=True), self._room()
                near = [*_along(own, size), *_round(own.begin.body, size, room),
                        *_round(own.end.body, size, room)]
                self._main(painter, self._best(near))
        if len(others) > MOST_BESIDE:
            return
        for wire, text in others:
            size = self._ink.pill_size(text)
            box = self._free(_along(wire, size))
            if box is not None:
                self._ink.pill(painter, box, text, border=theme.current().border)
                self._taken.append(box)

    def _main(self, painter: QPainter, box: QRectF) -> None:
        tokens = theme.current()
        self._ink.pill(painter, box, self.text(), size=TEXT, bold=True, border=tokens.accent,
                       width=1.8)
        self._taken.append(box)

    def _at_unit(self, painter: QPainter) -> None:
        """Write the number beside the unit that it is a number of."""
        number, unit = self._reading.unit_in_hand
        one = self._reading.program.statements[self._reading.lens.opened_statement]
        place = self._places.column(number)
        if one.name == "L":
            place, unit = self._places.columns[-1], 0
            if place.column.body is not Body.LOSS:
                return
        if place is None:
            return
        spot = place.unit(unit)
        body = spot.body if spot is not None else QRectF(place.body.center(), place.body.center())
        if spot is not None and place.column.body is Body.MAPS:
            body = spot.forward.united(spot.backward)
        if one.name == "L":
            body = body.adjusted(-theme.px(8), 0, theme.px(8), 0)
        size = self._ink.pill_size(self.text(), TEXT, bold=True)
        self._main(painter, self._best(list(_round(body, size, self._room()))))

    def _room(self) -> QRectF:
        first, last = self._places.columns[0].box, self._places.columns[-1].box
        return QRectF(first.topLeft(), last.bottomRight())

    def _best(self, candidates: Sequence[QRectF]) -> QRectF:
        """Return the first of these boxes that covers nothing; else the one that covers least."""
        return self._free(iter(candidates)) or min(candidates, key=self._covered)

    def _covered(self, box: QRectF) -> float:
        return sum(share * both.width() * both.height()
                   for share, boxes in ((1, self._taken), (DEAR, self._dear)) for other in boxes
                   if not (both := box.intersected(other)).isEmpty())

    def _free(self, candidates: Iterator[QRectF]) -> QRectF | None:
        """Return the first of these boxes that covers nothing."""
        room = self._room()
        return next((box for box in candidates if room.contains(box)
                     and not any(box.intersects(other)
                                 for other in (*self._taken, *self._dear))), None)


def _along(wire: Wire, size: tuple[float, float]) -> Iterator[QRectF]:
    begin, end = ends(wire.begin, wire.end)
    for share in SHARES:
        middle = begin + (end - begin) * share
        yield QRectF(middle.x() - size[0] / 2, middle.y() - size[1] / 2, *size)


def _round(body: QRectF, size: tuple[float, float], room: QRectF) -> Iterator[QRectF]:
    """Yield places above, at the right, at the left of and below a body, within the room."""
    wide, high = size
    gap, middle = theme.px(3), body.center()
    for corner in (QPointF(middle.x() - wide / 2, body.top() - gap - high),
                   QPointF(body.right() + gap, middle.y() - high / 2),
                   QPointF(body.left() - gap - wide, middle.y() - high / 2),
                   QPointF(body.right() + gap, body.top() - high),
                   QPointF(body.left() - gap - wide, body.top() - high),
                   QPointF(middle.x() - wide / 2, body.bottom() + gap)):
        box = QRectF(corner.x(), corner.y(), wide, high)
        if box.left() < room.left():
            box.moveLeft(room.left())
        if box.right() > room.right():
            box.moveRight(room.right())
        yield box
