"""A square sheet to draw on with mouse, finger, pen or keys."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme

Point = tuple[float, float, float]
Strokes = tuple[tuple[Point, ...], ...]

KEY_STEPS = 24
"""Arrow keys move this many times from one edge to the other; with Shift, five times as fast."""

THIN, USUAL, THICK = 0.02, 0.06, 0.14
"""Width of the line, as a share of the sheet's side."""

MOST_STROKES, MOST_POINTS = 200, 3500
"""Of one drawing; what is drawn beyond is not taken."""


class StrokeCanvas(QWidget):
    """Keeps strokes as they are drawn. Fingers and pens reach it as the mouse does.

    Enter lowers and lifts the pen at the cross that the arrow keys move. Backspace takes the last
    stroke back, Delete all of them.

    Parameters
    ----------
    empty : str
        What stands on an empty sheet.

    Signals
    -------
    changed()
        There is another point, or a stroke less.
    """

    changed = Signal()

    def __init__(self, empty: str = "Draw here", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strokes: list[list[Point]] = []
        self._drawing = False
        self._cross: QPointF | None = None
        self._empty = empty
        self._begun_s = 0.0
        self._pen = USUAL
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Drawing sheet")
        self.setAccessibleDescription(
            "Draw with the mouse, a finger or a pen. With keys: arrows move, Enter lowers and "
            "lifts the pen, Backspace takes a stroke back, Delete clears.")
        theme.notifier().changed.connect(self._on_theme_changed)

    def strokes(self) -> Strokes:
        """Return all strokes: x and y from 0 to 1 from the upper left corner, and milliseconds."""
        return tuple(tuple(stroke) for stroke in self._strokes if stroke)

    def set_strokes(self, strokes: Sequence[Sequence[Point]]) -> None:
        """Show other strokes."""
        self._strokes = [list(stroke) for stroke in strokes]
        self._drawing = False
        self._tell()

    def is_empty(self) -> bool:
        """Say whether nothing is drawn."""
        return not self._strokes

    def pen(self) -> float:
        """Return the width of the lines, as a share of the side."""
        return self._pen

    def set_pen(self, width: float) -> None:
        """Draw all lines with another width."""
        self._pen = width
        self._tell()

    @Slot()
    def undo_stroke(self) -> None:
        """Take the last stroke back."""
        if self._strokes:
            self._strokes.pop()
            self._drawing = False
            self._tell()

    @Slot()
    def clear(self) -> None:
        """Take all strokes back."""
        if self._strokes:
            self.set_strokes(())

    def sheet(self) -> QRectF:
        """Return the square that is drawn on, in px."""
        side = max(min(self.width(), self.height()) - 2, 1)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def minimumSizeHint(self) -> QSize:
        """Return room for a small sheet."""
        return QSize(theme.px(110), theme.px(110))

    def sizeHint(self) -> QSize:
        """Return room for a large one."""
        return QSize(theme.px(260), theme.px(260))

    # Drawing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._cross = None
            self._begin(self._share(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the stroke."""
        if self._drawing and event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(self._share(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drawing = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cross, draw with it, or take strokes back."""
        moves = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1),
                 Qt.Key.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        if key in moves:
            fast = 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            across, down = moves[key]
            spot = self._cross or QPointF(0.5, 0.5)
            step = fast / KEY_STEPS
            self._cross = _inside(QPointF(spot.x() + across * step, spot.y() + down * step))
            if self._drawing:
                self._go_to(self._cross)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._cross = self._cross or QPointF(0.5, 0.5)
            if self._drawing:
                self._drawing = False
            else:
                self._begin(self._cross)
            self.update()
        elif key == Qt.Key.Key_Backspace:
            self.undo_stroke()
        elif key == Qt.Key.Key_Delete:
            self.clear()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet, the strokes, and the cross of the keyboard."""
        tokens, sheet = theme.current(), self.sheet()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        framed = self.hasFocus() and self._cross is not None
        painter.setPen(QPen(QColor(tokens.focus if framed else tokens.border_strong), 1))
        painter.setBrush(QColor(tokens.surface_sunken))
        painter.drawRoundedRect(sheet, theme.px(6), theme.px(6))
        if not self._strokes:
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(sheet, int(Qt.AlignmentFlag.AlignCenter
                                        | Qt.TextFlag.TextWordWrap), self._empty)
        painter.setClipRect(sheet)
        pen = QPen(QColor(tokens.text), max(self._pen * sheet.width(), 1.0))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for stroke in self._strokes:
            spots = [self._spot(x, y) for x, y, _ in stroke]
            if len(spots) == 1:
                painter.drawPoint(spots[0])
            else:
                painter.drawPolyline(QPolygonF(spots))
        if framed and self._cross is not None:
            painter.setPen(QPen(QColor(tokens.accent), theme.px(2)))
            spot, arm = self._spot(self._cross.x(), self._cross.y()), theme.px(6)
            painter.drawLine(spot - QPointF(arm, 0), spot + QPointF(arm, 0))
            painter.drawLine(spot - QPointF(0, arm), spot + QPointF(0, arm))

    def _begin(self, share: QPointF) -> None:
        if self._count() < MOST_POINTS and len(self._strokes) < MOST_STROKES:
            if not self._strokes:
                self._begun_s = time.perf_counter()
            self._drawing = True
            self._strokes.append([])
            self._go_to(share)

    def _go_to(self, share: QPointF) -> None:
        stroke = self._strokes[-1]
        if self._count() >= MOST_POINTS or (stroke and stroke[-1][:2] == (share.x(), share.y())):
            return
        passed = 1000 * (time.perf_counter() - self._begun_s)
        stroke.append((share.x(), share.y(), round(passed, 1)))
        self._tell()

    def _count(self) -> int:
        return sum(map(len, self._strokes))

    def _share(self, spot: QPointF) -> QPointF:
        sheet = self.sheet()
        return _inside(QPointF((spot.x() - sheet.left()) / sheet.width(),
                               (spot.y() - sheet.top()) / sheet.height()))

    def _spot(self, x: float, y: float) -> QPointF:
        sheet = self.sheet()
        return QPointF(sheet.left() + x * sheet.width(), sheet.top() + y * sheet.height())

    def _tell(self) -> None:
        self.update()
        self.changed.emit()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def _inside(share: QPointF) -> QPointF:
    return QPointF(min(max(share.x(), 0.0), 1.0), min(max(share.y(), 0.0), 1.0))
