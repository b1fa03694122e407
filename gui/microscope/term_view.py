"""The table of a number's terms under a person's hands: factors lead to where they come from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip

from engine.microscope.number import Factor
from gui import theme
from gui.microscope.figures import all_digits
from gui.microscope.term_sheet import HEAD_PX, PAGE_ROWS, ROW_PX, TermSheet
from gui.microscope.terms import Kind

SIDEWAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class TermView(TermSheet):
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
