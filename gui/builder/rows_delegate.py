"""Paints the network's rows: card, histogram, gradient bar, status and update ratio."""

from __future__ import annotations

import math

from PySide6.QtCore import (
    QLineF,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.diagnosis.verdicts import LayerVerdict
from engine.telemetry.snapshot import LayerReading
from gui import theme
from gui.builder.card_text import card_shape, fitting_lines, whole_words
from gui.builder.pair_painter import PairPainter
from gui.builder.row_ink import LEFT, RIGHT, RowInk, RowsScene, scale_text
from gui.builder.rows import Row
from gui.builder.rows_model import RowsModel, magnitude, signed, status_word
from gui.builder.scales import places

AnyIndex = QModelIndex | QPersistentModelIndex


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
        self.ink = RowInk(scene)
        self._pair = PairPainter(model, self.ink)
        self.restyle(QFont())

    def restyle(self, font: QFont) -> None:
        """Take colours and fonts from the theme; call it when theme, font or depth change."""
        self.ink.restyle(font, len(self._model.rows))

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
            if self._model.cover and not row.issue:
                self._paint_cover(painter, rect, row)
            elif self._model.is_pair and not row.issue:
                self._pair.paint_instruments(painter, rect, row)
            else:
                self._paint_instruments(painter, rect, row)
        painter.restore()

    # Card

    def _paint_card(self, painter: QPainter, rect: QRect, row: Row, selected: bool) -> None:
        tokens, scene, px = theme.current(), self._scene, theme.px
        gap = px(scene.density.gap)
        box = QRectF(scene.columns.rect("card", rect)).adjusted(1, gap / 2, -1, -gap / 2)
        radius = min(px(8), box.height() / 3)
        below = self._model.rows[row.place + 1:row.place + 2]
        if row.flows or (below and row.pairing is None and row.position in below[0].sources):
            self._paint_flow(painter, rect, box.left() + px(18), gap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(box, radius, radius)
        hovered = scene.hovered == row.place
        ground = tokens.surface_raised if hovered and not selected else tokens.surface_sunken
        painter.fillPath(shape, QColor(tokens.accent_soft if selected else ground))
        bar = QPainterPath()
        bar.addRect(QRectF(box.left(), box.top(), px(4), box.height()))
        painter.fillPath(shape.intersected(bar), self.ink.depth_colour(row.place))
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
        if row.pairing is not None:
            self._pair.paint_card_text(painter, inside, row, row.pairing)
        else:
            self._paint_card_text(painter, inside, row)

    def _paint_flow(self, painter: QPainter, rect: QRect, x: float, gap: int) -> None:
        painter.setPen(QPen(QColor(theme.current().border_strong), theme.px(2)))
        bottom = rect.bottom() + 1
        painter.drawLine(QLineF(x, bottom - gap / 2, x, bottom + gap / 2))

    def _paint_card_text(self, painter: QPainter, box: QRect, row: Row) -> None:
        tokens, density, px = theme.current(), self._scene.density, theme.px
        if density.lines == 1:
            self._paint_shape(painter, box, row, density.text)
            self.ink.text(painter, box, row.label, tokens.text, density.text, bold=True)
            return
        middle = box.center().y()
        upper = QRect(box.left(), middle - px(16), box.width(), px(18))
        lower = QRect(box.left(), middle + px(1), box.width(), px(15))
        if not self._paint_shape(painter, upper, row, 13):
            # Rather than a word of the detail, which the inspector shows as well.
            lower.setRight(self._paint_shape_at_end(painter, lower, row) - px(6))
        self.ink.text(painter, upper, row.label, tokens.text, 13, bold=True)
        detail = whole_words(row.detail, self.ink.metrics(11), lower.width())
        self.ink.text(painter, lower, detail, tokens.text_muted, 11)

    def _paint_shape(self, painter: QPainter, box: QRect, row: Row, size: int) -> bool:
        """Write what a layer gives at the end of its label's line; say whether there is room."""
        wide = self.ink.metrics(size, bold=True).horizontalAdvance(row.label)
        room = box.width() - wide - theme.px(8)
        text = card_shape(row.shape)
        if text and self.ink.metrics(11).horizontalAdvance(text) > room:
            return False
        self.ink.figure(painter, box, text, theme.current().text_muted, 11, RIGHT)
        return True

    def _paint_shape_at_end(self, painter: QPainter, box: QRect, row: Row) -> int:
        """Write what a layer gives at the end of a line of its own, and return where it begins."""
        text = card_shape(row.shape)
        self.ink.figure(painter, box, text, theme.current().text_muted, 11, RIGHT)
        return box.right() - self.ink.metrics(11).horizontalAdvance(text)

    # Instruments

    def _paint_cover(self, painter: QPainter, rect: QRect, row: Row) -> None:
        if row.is_input:
            box = self._scene.columns.rect("histogram", rect)
            box.setRight(rect.right())
            self.ink.text(painter, box, self._model.cover, theme.current().text_muted, 11)

    def _paint_instruments(self, painter: QPainter, rect: QRect, row: Row) -> None:
        columns = self._scene.columns
        wide = columns.rect("histogram", rect)
        wide.setRight(rect.right())
        if row.issue:
            self._paint_issue(painter, wide, row.issue)
            return
        if row.is_input:
            self.ink.text(painter, wide, row.note, theme.current().text_muted, 11)
            return
        reading, told = self._model.reading(row.layer_id), self._model.told(row.layer_id)
        verdict = self._model.verdict(row.layer_id)
        if reading is not None:
            self._paint_histogram(painter, columns.rect("histogram", rect), row, reading)
        self.ink.grid(painter, columns.rect("gradient", rect))
        if row.note and self._model.quantity == "weights":
            self.ink.text(painter, columns.rect("gradient", rect).adjusted(theme.px(4), 0, 0, 0),
                       row.note, theme.current().text_muted, 11)
        elif reading is not None and not math.isnan(self._model.gradient(reading)):
            self._paint_bar(painter, columns.rect("gradient", rect), reading)
            self._paint_update(painter, columns.rect("update", rect),
                               math.nan if told is None else told.update_ratio, verdict)
        last = self._model.last_gradients.get(row.layer_id)
        if last is not None and not row.note and self._model.quantity == "weights":
            self._paint_last(painter, columns.rect("gradient", rect), last)
        if not row.note:
            self.ink.expected(painter, self._bar_of(columns.rect("gradient", rect)),
                              self._model.theory().gradient(row.layer_id))
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
        painter.setFont(self.ink.font(11))
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
        gap = theme.px(self._scene.density.gap)
        base = box.top() + box.height() - gap // 2 - 1
        room = box.height() - gap - theme.px(2)
        self.ink.histogram(painter, QRect(box.left(), base - room + 1, box.width(), room), bins,
                           self.ink.depth_colour(row.place))
        if self._scene.density.lines == 2:
            self._paint_scale(painter, box, reading)

    def _paint_scale(self, painter: QPainter, box: QRect, reading: LayerReading) -> None:
        """Write the standard deviation, on a ground of its own where bars reach up to it."""
        text = f"σ {scale_text(reading.activation_std)}"
        painter.setFont(self.ink.font(11))
        width = painter.fontMetrics().horizontalAdvance(text) + theme.px(4)
        spot = QRect(box.right() - width, box.top() + theme.px(2), width + 1, theme.px(13))
        ground = QColor(theme.current().surface)
        ground.setAlpha(210)
        painter.fillRect(spot, ground)
        self.ink.figure(painter, spot, text, theme.current().text_muted, 11, RIGHT)

    def _bar_of(self, box: QRect) -> QRect:
        """Return where in its column a bar lies."""
        height = theme.px(self._scene.density.bar)
        return QRect(box.left(), box.top() + (box.height() - height) // 2, box.width(), height)

    def _paint_bar(self, painter: QPainter, box: QRect, reading: LayerReading) -> None:
        line = self._bar_of(box)
        self.ink.bar(painter, line, self._model.gradient(reading),
                     self._model.gradient_state(reading))
        # The band is that of ∂L/∂W.
        if self._model.quantity == "weights":
            self.ink.band(painter, line, reading)

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
            self.ink.figure(painter, line, value, tokens.text, 13)
            self.ink.figure(painter, line.translated(0, px(16)), shown, colour, 11)
            centre = line.center().y()
        else:
            centre = box.center().y()
            words = verdict.severity > 0 and not value
            self.ink.figure(painter, area, word if words else value,
                         colour if words else tokens.text, density.text)
        spot = QRectF(box.left(), centre - side / 2 + 0.5, side, side)
        theme.status_glyph(painter, spot, verdict.code, verdict.severity)

    def _paint_failure(self, painter: QPainter, box: QRect) -> None:
        side = theme.px(12 if self._scene.density.lines == 2 else 11)
        spot = QRectF(box.left(), box.center().y() - side / 2 + 0.5, side, side)
        theme.status_glyph(painter, spot, "nonfinite", 2)
        self.ink.text(painter, box.adjusted(theme.px(17), 0, 0, 0), status_word("nonfinite"),
                   theme.current().bad, 11, bold=True)

    def _paint_update(self, painter: QPainter, box: QRect, ratio: float,
                      verdict: LayerVerdict | None) -> None:
        if math.isnan(ratio):
            return
        text = signed(f"{ratio:.1f}" if math.isfinite(ratio) else f"{ratio}"[:-3] + "∞")
        self.ink.figure(painter, box, text, update_colour(verdict), self._scene.density.text, RIGHT)


def update_colour(verdict: LayerVerdict | None) -> str:
    """Return the colour of log10(update / weight), as severe as the verdict that is about it."""
    tokens = theme.current()
    if verdict is None or verdict.code not in ("update_small", "update_large"):
        return tokens.text
    return (tokens.text, tokens.warning, tokens.bad)[verdict.severity]
