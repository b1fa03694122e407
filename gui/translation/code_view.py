"""A program to read: numbers, colours, and lines that light up with the layer they speak of."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit, QToolTip, QWidget

from gui import theme
from gui.translation.script import Script
from gui.translation.syntax import KEYWORD, NAME, NUMBER, REMARK, TEXT
from gui.widgets import ReadingBox

SIZE = 12
"""Px of letters, at 13 px text."""
ABOVE = 4
"""Which share of the height, as 1 / so many, stays above a layer's first line when it is sought."""
LIT, OWNED = 3, 2
"""Px at 13 px text of the bar beside lines that are lit, and beside those that may be."""


def code_font() -> QFont:
    """Return the font of programs at the present size."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(theme.px(SIZE))
    return font


class _Colours(QSyntaxHighlighter):
    """Gives every line its colours, which are known before it is shown. GUI thread only."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.script: Script | None = None
        self._formats: dict[str, QTextCharFormat] = {}
        self.restyle()

    def restyle(self) -> None:
        """Take the colours from the theme."""
        for kind in (KEYWORD, NAME, TEXT, NUMBER, REMARK):
            ink = QTextCharFormat()
            ink.setForeground(QColor(getattr(theme.current(), f"code_{kind}")))
            ink.setFontItalic(kind == REMARK)
            self._formats[kind] = ink

    def highlightBlock(self, text: str) -> None:
        row = self.currentBlock().blockNumber()
        if self.script is not None and row < len(self.script.stretches):
            for begin, length, kind in self.script.stretches[row]:
                self.setFormat(begin, length, self._formats[kind])


