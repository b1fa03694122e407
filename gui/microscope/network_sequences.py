"""Columns of sequences: a row for each unit, unrolled over the steps of time."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui import theme
from gui.microscope.column_painter import ColumnPainter
from gui.microscope.network_columns import Column
from gui.microscope.network_hits import Hit, Kind
from gui.microscope.network_ink import SMALL, arrow_head, number_text
from gui.microscope.network_places import ColumnPlace
from gui.microscope.network_reading import Grid, largest

GAPS_FROM = 6
"""Px of a step from which on steps are parted by a gap."""


class SequencePainter(ColumnPainter):
    """Paints columns of sequences. GUI thread only."""

    def paint(self, painter: QPainter, place: ColumnPlace) -> None:
        """Paint a column: its numbers above, their derivatives below."""
        column = place.column
        boxes = grid_boxes(place)
        letters = ("h", "∂h") if column.states else ("a", "δ")
        for is_error in (False, True):
            grid = self._reading.grid(column, is_error=is_error)
            self._grid(painter, column, boxes[is_error], grid, letters[is_error], is_error)
            if column.states:
                self._arrow(painter, column, boxes[is_error], is_error)
        self._spots(painter, column, boxes)
        self._time(painter, column, boxes)

    def _grid(self, painter: QPainter, column: Column, box: QRectF, grid: Grid | None,
              letter: str, is_error: bool) -> None:
        tokens = theme.current()
        side = QRectF(box.left() - theme.px(24), box.top(), theme.px(20), box.height())
        self._ink.write(painter, side, letter if grid is None else grid.letter,
                        tokens.text_muted, SMALL, align="right")
        pen = QPen(QColor(tokens.border_strong), theme.scale())
        pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        if grid is None:
            return
        units, steps = grid.values.shape
        most = largest(np.where(grid.known, grid.values, 0.0))
        known = np.flatnonzero(grid.known.any(axis=0))
        first, end = int(known[0]), int(known[-1]) + 1
        width = box.width() / steps
        part = QRectF(box.left() + width * first, box.top(), width * (end - first), box.height())
        painter.drawImage(part, self._ink.picture(grid.values[:, first:end], most))
        if width >= GAPS_FROM:
            painter.setPen(QPen(QColor(tokens.surface), 1))
            for step in range(first + 1, end):
                x = box.left() + width * step
                painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        self._hits.append(Hit(
            Kind.CELL, box, column.number, 0, self._reading.example, grid.whole,
            grid=(steps, units), lines=grid.lines, tip=lambda hit: self._tip(hit, grid)))

    def _tip(self, hit: Hit, grid: Grid) -> str:
        place = f"Step {hit.step + 1}, unit {hit.unit + 1}, example {hit.example + 1}"
        if not grid.known[hit.unit, hit.step]:
            return f"{place}: still to come"
        return f"{place}: {grid.letter} = {number_text(float(grid.values[hit.unit, hit.step]))}"

    def _arrow(self, painter: QPainter, column: Column, box: QRectF, is_error: bool) -> None:
        """Draw the way of the state above a grid: from step to step, or back."""
        reading, tokens = self._reading, theme.current()
        is_held = reading.in_hand == column.number and reading.time >= 0 \
            and reading.is_backward == is_error
        colour = QColor(tokens.accent if is_held else tokens.border_strong)
        y, width = box.top() - theme.px(6), box.width() / column.grid[0]
        painter.setPen(QPen(colour, (1.8 if is_held else 1.2) * theme.scale()))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        at = box.left() + width * (reading.time + 0.5) if is_held else \
            (box.left() if is_error else box.right())
        head = theme.px(7)
        arrow_head(painter, QPointF(at - head / 2 if is_error else at + head / 2, y),
                   QPointF(-1 if is_error else 1, 0), head, colour)

    def _spots(self, painter: QPainter, column: Column, boxes: tuple[QRectF, QRectF]) -> None:
        """Frame what the number in hand is made of, and the step in hand."""
        steps, units = column.grid
        if self._reading.in_hand == column.number and self._reading.time >= 0:
            for box in boxes:
                width = box.width() / steps
                _frame(painter, QRectF(box.left() + width * self._reading.time, box.top(), width,
                                       box.height()), QColor(theme.current().accent))
        for spot in self._reading.spots:
            if spot.column != column.number or spot.indices.shape[1] != 3:
                continue
            rows = spot.indices[spot.indices[:, 0] == self._reading.example]
            if not len(rows):
                continue
            low, high = rows[:, 1:].min(axis=0), rows[:, 1:].max(axis=0) + 1
            box = boxes[spot.is_error]
            width, height = box.width() / steps, box.height() / units
            _frame(painter, QRectF(box.left() + width * low[0], box.top() + height * low[1],
                                   width * (high[0] - low[0]), height * (high[1] - low[1])),
                   QColor(theme.current().text))

    def _time(self, painter: QPainter, column: Column, boxes: tuple[QRectF, QRectF]) -> None:
        """Write the first, the last and the step in hand below the grids."""
        colour, box, steps = theme.current().text_muted, boxes[1], column.grid[0]
        below = QRectF(box.left(), box.bottom() + theme.px(2), box.width(), theme.px(15))
        held = self._reading.time if self._reading.in_hand == column.number else -1
        taken = []
        if held >= 0:
            text = f"t = {held + 1}"
            wide = self._ink.width(text, SMALL, bold=True) + theme.px(8)
            middle = box.left() + box.width() / steps * (held + 0.5)
            left = min(max(middle - wide / 2, box.left() - theme.px(10)),
                       box.right() + theme.px(10) - wide)
            label = QRectF(left, below.top(), wide, below.height())
            self._ink.write(painter, label, text, theme.current().text, SMALL, bold=True)
            taken.append(label)
        for text, align in (("1" if held >= 0 else "t = 1", "left"), (str(steps), "right")):
            wide = self._ink.width(text, SMALL)
            x = below.left() if align == "left" else below.right() - wide
            label = QRectF(x, below.top(), wide, below.height())
            if not any(label.intersects(other) for other in taken):
                self._ink.write(painter, label, text, colour, SMALL, align="left")


def _frame(painter: QPainter, box: QRectF, colour: QColor) -> None:
    around = box.adjusted(-1, -1, 1, 1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.current().surface), 3 * theme.scale()))
    painter.drawRect(around)
    painter.setPen(QPen(colour, 1.5 * theme.scale()))
    painter.drawRect(around)


def grid_boxes(place: ColumnPlace) -> tuple[QRectF, QRectF]:
    """Return where a sequence's numbers stand, and their derivatives."""
    px = theme.px
    inner = place.body.adjusted(px(30), px(16), -px(10), -px(20))
    steps, units = place.column.grid
    gap = px(24)
    cell = min((inner.height() - gap) / (2 * units), px(16))
    height, width = max(cell * units, px(8)), min(inner.width(), px(18) * steps)
    top = inner.center().y() - height - gap / 2
    upper = QRectF(inner.center().x() - width / 2, top, width, height)
    return upper, upper.translated(0, height + gap)
