"""The terms of a number as a table: factors that lead to where they come from, products, a bar."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from engine.microscope.number import Factor
from gui import theme
from gui.microscope.figures import MINUS, all_digits, number_text, places_of
from gui.microscope.formula import document_of, draw, text_font
from gui.microscope.terms import EXAMPLE, Kind, Line, Terms

ROW_PX, HEAD_PX, FOOT_PX = 20, 24, 27
LABEL_PX, BAR_PX, GAP_PX = 58, 56, 8
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
PAGE_ROWS, USUAL_ROWS, FEWEST_ROWS = 10, 6, 2
"""Lines that a page key passes over, that the table asks for, and with which it can do."""
SIDEWAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


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


class TermView(QAbstractScrollArea):
    """The table. GUI thread only.

    Signals
    -------
    followed(Factor, int)
        A person wants to see where a factor of a term comes from.
    pointed(int)
        The pointer is over the line of an example.
    """

    followed = Signal(object, int)
    pointed = Signal(int)

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
        row = next((i for i, line in enumerate(self._lines) if self._is_marked(line)), -1)
        if row >= 0 and not self.viewport().underMouse():
            self._reveal(row)
        self.viewport().update()

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
        label = px(LABEL_PX if factors < 3 else LABEL_PX - 10)
        bar = max(px(BAR_PX), width // 6)
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

    def _row_at(self, at: QPoint) -> int:
        px = theme.px
        if not px(HEAD_PX) <= at.y() < self._foot_top():
            return -1
        row = (at.y() - px(HEAD_PX) + self.verticalScrollBar().value()) // px(ROW_PX)
        return row if row < len(self._lines) else -1

    def _factor_at(self, at: QPoint) -> tuple[int, int]:
        """Return line and factor at a point; a line of -1 for the head, a factor of -1 for none."""
        row = self._row_at(at)
        section = self._lines[row].section if row >= 0 else 0
        if self._content is None:
            return row, -1
        if row >= 0 and self._lines[row].kind is Kind.ADDED:
            product = self._columns(section)[-2]
            return row, 0 if product.left() <= at.x() <= product.right() else -1
        factors = self._columns(section)[1:-2]
        column = next((i for i, box in enumerate(factors)
                       if box.left() <= at.x() <= box.right()), -1)
        return row, column

    def _factor(self, row: int, column: int) -> tuple[Factor, int] | None:
        """Return a factor and the term of a cell; that of the marked line for the head's."""
        if self._content is None or column < 0:
            return None
        if row < 0:
            row = next((i for i, line in enumerate(self._lines)
                        if line.kind is Kind.TERM and self._is_marked(line)), -1)
            row = row if row >= 0 else next(
                (i for i, line in enumerate(self._lines) if line.kind is Kind.TERM), -1)
        line = self._lines[row] if row >= 0 else None
        if line is not None and line.kind is Kind.ADDED:
            return self._content.terms.added[line.place], 0
        if line is None or line.kind is not Kind.TERM:
            return None
        factors = self._content.terms.sections[line.section].factors
        return (factors[column], line.place) if column < len(factors) else None

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
        self._write(painter, columns[0], rect, heading, LEFT)
        for factor, box in zip(sections[section].factors if sections else (), columns[1:-2],
                               strict=False):
            colour = tokens.accent if self._is_link(factor) else tokens.text
            document = document_of(factor.symbol, 13, colour)
            size = document.size()
            room = QRectF(box.left(), rect.top(), box.width(), rect.height())
            draw(painter, QPointF(max(room.right() - document.idealWidth(), room.left() + 4),
                                  room.center().y() - size.height() / 2), document)
        is_product = bool(sections) and len(sections[section].factors) > 1
        painter.setPen(QColor(tokens.text_muted))
        self._write(painter, columns[-2], rect, "product" if is_product else "", RIGHT)
        painter.setPen(QColor(tokens.border))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())

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
            room = columns[1].united(columns[-3]) if len(columns) > 3 else columns[1]
            self._write(painter, room, rect, f"{count} terms", RIGHT)
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
        if line.kind is Kind.TERM:
            painter.setPen(QColor(tokens.text_muted))
            self._write(painter, box.adjusted(theme.px(7), 0, 0, 0), rect, "=", LEFT)
        is_hovered = line.kind is Kind.ADDED and self._hovered == (row, 0) and self._is_link(
            content.terms.added[line.place])
        font = text_font(12, bold=self._is_marked(line))
        font.setUnderline(is_hovered)
        painter.setFont(font)
        painter.setPen(QColor(tokens.accent if is_hovered else tokens.text))
        places = None if line.kind is Kind.ADDED else self._places[-1, 0]
        self._write(painter, box, rect, number_text(product, places), RIGHT)

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
        self._write(painter, columns[0], rect, "sum" if content.total else "", LEFT)
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

    # What a person does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the example of the line, and the number that can be followed."""
        at = event.position().toPoint()
        self._hovered = self._factor_at(at)
        row = self._hovered[0]
        cell = self._factor(*self._hovered)
        is_group = row >= 0 and self._lines[row].kind is Kind.GROUP
        hand = is_group or (cell is not None and self._is_link(cell[0]))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand
                                  else Qt.CursorShape.ArrowCursor)
        if row >= 0 and self._content is not None:
            example = self._content.terms.example(self._lines[row])
            if example >= 0:
                self.pointed.emit(example)
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Mark no number any more."""
        self._hovered = (-1, -1)
        self.viewport().update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Unfold a group, or follow a factor."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._activate(*self._factor_at(event.position().toPoint()))

    def _activate(self, row: int, column: int) -> None:
        if self._content is None:
            return
        if row >= 0 and self._lines[row].kind is Kind.GROUP:
            self._content.terms.toggle(self._lines[row])
            self.refresh()
            return
        cell = self._factor(row, column)
        if cell is not None and self._is_link(cell[0]):
            self.followed.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through lines and factors; Return follows or unfolds."""
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -PAGE_ROWS,
                 Qt.Key.Key_PageDown: PAGE_ROWS, Qt.Key.Key_Home: -len(self._lines),
                 Qt.Key.Key_End: len(self._lines)}
        if key in steps and self._lines:
            self._current = max(0, min(self._current + steps[key], len(self._lines) - 1))
            self._reveal(self._current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(self._current, self._column)
        elif key in SIDEWAYS:
            line = self._lines[self._current] if self._lines else None
            last = 0 if line is None or line.kind is not Kind.TERM or self._content is None else \
                len(self._content.terms.sections[line.section].factors) - 1
            self._column = max(0, min(self._column + SIDEWAYS[key], last))
        else:
            event.ignore()
            return
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Keep the arrow keys from the page's shortcuts while the table has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and (
                event.key() in SIDEWAYS):
            event.accept()
            return True
        return super().event(event)

    def _reveal(self, row: int) -> None:
        px, bar = theme.px, self.verticalScrollBar()
        top, bottom = px(HEAD_PX), self.viewport().height() - self._foot()
        rect = self.row_rect(row)
        if rect.top() < top:
            bar.setValue(bar.value() + rect.top() - top)
        elif rect.bottom() >= bottom:
            bar.setValue(bar.value() + rect.bottom() + 1 - bottom)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell every digit of the number under the pointer, and where it comes from."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def _tip(self, at: QPoint) -> str:
        row, column = self._factor_at(at)
        if row < 0 or self._content is None:
            return ""
        cell = self._factor(row, column)
        line = self._lines[row]
        if cell is None:
            return "" if line.kind is Kind.HEAD else all_digits(self._content.terms.product(line))
        factor, term = cell
        text = all_digits(float(factor.values[term]))
        if factor.variable and len(factor.indices):
            place = ", ".join(str(axis) for axis in factor.indices[term])
            text = f"{factor.variable}[{place}] = {text}"
        return f"{text}\nClick to see where it comes from." if self._is_link(factor) else text


def _places(terms: Terms) -> dict[tuple[int, int], int]:
    """Return how many places the numbers of every column have; (-1, 0) is that of products."""
    found = {(s, i): places_of(factor.values.tolist()) for s, section in enumerate(terms.sections)
             for i, factor in enumerate(section.factors)}
    products = [float(value) for section in terms.sections
                for value in (*section.products, *section.groups)]
    found[-1, 0] = places_of(products)
    return found
