"""A table of the article: its row beside the measured one, every seed as a dot on one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme
from gui.experiments.figure_axis import FigureAxis, axis_for
from gui.experiments.ink import small_font

ROW, HEAD, FOOT, GAP, DOT, BOLT = 30, 26, 20, 12, 7, 13
"""Px at 13 px text: a row, what is above and below all, between columns, a dot, a sign."""
LABEL, WORDS = 0.3, 0.42
"""Shares of the width that the rows' names, and the figures in words, may take at most."""


@dataclass(frozen=True)
class TableRow:
    """One row.

    Attributes
    ----------
    label : str
        What it is for.
    article : str
        What the article prints; empty where it has no such row.
    figures : tuple[float, ...]
        Of every seed: infinite where a goal was not reached, NaN where numbers ended.
    shown : str
        Median and spread in words.
    beside : str
        Further figures in words.
    """

    label: str
    article: str
    figures: tuple[float, ...] = ()
    shown: str = ""
    beside: str = ""

    @property
    def told(self) -> str:
        """All of it in a sentence."""
        said = f"article {self.article}" if self.article else "not in the article"
        return ", ".join(filter(None, (self.label, said, f"measured {self.shown}", self.beside)))


@dataclass(frozen=True)
class TableFigures:
    """What is shown of a table.

    Attributes
    ----------
    rows : tuple[TableRow, ...]
        The article's and ours.
    axis_title : str
        What is measured.
    is_log : bool
        Whether the axis may be logarithmic.
    """

    rows: tuple[TableRow, ...] = ()
    axis_title: str = ""
    is_log: bool = False

    @cached_property
    def axis(self) -> FigureAxis:
        """The axis of all dots."""
        return axis_for((figure for row in self.rows for figure in row.figures),
                        may_be_log=self.is_log)


