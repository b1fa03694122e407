"""The terms of a number, painted as a table: factors, products, bars, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextDocument,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from engine.microscope.number import Factor
from gui import theme
from gui.microscope.figures import MINUS, number_text, places_of
from gui.microscope.formula import document_of, draw, text_font
from gui.microscope.terms import EXAMPLE, Kind, Line, Terms

ROW_PX, HEAD_PX, FOOT_PX = 20, 24, 27
LABEL_PX, MOST_LABEL_PX, BAR_PX, GAP_PX = 58, 96, 44, 8
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
PAGE_ROWS, USUAL_ROWS, FEWEST_ROWS = 10, 6, 2
"""Lines that a page key passes over, that the table asks for, and with which it can do."""


@dataclass(frozen=True)
class Content:
    """What the table shows.

    Attributes
    ----------
    terms : Terms
        The number's terms.
    links : frozenset of str
        Variables whose numbers can be followed to where they were computed.
    classes : tuple[int, ...]
        The class of every example; empty where targets are no classes.
    n_classes : int
        How many there are.
    total, result : str
        What stands below: the sum, and what is made of it.
    """

    terms: Terms
    links: frozenset[str]
    classes: tuple[int, ...]
    n_classes: int
    total: str
    result: str


class TermSheet(QAbstractScrollArea):
    """The table as it is seen; only the lines in sight are painted. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("terms")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("#terms { border: none; background: transparent; }")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Terms of the number")
        self._content: Content | None = None
        self._lines: list[Line] = []
        self._places: dict[tuple[int, int], int] = {}
        self._example = -1
        self._current, self._column = 0, 0
        self._hovered = (-1, -1)

    # Content

    def set_content(self, content: Content | None) -> None:
        """Show the terms of another number."""
        self._content = content
        self._current = self._column = 0
        self._hovered = (-1, -1)
        self.refresh()
        self.verticalScrollBar().setValue(0)

    def set_example(self, example: int) -> None:
        """Mark the line of an example; it comes in sight."""
        self._example = example
        if not self.viewport().underMouse():
            self._reveal_marked()
        self.viewport().update()

    def _reveal_marked(self) -> None:
        row = next((i for i, line in enumerate(self._lines) if self._is_marked(line)), -1)
        if row >= 0:
            self._reveal(row)

    def refresh(self) -> None:
        """List the terms anew: another order, or another group unfolded."""
        content = self._content
        self._lines = [] if content is None else content.terms.lines()
        self._places = {} if content is None else _places(content.terms)
        self._current = min(self._current, max(len(self._lines) - 1, 0))
        self.setVisible(bool(self._lines))
        self.setMaximumHeight(self._height(len(self._lines)))
        self._bound()
        self.updateGeometry()
        self.viewport().update()

    @property
    def lines(self) -> list[Line]:
        """What it shows, from above."""
        return self._lines

    def sizeHint(self) -> QSize:
        """Return room for the first lines."""
        return QSize(theme.px(320), self._height(USUAL_ROWS))

    def _height(self, most: int) -> int:
        px = theme.px
        return px(HEAD_PX) + min(len(self._lines), most) * px(ROW_PX) + self._foot()

    def _foot(self) -> int:
        """Return the height of what stands below the lines."""
        content = self._content
        has_foot = content is not None and bool(content.total or content.result)
        return theme.px(FOOT_PX) if has_foot else 1

    def minimumSizeHint(self) -> QSize:
        """Return room for two lines."""
        return QSize(theme.px(240), self._height(FEWEST_ROWS))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scroll over what has no room."""
        super().resizeEvent(event)
        self._bound()
        self.verticalScrollBar().setValue(0)
        self._reveal_marked()

    def _bound(self) -> None:
        px = theme.px
        room = self.viewport().height() - px(HEAD_PX) - self._foot()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(len(self._lines) * px(ROW_PX) - max(room, 0), 0))
        bar.setPageStep(max(room, 1))
        bar.setSingleStep(px(ROW_PX))

    # Geometry

    def _columns(self, section: int) -> list[QRect]:
        """Return label, factors, product and bar of a section, with no height."""
        px = theme.px
        content = self._content
        assert content is not None
        factors = len(content.terms.sections[section].factors) if content.terms.sections else 0
        width = self.viewport().width() - px(4)
        heading = content.terms.sections[section].heading if factors else ""
        label = max(px(LABEL_PX), min(px(MOST_LABEL_PX), self.fontMetrics().horizontalAdvance(
            heading))) if heading or factors < 2 else px(10)
        bar = max(px(BAR_PX), width // 6) if factors < 3 else px(BAR_PX)
        each = (width - label - bar - px(GAP_PX)) // (factors + 1)
        columns = [QRect(px(2), 0, label, 0)]
        columns += [QRect(px(2) + label + i * each, 0, each, 0) for i in range(factors + 1)]
        if factors == 1:
            # The factor is the product.
            columns[1] = columns[2]
        columns.append(QRect(width - bar, 0, bar, 0))
        return columns

    def row_rect(self, row: int) -> QRect:
        """Return where a line stands in the viewport."""
        px = theme.px
        top = px(HEAD_PX) + row * px(ROW_PX) - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), px(ROW_PX))

    def _foot_top(self) -> int:
        px = theme.px
        end = px(HEAD_PX) + len(self._lines) * px(ROW_PX)
        return min(end, self.viewport().height() - self._foot())

    def _is_link(self, factor: Factor) -> bool:
        return self._content is not None and factor.variable in self._content.links

    def _is_marked(self, line: Line) -> bool:
        return self._content is not None and self._content.terms.example(line) == self._example >= 0

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines in sight, the head and the foot."""
        if self._content is None or not self._lines:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px, foot = theme.px, self._foot_top()
        largest = max((abs(self._content.terms.product(line)) for line in self._lines
                       if line.kind is not Kind.HEAD), default=0.0)
        signs = {self._content.terms.product(line) < 0 for line in self._lines
                 if line.kind is not Kind.HEAD and self._content.terms.product(line) != 0}
        first = self.verticalScrollBar().value() // px(ROW_PX)
        painter.setClipRect(QRect(0, px(HEAD_PX), self.viewport().width(), foot - px(HEAD_PX)))
        for row in range(first, len(self._lines)):
            rect = self.row_rect(row)
            if rect.top() >= foot:
                break
            self._paint_line(painter, rect, row, largest, signs)
        painter.setClipping(False)
        self._paint_head(painter, QRect(0, 0, self.viewport().width(), px(HEAD_PX)), 0)
        self._paint_foot(painter, foot)

    def _paint_head(self, painter: QPainter, rect: QRect, section: int) -> None:
        content, tokens = self._content, theme.current()
        assert content is not None
        columns = self._columns(section)
        painter.setFont(text_font(11))
        painter.setPen(QColor(tokens.text_muted))
        sections = content.terms.sections
        heading = sections[section].heading if sections else ""
        self._write(painter, columns[0], rect, painter.fontMetrics().elidedText(
            heading, Qt.TextElideMode.ElideRight, columns[0].width()), LEFT)
        for factor, box in zip(sections[section].factors if sections else (), columns[1:-2],
                               strict=False):
            colour = tokens.accent if self._is_link(factor) else tokens.text
            self._paint_symbol(painter, box, rect, document_of(factor.symbol, 13, colour))
        is_product = bool(sections) and len(sections[section].factors) > 1
        painter.setPen(QColor(tokens.text_muted))
        self._write(painter, columns[-2], rect, "product" if is_product else "", RIGHT)
        painter.setPen(QColor(tokens.border))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())

    def _paint_symbol(self, painter: QPainter, box: QRect, rect: QRect, document: QTextDocument
                      ) -> None:
        """Draw a factor's symbol above its column, smaller where it is long."""
        wide, room = document.idealWidth(), box.width() - theme.px(GAP_PX)
        share = min(1.0, room / wide) if wide else 1.0
        painter.save()
        painter.translate(box.right() - wide * share,
                          rect.center().y() - document.size().height() * share / 2)
        painter.scale(share, share)
        draw(painter, QPointF(), document)
        painter.restore()

    def _paint_line(self, painter: QPainter, rect: QRect, row: int, largest: float,
                    signs: set[bool]) -> None:
        content, px, tokens = self._content, theme.px, theme.current()
        assert content is not None
        line = self._lines[row]
        if line.kind is Kind.HEAD:
            self._paint_head(painter, rect, line.section)
            return
        is_marked = self._is_marked(line)
        if is_marked:
            painter.fillRect(rect, QColor(tokens.accent_soft))
        columns = self._columns(line.section)
        self._paint_label(painter, columns[0], rect, line)
        painter.setFont(text_font(12))
        section = content.terms.sections[line.section] if content.terms.sections else None
        factors = section.factors if section is not None else ()
        if line.kind is Kind.TERM:
            for i, (factor, box) in enumerate(zip(factors, columns[1:-2], strict=True)):
                self._paint_factor(painter, box, rect, row, i, factor)
        elif line.kind is Kind.GROUP and section is not None:
            count = int((section.places[section.axis] == line.place).sum())
            painter.setPen(QColor(tokens.text_muted))
            # Where the factor is the product, the sum stands in its column.
            begin, end = columns[0].right() + px(60), \
                columns[-2].left() if len(factors) < 2 else columns[-3].right()
            self._write(painter, QRect(begin, 0, max(end - begin, 0), 0), rect,
                        f"{count} terms", RIGHT)
        product = content.terms.product(line)
        if len(factors) > 1 or line.kind is not Kind.TERM:
            self._paint_product(painter, columns[-2], rect, row, product)
        self._paint_bar(painter, columns[-1], rect, product, largest, signs)
        if self.hasFocus() and row == self._current:
            painter.setPen(QColor(tokens.focus))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            cells = columns[1:-2]
            cell = cells[min(self._column, len(cells) - 1)] if (
                line.kind is Kind.TERM and cells) else QRect(0, 0, rect.width() - 1, 0)
            painter.drawRoundedRect(QRectF(cell.left() + 2, rect.top() + 0.5, cell.width(),
                                           rect.height() - 1), px(4), px(4))

    def _paint_product(self, painter: QPainter, box: QRect, rect: QRect, row: int,
                       product: float) -> None:
        content, tokens, line = self._content, theme.current(), self._lines[row]
        assert content is not None
        places = None if line.kind is Kind.ADDED else self._places[-1, 0]
        text = number_text(product, places)
        room = box.width() - painter.fontMetrics().horizontalAdvance(text)
        if line.kind is Kind.TERM and room > theme.px(18):
            painter.setPen(QColor(tokens.text_muted))
            self._write(painter, box.adjusted(theme.px(7), 0, 0, 0), rect, "=", LEFT)
        is_hovered = line.kind is Kind.ADDED and self._hovered == (row, 0) and self._is_link(
            content.terms.added[line.place])
        font = text_font(12, bold=self._is_marked(line))
        font.setUnderline(is_hovered)
        painter.setFont(font)
        painter.setPen(QColor(tokens.accent if is_hovered else tokens.text))
        self._write(painter, box, rect, text, RIGHT)

    def _paint_label(self, painter: QPainter, box: QRect, rect: QRect, line: Line) -> None:
        content, tokens, px = self._content, theme.current(), theme.px
        assert content is not None
        painter.setFont(text_font(12))
        painter.setPen(QColor(tokens.text_muted))
        if line.kind is Kind.ADDED:
            symbol = content.terms.added[line.place].symbol
            sign = "" if symbol.startswith((MINUS, "-")) else "+ "
            document = document_of(f"{sign}{symbol}", 13, tokens.text)
            draw(painter, QPointF(box.left(), rect.center().y() - document.size().height() / 2),
                 document)
            return
        section = content.terms.sections[line.section]
        if line.kind is Kind.GROUP:
            sign = "▾" if (line.section, line.place) in content.terms.unfolded else "▸"
            name = section.names[section.axis]
            wide = box.adjusted(0, 0, px(60), 0)
            self._write(painter, wide, rect, f"{sign} {name} {line.place + 1}", LEFT)
            left = box.left() + QFontMetrics(painter.font()).horizontalAdvance(
                f"{sign} {name} {line.place + 1}") + px(10)
            is_example = name == EXAMPLE
        else:
            indent = px(14) if section.axis >= 0 else 0
            self._write(painter, box.adjusted(indent, 0, 0, 0), rect,
                        section.label(line.place), LEFT)
            left, is_example = box.left() + px(34), section.names == (EXAMPLE,)
        example = content.terms.example(line)
        if is_example and 0 <= example < len(content.classes):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.class_colours(content.n_classes)[content.classes[example]])
            painter.drawEllipse(QPointF(left, rect.center().y() + 0.5), px(3.5), px(3.5))

    def _paint_factor(self, painter: QPainter, box: QRect, rect: QRect, row: int, column: int,
                      factor: Factor) -> None:
        tokens, px = theme.current(), theme.px
        line = self._lines[row]
        text = number_text(float(factor.values[line.place]), self._places[line.section, column])
        is_hovered = self._hovered == (row, column) and self._is_link(factor)
        painter.setPen(QColor(tokens.accent if is_hovered else tokens.text))
        font = text_font(12)
        font.setUnderline(is_hovered)
        painter.setFont(font)
        self._write(painter, box, rect, text, RIGHT)
        if column:
            painter.setFont(text_font(12))
            painter.setPen(QColor(tokens.text_muted))
            self._write(painter, box.adjusted(px(7), 0, 0, 0), rect, "×", LEFT)

    def _paint_bar(self, painter: QPainter, box: QRect, rect: QRect, product: float,
                   largest: float, signs: set[bool]) -> None:
        tokens, px = theme.current(), theme.px
        left, width = box.left() + px(GAP_PX), box.width() - px(GAP_PX)
        zero = left + width * (0.5 if len(signs) > 1 else 1.0 if True in signs else 0.0)
        span = width * (0.5 if len(signs) > 1 else 1.0)
        painter.setPen(QColor(tokens.border_strong))
        painter.drawLine(QPointF(zero, rect.top()), QPointF(zero, rect.bottom() + 1))
        length = span * abs(product) / largest if largest else 0.0
        if length > 0:
            begin = zero - length if product < 0 else zero
            colour = tokens.negative if product < 0 else tokens.positive
            painter.fillRect(QRectF(begin, rect.top() + px(4), max(length, 1.0),
                                    rect.height() - 2 * px(4)), QColor(colour))

    def _paint_foot(self, painter: QPainter, top: int) -> None:
        content, tokens, px = self._content, theme.current(), theme.px
        assert content is not None
        if not content.total and not content.result:
            return
        rect = QRect(0, top, self.viewport().width(), px(FOOT_PX))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(rect.left(), top, rect.right(), top)
        columns = self._columns(0)
        painter.setFont(text_font(12))
        painter.setPen(QColor(tokens.text_muted))
        self._write(painter, rect.adjusted(px(2), 0, 0, 0), rect,
                    "sum" if content.total else "", LEFT)
        painter.setFont(text_font(12, bold=True))
        painter.setPen(QColor(tokens.text))
        end = columns[-2].right()
        if content.result:
            self._write(painter, rect.adjusted(0, 0, -px(2), 0), rect, content.result, RIGHT)
            wide = QFontMetrics(painter.font()).horizontalAdvance(content.result)
            end = min(end, rect.right() - wide - px(14))
        self._write(painter, QRect(0, 0, end, 0), rect, content.total, RIGHT)

    def _write(self, painter: QPainter, box: QRect, rect: QRect, text: str, flags: int) -> None:
        room = QRect(box.left(), rect.top(), box.width(), rect.height())
        painter.drawText(room, flags | int(Qt.TextFlag.TextSingleLine), text)

    def _reveal(self, row: int) -> None:
        px, bar = theme.px, self.verticalScrollBar()
        top, bottom = px(HEAD_PX), self.viewport().height() - self._foot()
        rect = self.row_rect(row)
        if rect.top() < top:
            bar.setValue(bar.value() + rect.top() - top)
        elif rect.bottom() >= bottom:
            bar.setValue(bar.value() + rect.bottom() + 1 - bottom)


def _places(terms: Terms) -> dict[tuple[int, int], int]:
    """Return how many places the numbers of every column have; (-1, 0) is that of products."""
    found = {(s, i): places_of(factor.values.tolist()) for s, section in enumerate(terms.sections)
             for i, factor in enumerate(section.factors)}
    products = [float(value) for section in terms.sections
                for value in (*section.products, *section.groups)]
    found[-1, 0] = places_of(products)
    return found
