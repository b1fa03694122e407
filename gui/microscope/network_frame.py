"""What stands round a network's columns: titles, the layer in hand, all layers, the legend."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui import theme
from gui.microscope.network_columns import Body, Column
from gui.microscope.network_edges import dashed_line
from gui.microscope.network_hits import Hit, Kind
from gui.microscope.network_ink import SMALL, TEXT, Ink, signed_colour
from gui.microscope.network_neurons import example_mark
from gui.microscope.network_places import MORE, ColumnPlace, Places
from gui.microscope.network_reading import Reading


class FramePainter:
    """Paints titles, ground and legend. GUI thread only.

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
    """

    def __init__(self, ink: Ink, reading: Reading, places: Places, hits: list[Hit]) -> None:
        self._ink, self._reading, self._places, self._hits = ink, reading, places, hits
        self._colours = theme.depth_colours(max(len(reading.columns) - 2, 1))

    def colour(self, column: Column) -> QColor | None:
        """Return the colour of a layer's depth; None for input and loss."""
        if column.is_input or column.body is Body.LOSS:
            return None
        return self._colours[column.number - 1]

    def paint_ground(self, painter: QPainter) -> None:
        """Paint the ground of the columns in hand."""
        boxes = [place.box for number in self._held()
                 if (place := self._places.column(number)) is not None]
        if not boxes:
            return
        box = QRectF(boxes[0])
        for other in boxes[1:]:
            box = box.united(other)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = theme.blended(theme.current().surface, theme.current().accent_soft, 0.55)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, theme.px(6), theme.px(6))

    def _held(self) -> tuple[int, ...]:
        """Return the columns between which the statement in hand computes."""
        number = self._reading.in_hand
        if number < 0:
            return ()
        column, own = self._reading.columns[number], self._reading.lens.statement.number
        if column.body is Body.LOSS:
            return (number - 1, number) if own >= 0 else (number,)
        op, near = self._reading.lens.statement.op, (number - 1,)
        is_between = not op.endswith(("_weights", "_input")) and "forward" not in op
        if is_between or number - 1 not in column.sources:
            return (number,)
        return (*near, number)

    def paint_titles(self, painter: QPainter) -> None:
        """Write what every column is, and how many of its units are not seen."""
        for place in self._places.columns:
            self._title(painter, place)
            self._more(painter, place)

    def _title(self, painter: QPainter, place: ColumnPlace) -> None:
        tokens, column, px = theme.current(), place.column, theme.px
        head = QRectF(place.box.left(), place.box.top() + px(2), place.box.width(), px(30))
        self._hits.append(Hit(Kind.COLUMN, head, column.number, tip=self._column_tip))
        colour = self.colour(column)
        if colour is None:
            self._ink.write(painter, head, column.title, tokens.text, TEXT, bold=True)
            return
        number = str(column.number)
        wide = self._ink.width(number, TEXT, bold=True) + px(5)
        room = head.width() - wide - px(6)
        lines = [column.title]
        if self._ink.width(column.title, SMALL) > room:
            first, _, rest = column.title.partition(" · ")
            lines = [first, rest] if rest else [column.title]
        total = wide + min(max(self._ink.width(line, SMALL) for line in lines), room)
        left = head.center().x() - total / 2
        each = head.height() / len(lines) if len(lines) > 1 else head.height()
        self._ink.write(painter, QRectF(left, head.top(), wide, each), number, tokens.text, TEXT,
                        bold=True, align="left")
        for i, line in enumerate(lines):
            self._ink.write(painter, QRectF(left + wide, head.top() + each * i, room, each), line,
                            tokens.text_muted, SMALL, align="left")
        line_width = min(px(52), head.width() * 0.6)
        painter.setPen(QPen(colour, 2.5 * theme.scale(), Qt.PenStyle.SolidLine,
                            Qt.PenCapStyle.RoundCap))
        y = head.bottom() + px(2)
        painter.drawLine(QPointF(head.center().x() - line_width / 2, y),
                         QPointF(head.center().x() + line_width / 2, y))

    def _column_tip(self, hit: Hit) -> str:
        column = self._reading.columns[hit.column]
        if column.body is Body.LOSS:
            return "Loss: mean of the batch"
        shape = " × ".join(map(str, column.shape))
        name = "Input" if column.is_input else f"Layer {column.number}: {column.title}"
        return f"{name}, {shape} numbers for each example"

    def _more(self, painter: QPainter, place: ColumnPlace) -> None:
        body, px = place.body, theme.px
        room = len(place.units)
        noun = "map" if place.column.body is Body.MAPS else "unit"
        for count, y, unit, where in (
                (place.before, body.top() + px(2), max(place.before - room, 0), "above"),
                (place.after, body.bottom() - px(MORE), place.before + room, "more")):
            if not count:
                continue
            box = QRectF(body.left() + px(4), y, body.width() - px(8), px(MORE))
            self._ink.write(painter, box, f"… {count} {where}", theme.current().text_muted, SMALL)
            plural = noun if count == 1 else f"{noun}s"
            text = f"{count} {plural} {where}: click or turn the wheel to see them"
            self._hits.append(Hit(Kind.MORE, box, place.column.number, unit, tip=_saying(text)))

    def paint_overview(self, painter: QPainter) -> None:
        """Paint a strip for every layer of a network that has not room; those seen are framed."""
        box, px = self._places.overview, theme.px
        if box.isEmpty():
            return
        tokens, columns = theme.current(), self._reading.columns
        each = box.width() / len(columns)
        strip = box.adjusted(0, px(3), 0, -px(3))
        for i, column in enumerate(columns):
            cell = QRectF(strip.left() + each * i, strip.top(), each, strip.height())
            gap = min(each * 0.12, px(2))
            colour = self.colour(column) or QColor(tokens.text_muted)
            painter.setPen(Qt.PenStyle.NoPen)
            seen = self._places.before <= i < len(columns) - self._places.after
            painter.setBrush(colour if seen else
                             theme.blended(tokens.surface, colour.name(), 0.4))
            painter.drawRoundedRect(cell.adjusted(gap, 0, -gap, 0), 2, 2)
            if column.number == self._reading.in_hand:
                self._pointer(painter, cell)
            self._hits.append(Hit(Kind.COLUMN, QRectF(cell.left(), box.top(), each, box.height()),
                                  column.number, tip=self._column_tip))
        first = strip.left() + each * self._places.before
        seen_box = QRectF(first, box.top(), each * len(self._places.columns), box.height())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.border_strong), theme.scale()))
        painter.drawRoundedRect(seen_box.adjusted(-1, 0, 1, 0), 3, 3)

    def _pointer(self, painter: QPainter, cell: QRectF) -> None:
        painter.setBrush(QColor(theme.current().text))
        x, y, r = cell.center().x(), cell.center().y(), theme.px(2.5)
        painter.setPen(QPen(QColor(theme.current().surface), theme.scale()))
        painter.drawEllipse(QPointF(x, y), r, r)

    def paint_legend(self, painter: QPainter) -> None:
        """Paint what colours, widths and dashes mean, as much of it as there is room for."""
        box, px, tokens = self._places.legend, theme.px, theme.current()
        x, y = box.left() + px(6), box.center().y()
        gap = px(16) if box.width() > px(640) else px(10)
        reading = self._reading
        entries = [("signs", "negative to positive"),
                   ("width", "width: size of the gradient" if reading.is_backward
                    else "line: a weight"),
                   ("dash", "still to come")]
        if reading.n > 1:
            entries.insert(2, ("mark", f"example {reading.example + 1} of {reading.n}"))
        for key, text in entries:
            wide = px(46) if key == "signs" else px(10) if key == "mark" else px(20)
            total = wide + px(6) + self._ink.width(text, SMALL)
            if x + total > box.right():
                continue
            self._sample(painter, key, QRectF(x, y - px(5), wide, px(10)))
            self._ink.write(painter, QRectF(x + wide + px(6), box.top(), total, box.height()),
                            text, tokens.text_muted, SMALL, align="left")
            x += total + gap

    def _sample(self, painter: QPainter, key: str, box: QRectF) -> None:
        tokens = theme.current()
        if key == "signs":
            steps = 23
            for i in range(steps):
                painter.fillRect(QRectF(box.left() + box.width() * i / steps, box.top(),
                                        box.width() / steps, box.height()),
                                 signed_colour(i - steps // 2, steps // 2))
        elif key == "mark":
            painter.fillRect(box.adjusted(1, 0, -1, 0), QColor(tokens.neutral))
            example_mark(painter, box.adjusted(1, 0, -1, 0))
        elif key == "dash":
            dashed_line(painter, QPointF(box.left(), box.center().y()),
                        QPointF(box.right(), box.center().y()))
        else:
            width = 4.0 if self._reading.is_backward else 1.6
            painter.setPen(QPen(QColor(tokens.positive), width * theme.scale()))
            painter.drawLine(QPointF(box.left(), box.center().y()),
                             QPointF(box.right(), box.center().y()))


def _saying(text: str) -> Callable[[Hit], str]:
    return lambda _: text


def stand_text(reading: Reading) -> str:
    """Return where one stands, in a sentence."""
    number = reading.in_hand
    where = "" if number < 0 or reading.columns[number].body is Body.LOSS else f", layer {number}"
    return f"{reading.phase.title}{where}"
