"""Neurons and their strips: one cell for each example, forward and backward."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from gui import theme
from gui.microscope.column_painter import ColumnPainter
from gui.microscope.network_columns import Column
from gui.microscope.network_hits import Hit, Kind
from gui.microscope.network_ink import SMALL, Ink, circle_text, number_text, signed_colour
from gui.microscope.network_places import MOST_CELLS, ColumnPlace, UnitPlace
from gui.microscope.network_reading import Array, Reading, Shown, largest

MARK_PX = 4
"""Least px of the frame round the example under the pointer."""

FEWEST_PX = 4
"""Px of a cell from which on there is a gap between it and the next."""


def cell_window(n: int, example: int) -> tuple[int, int]:
    """Return the first of the examples that have cells, and the one behind them."""
    first = example // MOST_CELLS * MOST_CELLS
    return first, min(first + MOST_CELLS, n)


class NeuronPainter(ColumnPainter):
    """Paints the units of columns that hold single numbers. GUI thread only."""

    def __init__(self, ink: Ink, reading: Reading, hits: list[Hit]) -> None:
        super().__init__(ink, reading, hits)
        self._ringed = _ringed(reading)
        self._pictures: dict[tuple[int, int], QImage] = {}
        self._rules: dict[tuple[float, float, int], list[QLineF]] = {}

    def paint(self, painter: QPainter, place: ColumnPlace) -> None:
        """Paint the neurons of a column."""
        output, error = (self._reading.output(place.column), self._reading.error(place.column))
        for unit in place.units:
            known = None if output is None else output.of(unit.unit)
            self._circle(painter, place, unit, known)
            self._strip(painter, place, unit, known, is_error=False)
            if not place.column.is_input:
                self._strip(painter, place, unit, None if error is None else error.of(unit.unit),
                            is_error=True)

    def _circle(self, painter: QPainter, place: ColumnPlace, unit: UnitPlace,
                shown: Shown | None) -> None:
        tokens, column = theme.current(), place.column
        value = float(shown.means[unit.unit]) if shown is not None else 0.0
        is_ringed = unit.unit in self._ringed.get((column.number, None), ())
        pen = QPen(QColor(tokens.accent if is_ringed else tokens.border_strong),
                   theme.scale() * (2.2 if is_ringed else 1.2))
        if shown is None:
            pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.surface) if shown is None
                         else signed_colour(value, shown.most * 2.4))
        if column.is_input:
            painter.drawRoundedRect(unit.body, theme.px(6), theme.px(6))
        else:
            painter.drawEllipse(unit.body)
        if shown is not None:
            self._ink.write(painter, unit.body, circle_text(value), tokens.text, SMALL, bold=True)
        self._label(painter, place, unit)
        self._hits.append(self._neuron_hit(column, unit, shown, value))

    def _label(self, painter: QPainter, place: ColumnPlace, unit: UnitPlace) -> None:
        """Write the unit's number above it, or at the left of it; an input's name at its left."""
        colour, number, r = theme.current().text_muted, unit.unit + 1, unit.radius
        x, y, wide = unit.centre.x(), unit.centre.y(), theme.px(34)
        if place.column.is_input:
            box = QRectF(x - r - wide - theme.px(3), y - r, wide, 2 * r)
            self._ink.write(painter, box, f"x<sub>{number}</sub>", colour, SMALL, align="right")
        elif place.is_roomy:
            box = QRectF(x - wide, y - r - theme.px(15), 2 * wide, theme.px(14))
            self._ink.write(painter, box, str(number), colour, SMALL)
        else:
            box = QRectF(x - r - wide - theme.px(2), y - r, wide, r)
            self._ink.write(painter, box, str(number), colour, SMALL, align="right")

    def _neuron_hit(self, column: Column, unit: UnitPlace, shown: Shown | None, value: float
                    ) -> Hit:
        def tip(hit: Hit) -> str:
            name = f"Input {hit.unit + 1}" if column.is_input else \
                f"Layer {column.number}, unit {hit.unit + 1}"
            if shown is None:
                return f"{name}: still to come"
            what = "mean of the batch" if self._reading.n > 1 else "the one example"
            return f"{name}: {shown.letter} = {number_text(value)} ({what})"

        statement = shown.statement if shown is not None else \
            (column.outputs[-1] if column.outputs else -1)
        return Hit(Kind.NEURON, unit.body, column.number, unit.unit, -1, statement,
                   (self._reading.example, unit.unit), tip=tip)

    def _strip(self, painter: QPainter, place: ColumnPlace, unit: UnitPlace,
               shown: Shown | None, *, is_error: bool) -> None:
        box, column = unit.backward if is_error else unit.forward, place.column
        if not column.is_input and place.is_roomy:
            letter = shown.letter if shown is not None else ("δ" if is_error else "a")
            wide = theme.px(20)
            self._ink.write(painter, QRectF(box.left() - wide - theme.px(6), box.top() - 2, wide,
                                            box.height() + 4), letter,
                            theme.current().text_muted, SMALL, align="right")
        if shown is None:
            self._empty_strip(painter, box)
            return
        first, end = cell_window(self._reading.n, self._reading.example)
        width = box.width() / (end - first)
        self._cells(painter, place, unit, shown, box)
        self._hits.append(Hit(
            Kind.CELL, box, column.number, unit.unit, first, shown.statement, (first, unit.unit),
            cells=end - first,
            tip=lambda hit: f"Example {hit.example + 1}: {shown.letter} = "
                            f"{number_text(float(shown.values[hit.example, hit.unit]))}"))
        if self._reading.n > 1:
            example_mark(painter, QRectF(box.left() + width * (self._reading.example - first),
                                         box.top(), width, box.height()))
        if unit.unit in self._ringed.get((column.number, is_error), ()):
            ring(painter, box)

    def _cells(self, painter: QPainter, place: ColumnPlace, unit: UnitPlace, shown: Shown,
               box: QRectF) -> None:
        """Paint a cell for each example: one line of a picture of all units that are seen."""
        first, end = cell_window(self._reading.n, self._reading.example)
        top = place.units[0].unit
        picture = self._pictures.get((place.column.number, shown.statement))
        if picture is None:
            seen = shown.values[first:end, top:place.units[-1].unit + 1]
            picture = self._ink.picture(seen.T, shown.most)
            self._pictures[place.column.number, shown.statement] = picture
        painter.drawImage(box, picture, QRectF(0, unit.unit - top, end - first, 1))
        width = box.width() / (end - first)
        if width >= FEWEST_PX:
            painter.setPen(QPen(QColor(theme.current().surface), 1))
            key = width, box.height(), end - first
            if key not in self._rules:
                self._rules[key] = [QLineF(width * i, 0.0, width * i, box.height())
                                    for i in range(1, end - first)]
            painter.translate(box.topLeft())
            painter.drawLines(self._rules[key])
            painter.translate(-box.topLeft())

    def _empty_strip(self, painter: QPainter, box: QRectF) -> None:
        pen = QPen(QColor(theme.current().border_strong), theme.scale())
        pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)

    def paint_loss(self, painter: QPainter, place: ColumnPlace, losses: Array | None) -> None:
        """Paint the loss, and that of every example."""
        tokens, reading, unit = theme.current(), self._reading, place.units[0]
        statement = reading.loss_statement if reading.loss_known else place.column.outputs[-1]
        box = QRectF(unit.centre.x() - theme.px(31), unit.centre.y() - theme.px(23),
                     theme.px(62), theme.px(46))
        is_open = reading.lens.opened_statement in place.column.outputs
        pen = QPen(QColor(tokens.accent if is_open else tokens.border_strong),
                   theme.scale() * (2.2 if is_open else 1.2))
        value = float(reading.trace.values[statement])
        if not reading.loss_known:
            pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(box, theme.px(8), theme.px(8))
        self._hits.append(Hit(
            Kind.NEURON, box, place.column.number, 0, -1, statement, (),
            tip=lambda _: f"Loss: {number_text(value)}" if reading.loss_known
            else "Loss: still to come"))
        if not reading.loss_known:
            return
        self._ink.write(painter, box, number_text(value), tokens.text, SMALL + 2, bold=True)
        if losses is None or reading.n == 1:
            return
        self._loss_cells(painter, place.column, unit.forward, losses)
        below = QRectF(place.box.left(), unit.forward.bottom() + theme.px(3), place.box.width(),
                       theme.px(16))
        self._ink.write(painter, below, f"ex. {reading.example + 1}: "
                        f"{number_text(losses[reading.example])}", tokens.text_muted, SMALL)

    def _loss_cells(self, painter: QPainter, column: Column, box: QRectF, losses: Array) -> None:
        tokens, reading = theme.current(), self._reading
        first, end = cell_window(reading.n, reading.example)
        width, most = box.width() / (end - first), largest(losses)
        for example in range(first, end):
            cell = QRectF(box.left() + width * (example - first), box.top(), width, box.height())
            share = float(losses[example]) / most if most else 0.0
            painter.fillRect(cell.adjusted(0.5, 0, -0.5, 0),
                             theme.blended(tokens.neutral, tokens.text_muted, share))
            if example == reading.example:
                mark = cell
        self._hits.append(Hit(
            Kind.CELL, box, column.number, 0, first, column.outputs[-1], cells=end - first,
            tip=lambda hit: f"Example {hit.example + 1}: loss "
                            f"{number_text(float(losses[hit.example]))}"))
        example_mark(painter, mark)


def example_mark(painter: QPainter, cell: QRectF) -> None:
    """Draw the frame that marks the example under the pointer."""
    tokens = theme.current()
    # Cells of large batches are thin: a frame has to have an inside.
    more = 1.2 + max(MARK_PX * theme.scale() - cell.width(), 0) / 2
    wide = cell.adjusted(-more, -1.8, more, 1.8)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.surface), 3 * theme.scale()))
    painter.drawRoundedRect(wide, 2, 2)
    painter.setPen(QPen(QColor(tokens.text), 1.5 * theme.scale()))
    painter.drawRoundedRect(wide, 2, 2)


def ring(painter: QPainter, box: QRectF) -> None:
    """Draw a ring round what the number in hand is made of."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.current().accent), 1.8 * theme.scale()))
    around = box.adjusted(-3, -3, 3, 3)
    painter.drawRoundedRect(around, 4, 4)


def _ringed(reading: Reading) -> dict[tuple[int, bool | None], set[int]]:
    """Return ringed units by column and direction; their circles by column and None."""
    found: dict[tuple[int, bool | None], set[int]] = {}
    for spot in reading.spots:
        units = {int(unit) for unit in spot.indices[:, -1]}
        found.setdefault((spot.column, spot.is_error), set()).update(units)
        found.setdefault((spot.column, None), set()).update(units)
    column, unit = reading.unit_in_hand
    found.setdefault((column, None), set()).add(unit)
    if reading.weight_in_hand is not None:
        to, begin, _ = reading.weight_in_hand
        found.setdefault((reading.columns[to].sources[0], None), set()).add(begin)
    return found

