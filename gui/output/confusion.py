"""Which class is taken for which."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Array, Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.tables import confusion_table
from gui.output.view import PairedView

CENTRED = Qt.AlignmentFlag.AlignCenter
NAME = "Confusion matrix"
FRAME = 2
"""Px of the frame round what is right."""


class ConfusionView(PairedView):
    """Counts of examples by true class (row) and predicted class (column), with recall.

    The shade of a cell is its share of the row. Where the network is right, on the diagonal, a cell
    is green and has a frame; where it is wrong, it is red. Blue and orange stand for classes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts: Array = np.zeros((0, 0), np.int64)
        self._held_back = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(NAME)
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show an empty matrix of these classes."""
        self._names = dataset.class_names
        self._held_back = len(dataset.validation) > 0
        self._counts = np.zeros((len(self._names), len(self._names)), np.int64)
        self.update()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the counts of a snapshot."""
        if snapshot.confusion is not None:
            self._counts = snapshot.confusion
            self.setAccessibleDescription("; ".join(
                f"{name}: recall {self._recall_text(i)}" for i, name in enumerate(self._names)))
            self.update()

    def table(self) -> Table:
        """Return a row for every cell: true and predicted class, and the count."""
        return confusion_table(self._names, self._counts)

    def minimumSizeHint(self) -> QSize:
        """Return room for ten small rows."""
        return QSize(theme.px(200), theme.px(140))

    def least_width(self) -> int:
        """Return room for names, and for cells in which a number can be read."""
        metrics = self.fontMetrics()
        cells = max(metrics.horizontalAdvance("000"), theme.px(18)) * max(len(self._names), 2)
        return min(cells, theme.px(180)) + metrics.horizontalAdvance("true100 %") + theme.px(16)

    def set_letter(self, letter: str) -> None:
        """Show which run of a pair it is about."""
        super().set_letter(letter)
        self.setAccessibleName(NAME + (f", run {letter}" if letter else ""))

    def cell_text(self, row: int, column: int) -> str:
        """Return the sentence about one cell."""
        count, total = int(self._counts[row, column]), int(self._counts[row].sum())
        part = "validation" if self._held_back else "training"
        share = f" ({100 * count / total:.1f} %)" if total else ""
        return (f"{count:,} of {total:,} {part} examples of {self._names[row]} "
                f"are taken for {self._names[column]}{share}.")

    def event(self, event: QEvent) -> bool:
        """Show the sentence about the cell below the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.cell_text(*cell) if cell else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw names, cells and recall."""
        if not self._names:
            return
        painter = QPainter(self)
        area = self._area()
        n = len(self._names)
        side = QRectF(0, 0, area.width() / n, area.height() / n)
        painter.setFont(self._font(side.height()))
        for row in range(n):
            for column in range(n):
                side.moveTo(area.left() + column * side.width(), area.top() + row * side.height())
                self._draw_cell(painter, side, row, column)
        self._draw_names(painter, area)
        self.draw_letter(painter, QPointF(0, 0))

    def _draw_cell(self, painter: QPainter, place: QRectF, row: int, column: int) -> None:
        tokens = theme.current()
        count, total = int(self._counts[row, column]), int(self._counts[row].sum())
        share = count / total if total else 0.0
        target = tokens.good if row == column else tokens.bad
        ground = theme.blended(tokens.surface_sunken, target, share**0.7)
        painter.fillRect(place.adjusted(1, 1, -1, -1), ground)
        if row == column:
            painter.setPen(QPen(QColor(tokens.good), FRAME))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = 1 + FRAME / 2
            painter.drawRect(place.adjusted(inset, inset, -inset, -inset))
        if count or row == column:
            ink = max((tokens.text, tokens.surface),
                      key=lambda colour: theme.contrast(colour, ground.name()))
            painter.setPen(QColor(ink if count else tokens.text_muted))
            text = f"{count:,}" if count < 10_000 else f"{count / 1000:.0f}k"
            painter.drawText(place, CENTRED, text)

    def _draw_names(self, painter: QPainter, area: QRectF) -> None:
        tokens, n = theme.current(), len(self._names)
        painter.setPen(QColor(tokens.text_muted))
        metrics, gap = painter.fontMetrics(), theme.px(6)
        wide, tall, line = area.width() / n, area.height() / n, metrics.height()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        elide = Qt.TextElideMode.ElideRight
        for i, name in enumerate(self._names):
            text = metrics.elidedText(name, elide, int(area.left() - gap))
            painter.drawText(
                QRectF(0, area.top() + i * tall, area.left() - gap, tall), right, text)
            text = metrics.elidedText(name, elide, int(wide - 2))
            painter.drawText(
                QRectF(area.left() + i * wide, area.top() - line - 2, wide, line), CENTRED, text)
            place = QRectF(area.right() + gap, area.top() + i * tall, self.width(), tall)
            painter.drawText(place, left, self._recall_text(i))
        top = area.top() - 2 * line - 4
        painter.drawText(QRectF(area.left(), top, area.width(), line), CENTRED, "predicted")
        painter.drawText(QRectF(area.right() + gap, area.top() - line - 2, self.width(), line),
                         left, "recall")
        painter.drawText(QRectF(0, area.top() - line - 2, area.left() - gap, line), right, "true")

    def _recall_text(self, row: int) -> str:
        total = int(self._counts[row].sum())
        return f"{100 * int(self._counts[row, row]) / total:.0f} %" if total else "\N{EN DASH}"

    def _font(self, cell_height: float) -> QFont:
        font = QFont(self.font())
        limit = max(cell_height * 0.62, theme.px(8)) * 0.75
        font.setPointSizeF(min(font.pointSizeF() * 0.92, limit))
        return font

    def _area(self) -> QRectF:
        """Return where the cells are: square where that leaves the names their room."""
        metrics, gap = self.fontMetrics(), theme.px(6)
        longest = max((metrics.horizontalAdvance(name) for name in self._names), default=0)
        before = min(longest, round(self.width() * 0.26)) + gap
        before = max(before, metrics.horizontalAdvance("true") + gap)
        above = 2 * metrics.height() + 4
        after = max(metrics.horizontalAdvance(text) for text in ("recall", "100 %")) + gap
        tall = max(self.height() - above - 2, 1)
        wide = max(min(self.width() - before - after, round(tall * 1.9)), 1)
        return QRectF(before, above, wide, tall)

    def _cell_at(self, point: QPointF) -> tuple[int, int] | None:
        area, n = self._area(), len(self._names)
        if not n or not area.contains(point):
            return None
        row = int((point.y() - area.top()) / area.height() * n)
        column = int((point.x() - area.left()) / area.width() * n)
        return min(row, n - 1), min(column, n - 1)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()
