"""Paints the list of a step's parts: colour of the layer, name, detail, how far it has come."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QTextDocument,
)
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from gui import theme
from gui.microscope.steps_model import ROW, Progress, StepRow, StepsModel

AnyIndex = QModelIndex | QPersistentModelIndex
HEIGHT, SIDE, BAR, GLYPH, GAP, RADIUS = 27, 8, 3, 10, 6, 8
"""Px at 13 px text: of a row, its margin, the layer's colour, the mark of progress, corners."""
SMALL = 11


class StepsDelegate(QStyledItemDelegate):
    """Paints `StepRow`s. GUI thread only."""

    def __init__(self, model: StepsModel) -> None:
        super().__init__(model)
        self._model = model
        self._documents: dict[str, QTextDocument] = {}
        theme.notifier().changed.connect(self._documents.clear)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the size of a row: all have the same."""
        return QSize(0, theme.px(HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw a row."""
        row: StepRow = index.data(ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(option.rect)
        if row.is_in_block:
            _draw_block(painter, place, row)
        if not row.is_group and row.progress is Progress.IN_HAND:
            _draw_hand(painter, place)
        inner = place.adjusted(theme.px(SIDE), 0, -theme.px(SIDE), 0)
        self._draw_bar(painter, inner, row)
        _draw_progress(painter, QRectF(inner.right() - theme.px(GLYPH), inner.top(),
                                       theme.px(GLYPH), inner.height()), row.progress)
        inner.adjust(theme.px(BAR + GAP), 0, -theme.px(GLYPH + GAP), 0)
        self._draw_words(painter, inner, option, row)
        painter.restore()

    def _draw_bar(self, painter: QPainter, inner: QRectF, row: StepRow) -> None:
        if not row.is_group or row.number <= 0:
            return
        colour = theme.sequential((row.number - 1) / max(self._model.layers() - 1, 1))
        height = theme.px(14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(inner.left(), inner.center().y() - height / 2,
                                       theme.px(BAR), height), 1.5, 1.5)

    def _draw_words(self, painter: QPainter, inner: QRectF, option: QStyleOptionViewItem,
                    row: StepRow) -> None:
        tokens = theme.current()
        ink = QColor(tokens.text_muted if row.progress is Progress.TO_COME else tokens.text)
        font = QFont(option.font)
        if row.is_group and row.progress is Progress.IN_HAND:
            font.setWeight(QFont.Weight.DemiBold)
        if row.is_group:
            width = QFontMetricsF(font).horizontalAdvance(row.text)
            painter.setFont(font)
            painter.setPen(ink)
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, row.text)
        else:
            document = self._document(row.text, font)
            width = document.idealWidth()
            painter.save()
            painter.translate(inner.left(), inner.center().y() - document.size().height() / 2)
            context = QAbstractTextDocumentLayout.PaintContext()
            context.palette.setColor(QPalette.ColorRole.Text, ink)
            document.documentLayout().draw(painter, context)
            painter.restore()
        small = QFont(option.font)
        small.setPixelSize(theme.px(SMALL))
        room = inner.width() - width - theme.px(GAP)
        painter.setFont(small)
        painter.setPen(QColor(tokens.text if row.progress is Progress.IN_HAND
                              and not row.is_group else tokens.text_muted))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                         QFontMetricsF(small).elidedText(row.detail, Qt.TextElideMode.ElideRight,
                                                         max(room, 0)))

    def _document(self, text: str, font: QFont) -> QTextDocument:
        found = self._documents.get(text)
        if found is None:
            found = self._documents[text] = QTextDocument()
            found.setDocumentMargin(0)
            found.setDefaultFont(font)
            found.setHtml(text)
        return found


def _draw_block(painter: QPainter, place: QRectF, row: StepRow) -> None:
    """Draw this row's part of the ground below the group in hand."""
    tokens, radius = theme.current(), theme.px(RADIUS)
    # Corners that are not wanted lie outside the row.
    whole = place.adjusted(0.5, 0.5 if row.is_first else -2 * radius, -0.5,
                           -0.5 if row.is_last else 2 * radius)
    path = QPainterPath()
    path.addRoundedRect(whole, radius, radius)
    painter.save()
    painter.setClipRect(place)
    painter.fillPath(path, QColor(tokens.surface_sunken))
    painter.setPen(QPen(QColor(tokens.border), 1))
    painter.drawPath(path)
    painter.restore()


def _draw_hand(painter: QPainter, place: QRectF) -> None:
    tokens, radius = theme.current(), theme.px(6)
    painter.setPen(QPen(QColor(tokens.accent), 1))
    painter.setBrush(QColor(tokens.accent_soft))
    painter.drawRoundedRect(place.adjusted(theme.px(4) + 0.5, 1.5, -theme.px(3) - 0.5, -1.5),
                            radius, radius)


def _draw_progress(painter: QPainter, place: QRectF, progress: Progress) -> None:
    """Draw a tick, a dot or a ring."""
    tokens, middle = theme.current(), place.center()
    radius = theme.px(4)
    if progress is Progress.DONE:
        painter.setPen(QPen(QColor(tokens.good), 1.6, Qt.PenStyle.SolidLine,
                            Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline([middle + QPointF(-radius, 0),
                              middle + QPointF(-radius / 4, 0.75 * radius),
                              middle + QPointF(radius, -0.75 * radius)])
        return
    painter.setPen(QPen(QColor(tokens.text_disabled), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if progress is Progress.IN_HAND:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
    painter.drawEllipse(middle, radius - 0.5, radius - 0.5)
