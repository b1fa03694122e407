"""Paints what a pair's rows hold: a line for A above one for B, on the same axes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from engine.diagnosis.verdicts import LayerVerdict
from gui import theme
from gui.builder.card_text import whole_words
from gui.builder.columns import PAIR
from gui.builder.pairing import Pairing
from gui.builder.row_ink import LEFT, RIGHT, RowInk
from gui.builder.rows import Row
from gui.builder.rows_model import RowsModel, magnitude, status_word
from gui.builder.run_figures import RunFigures, is_far, ratio_text
from gui.builder.scales import places
from gui.frames.run_info import FIRST, SECOND

THINNER = 0.6
"""Height of B's bar as a share of A's."""
PALER = 150
"""Of 255: how much B's histogram covers of the ground."""
LEAST_WORDS = 60
"""Px, at 13 px text, below which a card only says whether A and B differ."""
ALIKE, UNLIKE = "A = B", "A ≠ B"


class PairPainter:
    """Paints the two lines of a row. GUI thread only.

    Parameters
    ----------
    model : RowsModel
        The rows of a pair.
    ink : RowInk
        What to paint with.
    """

    def __init__(self, model: RowsModel, ink: RowInk) -> None:
        self._model, self._ink = model, ink
        self._titles_of: tuple[tuple[Row, ...], int, float] | None = None
        self._titles_width = 0

    # Card

    def paint_card_text(self, painter: QPainter, box: QRect, row: Row, pairing: Pairing) -> None:
        """Write what both have at the left, and what each has of its own."""
        tokens, density = theme.current(), self._ink.scene.density
        if density.lines == 1:
            self._paint_short(painter, box, row, pairing)
            return
        size = density.text
        upper, lower = self._lines(box)
        if row.is_input or not (pairing.a or pairing.b):
            self._ink.text(painter, upper, row.label, tokens.text, size, bold=True)
            mark = f"only in {pairing.only}" if pairing.only else "" if row.is_input else ALIKE
            if mark:
                wide = self._ink.metrics(11, bold=True).horizontalAdvance(mark) + theme.px(8)
                self._ink.text(painter, lower, mark, self._letter(pairing.only), 11, bold=True)
                lower = lower.adjusted(wide, 0, 0, 0)
            self._detail(painter, lower, row.detail)
            return
        begin = min(self._title_width(size) + theme.px(10), round(box.width() * 0.55))
        beside = box.adjusted(begin, 0, 0, 0)
        left = QRect(upper.left(), upper.top(), begin - theme.px(6), upper.height())
        self._ink.text(painter, left, pairing.title, tokens.text, size, bold=True)
        self._detail(painter, left.translated(0, lower.top() - upper.top()), row.detail)
        self._paint_differences(painter, beside, pairing)

    def _paint_differences(self, painter: QPainter, box: QRect, pairing: Pairing) -> None:
        tokens = theme.current()
        if box.width() < theme.px(LEAST_WORDS):
            self._ink.text(painter, box, UNLIKE, tokens.text, 11, bold=True)
        else:
            letter = self._ink.metrics(11, bold=True).horizontalAdvance("B") + theme.px(5)
            for line, key, words in zip(self._lines(box), (FIRST, SECOND),
                                        (pairing.a, pairing.b), strict=True):
                self._ink.figure(painter, line, key, self._letter(key), 11, bold=True)
                colour = tokens.text if key == self._model.edited else tokens.text_muted
                self._ink.text(painter, line.adjusted(letter, 0, 0, 0), words, colour, 11)

    def _paint_short(self, painter: QPainter, box: QRect, row: Row, pairing: Pairing) -> None:
        """Write a single line: the layer, and whether it differs."""
        tokens, size = theme.current(), self._ink.scene.density.text
        alike = not (pairing.a or pairing.b or pairing.only)
        mark = "" if alike or row.is_input else \
            f"only {pairing.only}" if pairing.only else UNLIKE
        wide = self._ink.metrics(11).horizontalAdvance(mark)
        self._ink.figure(painter, box, mark, tokens.text_muted, 11, RIGHT)
        self._ink.text(painter, box.adjusted(0, 0, -wide - theme.px(6), 0),
                       row.label if alike or pairing.only else pairing.title, tokens.text, size,
                       bold=True)

    def _detail(self, painter: QPainter, box: QRect, text: str) -> None:
        # Half of a number of parameters says nothing.
        if self._ink.metrics(11).horizontalAdvance(text.partition(" · ")[0]) > box.width():
            return
        text = whole_words(text, self._ink.metrics(11), box.width())
        self._ink.text(painter, box, text, theme.current().text_muted, 11)

    def _letter(self, key: str) -> str:
        """Return the colour of a run's letter: the one that is edited stands out."""
        tokens = theme.current()
        return tokens.accent if key == self._model.edited else tokens.text_muted

    def _title_width(self, size: int) -> int:
        """Return the px of the longest title, so that what differs stands in a column."""
        known = self._model.rows, size, theme.scale()
        if known != self._titles_of:
            metrics = self._ink.metrics(size, bold=True)
            self._titles_of = known
            self._titles_width = max(
                (metrics.horizontalAdvance(row.pairing.title) for row in self._model.rows
                 if row.pairing is not None and row.pairing.a and not row.is_input), default=0)
        return self._titles_width

    def _lines(self, box: QRect) -> tuple[QRect, QRect]:
        """Return the boxes of A's and of B's line."""
        # Both lines lie within the card, which is a little less high than its row.
        pitch = min(theme.px(17), self._ink.scene.row_height // 2 - theme.px(2))
        middle = box.top() + box.height() // 2
        return (QRect(box.left(), middle - pitch, box.width(), pitch),
                QRect(box.left(), middle, box.width(), pitch))

    # Instruments

    def paint_instruments(self, painter: QPainter, rect: QRect, row: Row) -> None:
        """Paint histograms, bars, shapes and values of both, and B/A."""
        columns = self._ink.scene.columns
        if row.is_input:
            self._paint_notes(painter, rect, row)
            return
        gradient = columns.rect("gradient", rect)
        self._ink.grid(painter, gradient)
        self._paint_histograms(painter, columns.rect("histogram", rect), row)
        speaks = not row.note or self._model.quantity == "activations"
        if not speaks:
            self._ink.text(painter, gradient.adjusted(theme.px(4), 0, 0, 0), row.note,
                           theme.current().text_muted, 11)
        bars, lines = self._bars(gradient), self._lines(columns.rect("status", rect))
        for (key, figures), bar, line in zip(self._runs(), bars, lines, strict=True):
            if row.only not in ("", key):
                self._paint_absence(painter, line if speaks else QRect(), bar, key)
                continue
            reading = figures.readings.get(row.layer_id)
            if reading is not None and speaks:
                value = self._model.gradient(reading)
                self._ink.bar(painter, bar, value, self._state(key, figures, row))
                if key == FIRST and self._model.quantity == "weights":
                    self._ink.band(painter, bar, reading)
            if speaks:
                self._ink.expected(painter, bar, self._model.theory(key).gradient(row.layer_id))
            self._paint_status(painter, line, key, figures, row)
        self._paint_ratio(painter, columns.rect("update", rect), row)

    def _runs(self) -> Iterator[tuple[str, RunFigures]]:
        yield from zip((FIRST, SECOND), self._model.sides(), strict=True)

    def _paint_notes(self, painter: QPainter, rect: QRect, row: Row) -> None:
        tokens, pairing = theme.current(), row.pairing
        box = self._ink.scene.columns.rect("histogram", rect)
        box.setRight(rect.right())
        if pairing is None or not pairing.a or self._ink.scene.density.lines == 1:
            note = row.note if pairing is None or not pairing.a else \
                f"A {pairing.a}; B {pairing.b}"
            self._ink.text(painter, box, note, tokens.text_muted, 11)
            return
        for line, note in zip(self._lines(box), (f"A  {pairing.a}", f"B  {pairing.b}"),
                              strict=True):
            self._ink.text(painter, line, note, tokens.text_muted, 11)

    def _paint_histograms(self, painter: QPainter, box: QRect, row: Row) -> None:
        gap = theme.px(self._ink.scene.density.gap)
        half = (box.height() - gap) // 2
        for number, (key, figures) in enumerate(self._runs()):
            reading = figures.readings.get(row.layer_id)
            if reading is None:
                continue
            place = QRect(box.left(), box.top() + gap // 2 + number * half + 1, box.width(),
                          half - 1)
            colour = QColor(self._ink.depth_colour(row.place))
            if key == SECOND:
                colour.setAlpha(PALER)
            self._ink.histogram(painter, place, places(reading, self._model.scale(row.layer_id)),
                                colour, root=True)

    def _bars(self, box: QRect) -> tuple[QRect, QRect]:
        """Return where A's bar lies, and under it the thinner one of B."""
        density = self._ink.scene.density
        thick = theme.px(density.bar)
        thin = max(round(thick * THINNER), 2)
        if density.lines == 2:
            middles = [line.top() + line.height() / 2 for line in self._lines(box)]
        else:
            middle = box.top() + box.height() / 2
            middles = [middle - thick / 2 - 1, middle + thin / 2 + 1]
        upper, lower = (round(middle - height / 2) for middle, height in
                        zip(middles, (thick, thin), strict=True))
        return (QRect(box.left(), upper, box.width(), thick),
                QRect(box.left(), lower, box.width(), thin))

    def _state(self, key: str, figures: RunFigures, row: Row) -> str:
        if key == self._model.edited and row.layer_id == self._model.failed:
            return "nonfinite"
        return figures.state(figures.readings[row.layer_id])

    def _verdict(self, key: str, figures: RunFigures, row: Row) -> LayerVerdict | None:
        if key == self._model.edited:
            return self._model.verdict(row.layer_id)
        return figures.verdicts.get(row.layer_id)

    def _paint_absence(self, painter: QPainter, line: QRect, bar: QRect, key: str) -> None:
        if self._ink.scene.density.lines == 2 and not line.isNull():
            box = QRect(bar.left() + theme.px(4), line.top(), bar.width(), line.height())
            self._ink.text(painter, box, f"not in {key}", theme.current().text_muted, 11)

    def _paint_status(self, painter: QPainter, line: QRect, key: str, figures: RunFigures,
                      row: Row) -> None:
        tokens, px, density = theme.current(), theme.px, self._ink.scene.density
        verdict = self._verdict(key, figures, row)
        if verdict is None:
            return
        side = px(11 if density is PAIR else 9)
        if density.lines == 1:
            # Shapes side by side: values are in the tooltip.
            shift = 0 if key == FIRST else px(26)
            whole = QRect(line.left() + shift, line.top(), side, 0)
            middle = float(line.bottom() + 1 if key == FIRST else line.top())
            theme.status_glyph(painter, QRectF(whole.left(), middle - side / 2, side, side),
                               verdict.code, verdict.severity)
            return
        spot = QRectF(line.left(), line.top() + (line.height() - side) / 2, side, side)
        theme.status_glyph(painter, spot, verdict.code, verdict.severity)
        value = magnitude(figures.gradient(row.layer_id, self._model.quantity))
        failed = key == self._model.edited and row.layer_id == self._model.failed
        if failed or (not value and verdict.severity):
            value = status_word(verdict.code)
        self._ink.figure(painter, line.adjusted(px(15), 0, 0, 0), value, tokens.text,
                         density.text, LEFT)

    def _paint_ratio(self, painter: QPainter, box: QRect, row: Row) -> None:
        tokens, size = theme.current(), self._ink.scene.density.text
        ratio = math.nan if row.only else self._model.ratio(row.layer_id)
        far = is_far(ratio)
        self._ink.figure(painter, box, ratio_text(ratio), tokens.text if far else
                         tokens.text_muted, size, RIGHT, bold=far)
