"""Paints the network's rows: card, histogram, gradient bar, status and update ratio."""

from __future__ import annotations

import math
from typing import Protocol

from PySide6.QtCore import (
    QLine,
    QLineF,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.diagnosis.verdicts import LayerVerdict
from engine.telemetry.snapshot import LayerReading
from gui import theme
from gui.builder.axis import TICK_SPACING, GradientAxis
from gui.builder.band import band_brush
from gui.builder.card_text import card_shape, fitting_lines
from gui.builder.columns import Columns, Density
from gui.builder.rows import Row
from gui.builder.rows_model import RowsModel, magnitude, signed, status_word
from gui.builder.scales import places

AnyIndex = QModelIndex | QPersistentModelIndex
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowsScene(Protocol):
    """What the delegate asks of the view that it paints for."""

    columns: Columns
    density: Density
    row_height: int
    axis: GradientAxis
    dirty: QRect
    hovered: int


class RowsDelegate(QStyledItemDelegate):
    """Paints one row. GUI thread only.

    Parameters
    ----------
    model : RowsModel
        The rows.
    scene : RowsScene
        Columns, density, axis and what has to be painted.
    parent : QObject
        Qt's owner.
    """

    def __init__(self, model: RowsModel, scene: RowsScene, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._scene = scene
        self._colours: list[QColor] = []
        self._fonts: dict[tuple[int, bool], QFont] = {}
        self._ticks_for: tuple[float, float, int] | None = None
        self._ticks_at: list[int] = []
        self.restyle(QFont())

    def restyle(self, font: QFont) -> None:
        """Take colours and fonts from the theme; call it when theme, font or depth change."""
        self._colours = theme.depth_colours(max(len(self._model.rows), 1))
        self._fonts = {}
        for size in (11, 13):
            for bold in (False, True):
                styled = QFont(font)
                styled.setPixelSize(theme.px(size))
                styled.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
                self._fonts[size, bold] = styled

    def depth_colour(self, position: int) -> QColor:
        """Return the colour of the layer in this row."""
        return self._colours[min(position, len(self._colours) - 1)]

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(0, self._scene.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row = self._model.rows[index.row()]
        rect: QRect = option.rect
        scene = self._scene
        painter.save()
        if scene.dirty.left() < rect.left() + scene.columns.instruments:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_card(painter, rect, row, selected)
        if scene.dirty.right() >= rect.left() + scene.columns.instruments:
            self._paint_instruments(painter, rect, row)
        painter.restore()

    # Card

    def _paint_card(self, painter: QPainter, rect: QRect, row: Row, selected: bool) -> None:
        tokens, scene, px = theme.current(), self._scene, theme.px
        gap = px(scene.density.gap)
        box = QRectF(scene.columns.rect("card", rect)).adjusted(1, gap / 2, -1, -gap / 2)
        radius = min(px(8), box.height() / 3)
        below = self._model.rows[row.position + 1:row.position + 2]
        if below and row.position in below[0].sources:
            self._paint_flow(painter, rect, box.left() + px(18), gap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(box, radius, radius)
        hovered = scene.hovered == row.position
        ground = tokens.surface_raised if hovered and not selected else tokens.surface_sunken
        painter.fillPath(shape, QColor(tokens.accent_soft if selected else ground))
        bar = QPainterPath()
        bar.addRect(QRectF(box.left(), box.top(), px(4), box.height()))
        painter.fillPath(shape.intersected(bar), self.depth_colour(row.position))
        wrong = bool(row.issue) or row.layer_id == self._model.failed
        edge = tokens.bad if wrong else tokens.accent if selected else tokens.border
        painter.setPen(QPen(QColor(edge), 1.6 if selected or wrong else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        inside = box.toRect().adjusted(px(13), 0, -px(6), 0)
        notes = self._model.notes(row.layer_id)
        severe = tokens.bad if any(note.severity > 1 for note in notes) else tokens.warning
        for shown, icon, colour in ((row.frozen, "lock", tokens.accent),
                                    (bool(notes), "triangle-alert", severe)):
            if shown:
                side = px(scene.density.text)
                spot = QRect(inside.right() - side, inside.center().y() - side // 2, side, side)
                theme.icon(icon, colour).paint(painter, spot)
                inside.setRight(spot.left() - px(4))
        self._paint_card_text(painter, inside, row)

    def _paint_flow(self, painter: QPainter, rect: QRect, x: float, gap: int) -> None:
        painter.setPen(QPen(QColor(theme.current().border_strong), theme.px(2)))
        bottom = rect.bottom() + 1
        painter.drawLine(QLineF(x, bottom - gap / 2, x, bottom + gap / 2))

    def _paint_card_text(self, painter: QPainter, box: QRect, row: Row) -> None:
        tokens, density, px = theme.current(), self._scene.density, theme.px
        if density.lines == 1:
            self._paint_shape(painter, box, row, density.text)
            self._text(painter, box, row.label, tokens.text, density.text, bold=True)
            return
        middle = box.center().y()
        upper = QRect(box.left(), middle - px(16), box.width(), px(18))
        lower = QRect(box.left(), middle + px(1), box.width(), px(15))
        if not self._paint_shape(painter, upper, row, 13):
            # Rather than a word of the detail, which the inspector shows as well.
            lower.setRight(self._paint_shape_at_end(painter, lower, row) - px(6))
        self._text(painter, upper, row.label, tokens.text, 13, bold=True)
        detail = whole_words(row.detail, QFontMetrics(self._fonts[11, False]), lower.width())
        self._text(painter, lower, detail, tokens.text_muted, 11)

    def _paint_shape(self, painter: QPainter, box: QRect, row: Row, size: int) -> bool:
        """Write what a layer gives at the end of its label's line; say whether there is room."""
        wide = QFontMetrics(self._fonts[size, True]).horizontalAdvance(row.label)
        room = box.width() - wide - theme.px(8)
        text = card_shape(row.shape)
        if text and QFontMetrics(self._fonts[11, False]).horizontalAdvance(text) > room:
            return False
        self._figure(painter, box, text, theme.current().text_muted, 11, RIGHT)
        return True

    def _paint_shape_at_end(self, painter: QPainter, box: QRect, row: Row) -> int:
        """Write what a layer gives at the end of a line of its own, and return where it begins."""
        text = card_shape(row.shape)
        self._figure(painter, box, text, theme.current().text_muted, 11, RIGHT)
        return box.right() - QFontMetrics(self._fonts[11, False]).horizontalAdvance(text)

    # Instruments

    def _paint_instruments(self, painter: QPainter, rect: QRect, row: Row) -> None:
        columns = self._scene.columns
        wide = columns.rect("histogram", rect)
        wide.setRight(rect.right())
        if row.issue:
            self._paint_issue(painter, wide, row.issue)
            return
        if row.is_input:
            self._text(painter, wide, row.note, theme.current().text_muted, 11)
            return
        reading, told = self._model.reading(row.layer_id), self._model.told(row.layer_id)
        verdict = self._model.verdict(row.layer_id)
        if reading is not None:
            self._paint_histogram(painter, columns.rect("histogram", rect), row, reading)
        self._paint_grid(painter, columns.rect("gradient", rect))
        if row.note and self._model.quantity == "weights":
            self._text(painter, columns.rect("gradient", rect).adjusted(theme.px(4), 0, 0, 0),
                       row.note, theme.current().text_muted, 11)
        elif reading is not None and not math.isnan(self._model.gradient(reading)):
            self._paint_bar(painter, columns.rect("gradient", rect), reading)
            self._paint_update(painter, columns.rect("update", rect),
                               math.nan if told is None else told.update_ratio, verdict)
        last = self._model.last_gradients.get(row.layer_id)
        if last is not None and not row.note and self._model.quantity == "weights":
            self._paint_last(painter, columns.rect("gradient", rect), last)
        if row.layer_id == self._model.failed:
            self._paint_failure(painter, columns.rect("status", rect))
        elif verdict is not None and told is not None:
            self._paint_status(painter, columns.rect("status", rect), told, verdict)

    def _paint_issue(self, painter: QPainter, box: QRect, issue: str) -> None:
        tokens, px = theme.current(), theme.px
        side = min(px(15), box.height())
        spot = QRect(box.left(), box.center().y() - side // 2, side, side)
        theme.icon("circle-alert", tokens.bad).paint(painter, spot)
        painter.setPen(QColor(tokens.bad))
        painter.setFont(self._fonts[11, False])
        area, metrics = box.adjusted(side + px(6), 0, 0, 0), painter.fontMetrics()
        # The whole is in the inspector, and in the tooltip.
        most = box.height() // metrics.lineSpacing()
        painter.drawText(area, LEFT, "\n".join(
            fitting_lines(issue, metrics, area.width(), most)))

    def _paint_histogram(self, painter: QPainter, box: QRect, row: Row,
                         reading: LayerReading) -> None:
        bins = places(reading, self._model.scale(row.layer_id))
        if not bins:
            return
        top = max(count for _, _, count in bins)
        room = box.height() - theme.px(self._scene.density.gap) - theme.px(2)
        base = box.top() + box.height() - theme.px(self._scene.density.gap) // 2 - 1
        bars = []
        for begin, end, count in bins:
            left, right = round(begin * (box.width() - 1)), round(end * (box.width() - 1))
            height = max(round(room * count / top), 1)
            gap = 1 if right - left >= 3 else 0
            bars.append(QRect(box.left() + left, base - height, max(right - left - gap, 1), height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.depth_colour(row.position))
        painter.drawRects(bars)
        painter.setPen(QColor(theme.current().border))
        painter.drawLine(box.left(), base, box.right(), base)
        if self._scene.density.lines == 2:
            self._paint_scale(painter, box, reading)

    def _paint_scale(self, painter: QPainter, box: QRect, reading: LayerReading) -> None:
        """Write the standard deviation, on a ground of its own where bars reach up to it."""
        text = f"σ {scale_text(reading.activation_std)}"
        painter.setFont(self._fonts[11, False])
        width = painter.fontMetrics().horizontalAdvance(text) + theme.px(4)
        spot = QRect(box.right() - width, box.top() + theme.px(2), width + 1, theme.px(13))
        ground = QColor(theme.current().surface)
        ground.setAlpha(210)
        painter.fillRect(spot, ground)
        self._figure(painter, spot, text, theme.current().text_muted, 11, RIGHT)

    def _ticks(self, width: int) -> list[int]:
        axis = self._scene.axis
        key = axis.low, axis.high, width
        if key != self._ticks_for:
            self._ticks_for = key
            self._ticks_at = [round(share * (width - 1)) for _, share
                              in axis.ticks(width, theme.px(TICK_SPACING))]
        return self._ticks_at

    def _paint_grid(self, painter: QPainter, box: QRect) -> None:
        painter.setPen(QColor(theme.current().border))
        top, bottom = box.top(), box.top() + box.height()
        painter.drawLines([QLine(box.left() + x, top, box.left() + x, bottom)
                           for x in self._ticks(box.width())])

    def _paint_bar(self, painter: QPainter, box: QRect, reading: LayerReading) -> None:
        tokens, axis = theme.current(), self._scene.axis
        height = theme.px(self._scene.density.bar)
        top = box.top() + (box.height() - height) // 2
        gradient = self._model.gradient(reading)
        length = round(axis.share(gradient) * (box.width() - 1))
        if gradient > 0:
            colour = QColor(theme.status_colour(self._model.gradient_state(reading)))
            painter.fillRect(QRect(box.left(), top, max(length, 2), height), colour)
            painter.setPen(QColor(tokens.surface))
            painter.drawLines([QLine(box.left() + x, top, box.left() + x, top + height - 1)
                               for x in self._ticks(box.width()) if 0 < x < length])
        # The band is that of ∂L/∂W.
        if reading.gradient_high > 0 and self._model.quantity == "weights":
            left = round(axis.share(reading.gradient_low) * (box.width() - 1))
            right = round(axis.share(reading.gradient_high) * (box.width() - 1))
            thick = max(height // 3, 2)
            line = QRect(box.left() + left, top + (height - thick) // 2, max(right - left, 2),
                         thick)
            painter.fillRect(line, band_brush(line, not axis.holds(reading.gradient_low),
                                              not axis.holds(reading.gradient_high)))

    def _paint_last(self, painter: QPainter, box: QRect, gradient: float) -> None:
        """Mark where the last run's gradient stood; beyond the axis there is no place for it."""
        axis, px = self._scene.axis, theme.px
        if not axis.holds(gradient):
            return
        height = min(px(self._scene.density.bar) + px(6), box.height())
        x = box.left() + round(axis.share(gradient) * (box.width() - 1))
        mark = QRect(x - 1, box.top() + (box.height() - height) // 2, 2, height)
        # An edge in the ground's colour lets it stand out from the bar as well.
        painter.fillRect(mark.adjusted(-1, 0, 1, 0), QColor(theme.current().surface))
        painter.fillRect(mark, QColor(theme.current().ghost))

    def _paint_status(self, painter: QPainter, box: QRect, reading: LayerReading,
                      verdict: LayerVerdict) -> None:
        tokens, px, density = theme.current(), theme.px, self._scene.density
        side = px(12 if density.lines == 2 else 11 if density.height > 20 else 9)
        value = magnitude(self._model.gradient(reading))
        word = status_word(verdict.code)
        shown = word if verdict.code != "waiting" else ""
        colour = theme.status_colour(verdict.code, verdict.severity)
        area = box.adjusted(px(17), 0, 0, 0)
        if density.lines == 2 and value:
            middle = box.center().y()
            line = QRect(area.left(), middle - px(16), area.width(), px(18))
            self._figure(painter, line, value, tokens.text, 13)
            self._figure(painter, line.translated(0, px(16)), shown, colour, 11)
            centre = line.center().y()
        else:
            centre = box.center().y()
            words = verdict.severity > 0 and not value
            self._figure(painter, area, word if words else value,
                         colour if words else tokens.text, density.text)
        spot = QRectF(box.left(), centre - side / 2 + 0.5, side, side)
        theme.status_glyph(painter, spot, verdict.code, verdict.severity)

    def _paint_failure(self, painter: QPainter, box: QRect) -> None:
        side = theme.px(12 if self._scene.density.lines == 2 else 11)
        spot = QRectF(box.left(), box.center().y() - side / 2 + 0.5, side, side)
        theme.status_glyph(painter, spot, "nonfinite", 2)
        self._text(painter, box.adjusted(theme.px(17), 0, 0, 0), status_word("nonfinite"),
                   theme.current().bad, 11, bold=True)

    def _paint_update(self, painter: QPainter, box: QRect, ratio: float,
                      verdict: LayerVerdict | None) -> None:
        if math.isnan(ratio):
            return
        text = signed(f"{ratio:.1f}" if math.isfinite(ratio) else f"{ratio}"[:-3] + "∞")
        self._figure(painter, box, text, update_colour(verdict), self._scene.density.text, RIGHT)

    def _text(self, painter: QPainter, box: QRect, text: str, colour: str, size: int, *,
              bold: bool = False) -> None:
        """Draw a line of text, shortened to the box."""
        painter.setFont(self._fonts[size, bold])
        painter.setPen(QColor(colour))
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(text) > box.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, LEFT, text)

    def _figure(self, painter: QPainter, box: QRect, text: str, colour: str, size: int,
                side: Qt.AlignmentFlag = LEFT) -> None:
        """Draw a short text for which the column is wide enough; much faster than `_text`."""
        painter.setFont(self._fonts[size, False])
        painter.setPen(QColor(colour))
        painter.drawText(box, side, text)


def update_colour(verdict: LayerVerdict | None) -> str:
    """Return the colour of log10(update / weight), as severe as the verdict that is about it."""
    tokens = theme.current()
    if verdict is None or verdict.code not in ("update_small", "update_large"):
        return tokens.text
    return (tokens.text, tokens.warning, tokens.bad)[verdict.severity]


def scale_text(value: float) -> str:
    """Return a standard deviation in two figures: ``0.83``, ``12``, ``7e+06``."""
    if math.isnan(value):
        return "–"
    return f"{value:.2g}" if 0.01 <= value < 100 or value == 0 else f"{value:.0e}"


def whole_words(text: str, metrics: QFontMetrics, width: int) -> str:
    """Return as many whole words of a text as fit, with an ellipsis for those that do not."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    words = text.split(" ")
    while len(words) > 1 and metrics.horizontalAdvance(_cut(words)) > width:
        words.pop()
    return _cut(words)


def _cut(words: list[str]) -> str:
    return " ".join(words).rstrip(" ·,") + "…"