class TableRows(QWidget):
    """Draws the rows. GUI thread only.

    Up and down go from row to row; Enter, or a click, opens the network of one.

    Signals
    -------
    opened(int)
        The network of a row is to be opened.
    row_changed(int)
        Another row has the keyboard.
    """

    opened = Signal(int)
    row_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = TableFigures()
        self.row = 0
        self._hovered = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._describe()

    def set_table(self, table: TableFigures) -> None:
        """Show another table, or further figures of it."""
        self._table = table
        self.row = min(self.row, max(len(table.rows) - 1, 0))
        self.updateGeometry()
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(360), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(280),
                     theme.px(HEAD + FOOT) + len(self._table.rows) * theme.px(ROW))

    # Rows

    def place_of(self, row: int) -> QRectF:
        """Return where a row stands."""
        return QRectF(0, theme.px(HEAD) + row * theme.px(ROW), self.width(), theme.px(ROW))

    def row_at(self, y: float) -> int:
        """Return the row at a height; -1 for none."""
        row = math.floor((y - theme.px(HEAD)) / theme.px(ROW))
        return row if 0 <= row < len(self._table.rows) else -1

    def columns(self) -> tuple[float, float, float, float]:
        """Return where the article's words, the figures and the dots begin, and where they end."""
        metrics, gap = QFontMetricsF(theme.base_font()), theme.px(GAP)
        rows = self._table.rows

        def widest(words: Sequence[str], share: float) -> float:
            most = max(map(metrics.horizontalAdvance, words), default=0.0) * 1.06
            return min(most, share * self.width())
        first = theme.px(8) + widest([row.label for row in rows], LABEL) + gap
        second = first + widest(["article", *(row.article for row in rows)], LABEL) + gap
        third = second + widest([row.shown for row in rows], WORDS) + gap
        end = self.width() - theme.px(12)
        return first, second, min(third, end - theme.px(60)), end

    def x_of(self, figure: float) -> float:
        """Return where a figure stands."""
        _, _, left, right = self.columns()
        edge = theme.px(DOT)
        # The room at the right is kept for those that never arrive.
        return left + edge + self._table.axis.share(figure) * (right - left - edge
                                                               - theme.px(2 * DOT))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().y())
        if row != self._hovered:
            self._hovered = row
            self.update()
        if row >= 0:
            QToolTip.showText(event.globalPosition().toPoint(),
                              f"{self._table.rows[row].told}\nClick: open it in the Lab.", self)
        else:
            QToolTip.hideText()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self._go(row)
            self.opened.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self._table.rows:
            self._go(min(max(self.row + step, 0), len(self._table.rows) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.rows:
            self.opened.emit(self.row)
        else:
            event.ignore()

    def _go(self, row: int) -> None:
        if row != self.row:
            self.row = row
            self._describe()
            self.update()
            self.row_changed.emit(row)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def _describe(self) -> None:
        self.setAccessibleName("Rows of the table")
        rows = self._table.rows
        told = rows[self.row].told if rows else "No rows"
        self.setAccessibleDescription(f"{told}. Up and down go from row to row, Enter opens the "
                                      "network in the Lab.")

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._table.rows:
            return
        self._paint_frame(painter)
        for number, row in enumerate(self._table.rows):
            self._paint_row(painter, number, row)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.place_of(self.row).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_frame(self, painter: QPainter) -> None:
        tokens, px = theme.current(), theme.px
        first, second, left, right = self.columns()
        painter.setFont(small_font())
        painter.setPen(QColor(tokens.text_muted))
        head = QRectF(0, 0, self.width(), px(HEAD) - px(4))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(head.adjusted(first, 0, 0, 0), middle, "article")
        metrics = QFontMetricsF(painter.font())
        painter.drawText(head.adjusted(second, 0, 0, 0), middle, metrics.elidedText(
            f"measured: {self._table.axis_title}", Qt.TextElideMode.ElideRight,
            right - second))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(QLineF(0, px(HEAD) - 2, self.width(), px(HEAD) - 2))
        bottom = self.place_of(len(self._table.rows)).top()
        free = left - px(20)
        for share, text in self._table.axis.ticks(max(2, int((right - left) / px(56)))):
            x = left + px(DOT) + share * (right - left - px(DOT) - px(2 * DOT))
            painter.setPen(QColor(tokens.grid))
            painter.drawLine(QLineF(x, px(HEAD), x, bottom))
            wide = metrics.horizontalAdvance(text)
            if x - wide / 2 >= free:
                painter.setPen(QColor(tokens.axis))
                painter.drawText(QRectF(x - wide, bottom + px(2), 2 * wide, px(FOOT)),
                                 int(Qt.AlignmentFlag.AlignHCenter), text)
                free = x + wide / 2 + px(6)

    def _paint_row(self, painter: QPainter, number: int, row: TableRow) -> None:
        tokens, px = theme.current(), theme.px
        place = self.place_of(number)
        if row.article or number == self._hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft if row.article else tokens.surface_raised))
            painter.drawRoundedRect(place.adjusted(0, 1, 0, -1), px(5), px(5))
        first, second, left, _ = self.columns()
        font = theme.base_font()
        font.setBold(bool(row.article))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        middle = int(Qt.AlignmentFlag.AlignVCenter)

        def write(text: str, begin: float, end: float, colour: str) -> None:
            painter.setPen(QColor(colour))
            painter.drawText(QRectF(begin, place.top(), end - begin, place.height()), middle,
                             metrics.elidedText(text, Qt.TextElideMode.ElideRight, end - begin))
        gap = px(GAP) / 2
        write(row.label, px(8), first - gap, tokens.text)
        write(row.article or "–", first, second - gap,
              tokens.text if row.article else tokens.text_disabled)
        write(row.shown, second, left - gap, tokens.text)
        self._paint_dots(painter, row.figures, place.center().y())

    def _paint_dots(self, painter: QPainter, figures: Sequence[float], y: float) -> None:
        tokens, px = theme.current(), theme.px
        known = [figure for figure in figures if math.isfinite(figure)]
        if known:
            x = self.x_of(median(known))
            painter.setPen(QPen(QColor(tokens.text), px(2)))
            painter.drawLine(QLineF(x, y - px(8), x, y + px(8)))
        painter.setPen(QPen(QColor(tokens.train), 1.4))
        painter.setBrush(QColor(tokens.surface))
        for figure in known:
            painter.drawEllipse(QPointF(self.x_of(figure), y), px(DOT) / 2, px(DOT) / 2)
        if len(known) < len(figures):
            right = self.columns()[3]
            broke = any(math.isnan(figure) for figure in figures)
            theme.status_glyph(painter, QRectF(right - px(BOLT), y - px(BOLT) / 2, px(BOLT),
                                               px(BOLT)), "nonfinite" if broke else "flat")

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