class _Gutter(QWidget):
    """Line numbers, and a bar beside the lines of layers."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_gutter(QPainter(self), event.rect(), self.width())


class CodeView(ReadingBox):
    """A script. GUI thread only.

    The pointer over a line, or the keyboard's cursor in it, tells of the layer that it speaks of;
    a click or Enter chooses that.

    Signals
    -------
    layer_hovered(str)
        A line of this layer is pointed at; empty when none is any more.
    layer_chosen(str)
        A person has chosen this layer.
    """

    layer_hovered = Signal(str)
    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Script", parent)
        self.script: Script | None = None
        self.titles: dict[str, str] = {}
        self._selected = self._hovered = self._pointed = ""
        self._gutter = _Gutter(self)
        self._colours = _Colours(self.document())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse
                                     | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self.setMouseTracking(True)
        # Else there is a frame where the scroll bars meet.
        self.setCornerWidget(QWidget())
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.updateRequest.connect(self._on_update_request)
        self.cursorPositionChanged.connect(self._on_cursor_position_changed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    # What it shows

    def show_script(self, script: Script) -> None:
        """Show another script, at the same place if it is much like the one before."""
        bar, sideways = self.verticalScrollBar(), self.horizontalScrollBar()
        place = (bar.value(), sideways.value()) if self.script is not None else None
        before = self._first_lit()
        self.script = self._colours.script = script
        self.setPlainText(script.text.rstrip("\n"))
        self._measure()
        if place is not None:
            after = self._first_lit()
            moved = 0 if before is None or after is None else after - before
            bar.setValue(place[0] + moved)
            sideways.setValue(place[1])
        elif not self._seek(self._selected):
            self._seek(next(iter(script.lines), ""))
        self._light()

    def forget(self) -> None:
        """Show the next script from its network on, not from the place of this one."""
        self.script = self._colours.script = None
        self.clear()

    def set_selected(self, layer_id: str) -> None:
        """Light the lines of the layer that is selected, and go to them; empty lights none."""
        if layer_id != self._selected:
            self._selected = layer_id
            self._seek(layer_id)
            self._light()

    def set_hovered(self, layer_id: str) -> None:
        """Light the lines of a layer that is pointed at elsewhere, and go to them."""
        if layer_id != self._hovered:
            self._hovered = layer_id
            self._seek(layer_id)
            self._light()

    def lit(self) -> list[int]:
        """Return the lines that are lit, counted from 1."""
        return sorted({one.cursor.blockNumber() + 1 for one in self.extraSelections()})

    def layer_at(self, row: int) -> str:
        """Return the layer that a line, counted from 0, speaks of; empty for none."""
        return "" if self.script is None else self.script.owners.get(row, "")

    def _first_lit(self) -> int | None:
        return None if self.script is None else self.script.first_of(self._selected)

    def _seek(self, layer_id: str) -> bool:
        """Let a layer's first line be seen; return whether it has any."""
        row = None if self.script is None else self.script.first_of(layer_id)
        if row is None:
            return False
        bar = self.verticalScrollBar()
        seen = max(bar.pageStep(), 1)
        if not bar.value() <= row < bar.value() + seen - 1:
            bar.setValue(row - seen // ABOVE)
        return True

    def _light(self) -> None:
        """Give the lines of the layers in question their ground."""
        tokens = theme.current()
        hovered = self._hovered or self._pointed
        marks = [(self._selected, tokens.accent_soft)]
        if hovered != self._selected:
            marks.append((hovered, tokens.surface_raised))
        self.setExtraSelections([
            self._lit_line(line - 1, colour) for layer, colour in marks if self.script is not None
            for first, last in self.script.lines.get(layer, ())
            for line in range(first, last + 1)])
        self._gutter.update()

    def _lit_line(self, row: int, colour: str) -> QTextEdit.ExtraSelection:
        one = QTextEdit.ExtraSelection()
        ground = QTextCharFormat()
        ground.setBackground(QColor(colour))
        ground.setProperty(QTextFormat.Property.FullWidthSelection, True)
        one.format = ground
        one.cursor = QTextCursor(self.document().findBlockByNumber(row))
        return one

    # Line numbers

    def paint_gutter(self, painter: QPainter, dirty: QRect, width: int) -> None:
        """Draw the numbers of the lines that are seen."""
        tokens, px = theme.current(), theme.px
        painter.fillRect(dirty, QColor(tokens.surface))
        painter.setFont(self.font())
        lit = {self._selected: tokens.accent, self._hovered or self._pointed: tokens.text_muted}
        for block, rect in self._seen():
            row, top, height = block.blockNumber(), rect.top(), rect.height()
            layer = self.layer_at(row)
            bold = bool(layer) and layer in lit
            painter.setPen(QColor(tokens.text if bold else tokens.text_muted))
            painter.drawText(QRect(0, top, width - px(10), height),
                             int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                             str(row + 1))
            if layer:
                wide = px(LIT if bold else OWNED)
                painter.fillRect(QRect(width - px(6), top, wide, height),
                                 QColor(lit.get(layer, tokens.border_strong)))

    def _seen(self) -> list[tuple[QTextBlock, QRect]]:
        """Return the lines that are seen, and where each lies in the viewport."""
        found, block = [], self.firstVisibleBlock()
        bottom = self.viewport().height()
        while block.isValid():
            rect = self.blockBoundingGeometry(block).translated(self.contentOffset()).toRect()
            if rect.top() > bottom:
                break
            found.append((block, rect))
            block = block.next()
        return found

    def _measure(self) -> None:
        """Give the numbers as much room as the last of them needs."""
        digits = len(str(max(self.blockCount(), 100)))
        wide = self.fontMetrics().horizontalAdvance("0") * digits + theme.px(18)
        self.setViewportMargins(wide, 0, 0, 0)
        inside = self.contentsRect()
        self._gutter.setGeometry(QRect(inside.left(), inside.top(), wide, inside.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def minimumSizeHint(self) -> QSize:
        """Return room for some words and lines; the rest is scrolled to."""
        return QSize(theme.px(220), theme.px(120))

    # What a person does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        layer = "" if event.buttons() else self._layer_below(event.position().toPoint())
        self._point(layer)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if layer else
                                  Qt.CursorShape.IBeamCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        layer = self._layer_below(event.position().toPoint())
        # Who has drawn over a text wants to copy it.
        if event.button() == Qt.MouseButton.LeftButton and layer and \
                not self.textCursor().hasSelection():
            self.layer_chosen.emit(layer)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point("")
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            title = self.titles.get(self._layer_below(event.pos()), "")
            QToolTip.showText(event.globalPos(), f"<p>{escape(title)}</p>" if title else "", self)
            return True
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        layer = self.layer_at(self.textCursor().blockNumber())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and layer:
            self.layer_chosen.emit(layer)
        else:
            super().keyPressEvent(event)

    def _layer_below(self, point: QPoint) -> str:
        block = self.cursorForPosition(point).block()
        rect = self.blockBoundingGeometry(block).translated(self.contentOffset())
        is_over = rect.top() <= point.y() <= rect.bottom()
        return self.layer_at(block.blockNumber()) if is_over else ""

    def _point(self, layer_id: str) -> None:
        if layer_id != self._pointed:
            self._pointed = layer_id
            self._light()
            self.layer_hovered.emit(layer_id)

    @Slot()
    def _on_cursor_position_changed(self) -> None:
        # A click moves the cursor, too, but then the pointer says more.
        if self.hasFocus() and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._point(self.layer_at(self.textCursor().blockNumber()))

    @Slot(QRect, int)
    def _on_update_request(self, rect: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, rect.y(), self._gutter.width(), rect.height())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFont(code_font())
        self.setTabStopDistance(4.0 * self.fontMetrics().horizontalAdvance(" "))
        self._colours.restyle()
        self._colours.rehighlight()
        self._measure()
        self._light()
