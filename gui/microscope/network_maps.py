"""Columns of images and of sequences: small pictures of the example that is marked."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui import theme
from gui.microscope.network_columns import Column
from gui.microscope.network_hits import Hit, Kind
from gui.microscope.network_ink import SMALL, Ink, number_text
from gui.microscope.network_neurons import largest, ring
from gui.microscope.network_places import ColumnPlace, UnitPlace
from gui.microscope.network_reading import Array, Reading, Shown

FEWEST_CELLS = 2
"""Px of a cell below which it is not pointed at by itself."""


class MapPainter:
    """Paints columns of feature maps. GUI thread only.

    Parameters
    ----------
    ink : Ink
        What to write with.
    reading : Reading
        What there is to say.
    hits : list[Hit]
        What can be pointed at is added to it.
    """

    def __init__(self, ink: Ink, reading: Reading, hits: list[Hit]) -> None:
        self._ink, self._reading, self._hits = ink, reading, hits

    def paint(self, painter: QPainter, place: ColumnPlace) -> None:
        """Paint the maps of a column."""
        output, error = (self._reading.output(place.column), self._reading.error(place.column))
        for shown, is_error in ((output, False), (error, True)):
            # All maps of an example have one scale, so that a weak one looks weak.
            most = 0.0 if shown is None else largest(shown.values[self._reading.example])
            for unit in place.units:
                box = unit.backward if is_error else unit.forward
                self._map(painter, place.column, unit, box, shown, most)
        self._titles(painter, place, output, error)

    def _map(self, painter: QPainter, column: Column, unit: UnitPlace, box: QRectF,
             shown: Shown | None, most: float) -> None:
        tokens = theme.current()
        if shown is None or unit.unit >= shown.known:
            pen = QPen(QColor(tokens.border_strong), theme.scale())
            pen.setDashPattern([2.5, 2.5])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            return
        values = shown.values[self._reading.example, ..., unit.unit]
        painter.drawImage(box, self._ink.picture(values, most))
        is_held = self._reading.unit_in_hand == (column.number, unit.unit)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent if is_held else tokens.border),
                            theme.scale() * (2 if is_held else 1)))
        painter.drawRect(box)
        self._hits.append(Hit(
            Kind.NEURON, box, column.number, unit.unit, self._reading.example, shown.statement,
            (self._reading.example, *_largest_at(values), unit.unit),
            tip=lambda hit: f"Layer {hit.column}, channel {hit.unit + 1}, example "
                            f"{hit.example + 1}: {shown.letter} from "
                            f"{number_text(float(values.min()))} to "
                            f"{number_text(float(values.max()))}"))

    def _titles(self, painter: QPainter, place: ColumnPlace, output: Shown | None,
                error: Shown | None) -> None:
        """Write the channel above each pair of maps, and what the two of it are."""
        tokens = theme.current()
        for unit in place.units:
            if not place.is_roomy:
                box = QRectF(unit.forward.left() - theme.px(20), unit.forward.top(), theme.px(17),
                             theme.px(14))
                self._ink.write(painter, box, str(unit.unit + 1), tokens.text_muted, SMALL,
                                align="right")
                continue
            above = QRectF(unit.forward.left(), unit.forward.top() - theme.px(15),
                           unit.forward.width(), theme.px(14))
            letter = "" if output is None else output.letter
            self._ink.write(painter, above, f"{unit.unit + 1}  {letter}", tokens.text_muted,
                            SMALL)
            beside = above.translated(unit.backward.left() - unit.forward.left(), 0)
            if not place.column.is_input:
                self._ink.write(painter, beside, "δ" if error is None else error.letter,
                                tokens.text_muted, SMALL)

    def paint_uses(self, painter: QPainter, place: ColumnPlace) -> None:
        """Frame what the number in hand is made of, within the maps of the marked example."""
        for spot in self._reading.spots:
            if spot.column != place.column.number or spot.indices.shape[1] != 4:
                continue
            rows = spot.indices[spot.indices[:, 0] == self._reading.example]
            for unit in place.units:
                at = rows[rows[:, 3] == unit.unit]
                if len(at):
                    box = unit.backward if spot.is_error else unit.forward
                    frame_places(painter, box, at[:, 1:3], place.column.shape[:2])


def _largest_at(values: Array) -> tuple[int, ...]:
    """Return where the number farthest from 0 stands."""
    return tuple(int(place) for place in
                 np.unravel_index(int(np.argmax(np.abs(values))), values.shape))


def frame_places(painter: QPainter, box: QRectF, at: Array, shape: tuple[int, ...]) -> None:
    """Frame places of a map: the smallest box that holds them all."""
    height, width = box.height() / shape[0], box.width() / shape[1]
    low, high = at.min(axis=0), at.max(axis=0) + 1
    around = QRectF(box.left() + width * low[1], box.top() + height * low[0],
                    max(width * (high[1] - low[1]), 3), max(height * (high[0] - low[0]), 3))
    tokens = theme.current()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tokens.surface), 3 * theme.scale()))
    painter.drawRect(around)
    painter.setPen(QPen(QColor(tokens.text), 1.5 * theme.scale()))
    painter.drawRect(around)


class GridPainter:
    """Paints columns of sequences: a row for each unit, a cell for each step. GUI thread only.

    Parameters
    ----------
    ink : Ink
        What to write with.
    reading : Reading
        What there is to say.
    hits : list[Hit]
        What can be pointed at is added to it.
    """

    def __init__(self, ink: Ink, reading: Reading, hits: list[Hit]) -> None:
        self._ink, self._reading, self._hits = ink, reading, hits

    def paint(self, painter: QPainter, place: ColumnPlace) -> None:
        """Paint both grids of a column."""
        output, error = self._reading.output(place.column), self._reading.error(place.column)
        for shown, box, letter in zip((output, error), grid_boxes(place), ("a", "δ"),
                                      strict=True):
            self._grid(painter, place.column, box, shown, letter)
        upper = grid_boxes(place)[0]
        self._time(painter, upper, place.column.shape[0])

    def _grid(self, painter: QPainter, column: Column, box: QRectF, shown: Shown | None,
              letter: str) -> None:
        tokens = theme.current()
        side = QRectF(box.left() - theme.px(20), box.top(), theme.px(17), box.height())
        self._ink.write(painter, side, shown.letter if shown is not None else letter,
                        tokens.text_muted, SMALL, align="right")
        if shown is None:
            pen = QPen(QColor(tokens.border_strong), theme.scale())
            pen.setDashPattern([2.5, 2.5])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            return
        values = shown.values[self._reading.example].T
        known = np.where(np.arange(len(values))[:, None] < shown.known, values, 0.0)
        painter.drawImage(box, self._ink.picture(known, largest(values)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.border), theme.scale()))
        painter.drawRect(box)
        height, width = box.height() / values.shape[0], box.width() / values.shape[1]
        column_hand, unit = self._reading.unit_in_hand
        if column_hand == column.number and 0 <= unit < len(values):
            ring(painter, QRectF(box.left(), box.top() + height * unit, box.width(), height
                                 ).adjusted(2, 2, -2, -2))
        for row, step in np.ndindex(*values.shape):
            cell = QRectF(box.left() + width * step, box.top() + height * row, width, height)
            self._hits.append(Hit(
                Kind.CELL, cell, column.number, row, self._reading.example, shown.statement,
                (self._reading.example, step, row),
                tip=lambda hit: f"Step {hit.index[1] + 1}, unit {hit.unit + 1}, example "
                                f"{hit.example + 1}: {shown.letter} = "
                                f"{number_text(float(values[hit.unit, hit.index[1]]))}"))

    def _time(self, painter: QPainter, box: QRectF, steps: int) -> None:
        """Write the first and the last step below a grid."""
        colour = theme.current().text_muted
        below = QRectF(box.left(), box.bottom() + theme.px(1), box.width(), theme.px(15))
        self._ink.write(painter, below, "t = 1", colour, SMALL, align="left")
        self._ink.write(painter, below, str(steps), colour, SMALL, align="right")


def grid_boxes(place: ColumnPlace) -> tuple[QRectF, QRectF]:
    """Return where a sequence's numbers stand, forward and backward."""
    px = theme.px
    inner = place.body.adjusted(px(26), px(6), -px(12), -px(6))
    units, steps = place.column.units, place.column.shape[0]
    cell = min((inner.height() - px(28)) / (2 * units), px(16))
    height, width = cell * units, min(inner.width(), px(18) * steps)
    top = inner.center().y() - height - px(12)
    left = inner.center().x() - width / 2
    upper = QRectF(left, top, width, height)
    return upper, upper.translated(0, height + px(20))

