"""Columns of images: small pictures of the marked example, and where a kernel was used."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui import theme
from gui.microscope.column_painter import ColumnPainter
from gui.microscope.network_columns import Column
from gui.microscope.network_hits import Hit, Kind
from gui.microscope.network_ink import SMALL, number_text
from gui.microscope.network_places import ColumnPlace, UnitPlace
from gui.microscope.network_reading import Array, Shown, largest


class MapPainter(ColumnPainter):
    """Paints columns of feature maps. GUI thread only."""

    def paint(self, painter: QPainter, place: ColumnPlace) -> None:
        """Paint the maps of a column."""
        output, error = (self._reading.output(place.column), self._reading.error(place.column))
        for shown, is_error in ((output, False), (error, True)):
            if is_error and not place.column.errors:
                continue
            for unit in place.units:
                box = unit.backward if is_error else unit.forward
                self._map(painter, place.column, unit, box,
                          None if shown is None else shown.of(unit.unit))
        self._titles(painter, place, output, error)

    def _map(self, painter: QPainter, column: Column, unit: UnitPlace, box: QRectF,
             shown: Shown | None) -> None:
        tokens = theme.current()
        if shown is None:
            pen = QPen(QColor(tokens.border_strong), theme.scale())
            pen.setDashPattern([2.5, 2.5])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            return
        values = shown.values[self._reading.example, ..., unit.unit]
        # All maps of an example have one scale, so that a weak one looks weak.
        most = largest(shown.values[self._reading.example])
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
            if place.column.errors:
                self._ink.write(painter, beside, "δ" if error is None else error.letter,
                                tokens.text_muted, SMALL)

    def paint_uses(self, painter: QPainter, place: ColumnPlace) -> None:
        """Frame what the number in hand is made of, within the maps of the marked example.

        Of a kernel's weight, what each of its places adds to its gradient is drawn beside.
        """
        self._products(painter, place)
        for spot in self._reading.spots:
            if spot.column != place.column.number or spot.indices.shape[1] != 4:
                continue
            rows = spot.indices[spot.indices[:, 0] == self._reading.example]
            for unit in place.units:
                at = rows[rows[:, 3] == unit.unit]
                if len(at):
                    box = unit.backward if spot.is_error else unit.forward
                    frame_places(painter, box, at[:, 1:3], place.column.shape[:2])

    def _products(self, painter: QPainter, place: ColumnPlace) -> None:
        reading, tokens = self._reading, theme.current()
        uses = reading.uses
        one = reading.program.statements[reading.lens.opened_statement]
        if uses is None or uses.on_image.ndim != 2 or \
                place.column.number not in reading.columns[one.number].sources:
            return
        unit = place.unit(reading.lens.opened_index[-2])
        if unit is None:
            return
        known = np.isfinite(uses.on_image)
        values = np.where(known, uses.on_image, 0.0)
        painter.drawImage(unit.backward, self._ink.picture(values, largest(values)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent), 2 * theme.scale()))
        painter.drawRect(unit.backward)
        wide = self._ink.width("products", SMALL) + theme.px(4)
        below = QRectF(unit.backward.center().x() - wide / 2, unit.backward.bottom() + 2, wide,
                       theme.px(15))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(below, 3, 3)
        self._ink.write(painter, below, "products", tokens.text, SMALL)
        self._hits.append(Hit(
            Kind.NEURON, unit.backward, place.column.number, unit.unit, reading.example,
            reading.lens.opened_statement, reading.lens.opened_index,
            tip=lambda _: "What every place at which this weight was used adds to its gradient: "
                          f"{number_text(uses.total)} on example {reading.example + 1}, "
                          f"{number_text(uses.whole)} on all"))


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
