"""The step's program as a list: one line of it at a time is lit, and told in every register."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from engine.microscope.statement import Phase, Statement
from engine.microscope.walk import Group, Level
from gui import theme
from gui.microscope.formula import code_font, document_of, draw, plain, serif_font, text_font
from gui.microscope.lens import Lens

WORDS, FORMULAE, NUMPY = "words", "formulae", "numpy"
REGISTERS = {WORDS: "Words", FORMULAE: "Formulae", NUMPY: "NumPy"}
"""Title by key, in the order in which the lit line shows them."""

AnyIndex = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
WRAP = int(Qt.TextFlag.TextWordWrap)
OPENS = re.compile(r"(?<=[(\[,])(?=[^)\],\s]{4})")
"""Where a line of code may be broken besides at its spaces: behind a bracket that opens."""
LINE_PX, GAP_PX, NUMBER_PX, LEFT_PX = 5, 6, 24, 9
GROUP_GAP_PX = 6
LIT, REMARK = "lit", "remark"
TALL = "x<sub>1</sub><sup>T</sup>"
"""A formula as tall as one on a single line becomes."""

SLANT = 1.15
"""Slanted letters are wider than upright ones, by less than this."""

SIZES = {WORDS: 12.0, FORMULAE: 15.0, NUMPY: 12.0}


def text_of(statement: Statement, register: str) -> str:
    """Return a line in a register as plain text."""
    if register == WORDS:
        return statement.words.text
    return plain(statement.formula) if register == FORMULAE else statement.code


def group_title(group: Group) -> str:
    """Return what a group of lines is called: ``Backward 2``."""
    return f"{group.phase.title} {group.number}" if group.number >= 1 else group.phase.title


def breakable(code: str) -> str:
    """Return code that a list breaks behind brackets, never within a name."""
    return OPENS.sub("\N{ZERO WIDTH SPACE}", code)


def line_in_hand(lens: Lens) -> int:
    """Return the line that is lit: at the level of layers, that of which a number is open."""
    step = lens.micro_step
    group = lens.walk.groups[step.group]
    if lens.level is Level.LAYER and group.first <= lens.opened_statement < group.end:
        return lens.opened_statement
    return step.statement


class ProgramModel(QAbstractListModel):
    """The lines of the step that a lens looks at.

    Parameters
    ----------
    lens : Lens
        What is looked at.

    Attributes
    ----------
    register : str
        In which the lines are read aloud and copied.
    """

    def __init__(self, lens: Lens, parent: QObject) -> None:
        super().__init__(parent)
        self._lens = lens
        self.register = FORMULAE
        self.statements: tuple[Statement, ...] = ()
        self.begins: dict[int, Group] = {}
        self.colours: list[QColor] = []

    def renew(self) -> None:
        """Take the lines of another step."""
        self.beginResetModel()
        lens = self._lens
        self.statements = () if lens.is_empty else lens.trace.program.statements
        self.begins = {} if lens.is_empty else {one.first: one for one in lens.walk.groups}
        self.endResetModel()
        self.recolour()

    def recolour(self) -> None:
        """Take the layers' colours from the theme."""
        last = max((one.number for one in self.statements), default=0)
        dissection = self._lens.dissection
        count = last + 1 if dissection is None else max(last + 1, len(dissection.project.network))
        self.colours = theme.depth_colours(count)

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self.statements)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a line's text."""
        if not index.isValid():
            return None
        statement = self.statements[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(statement, self.register)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Line {index.row() + 1}: {text_of(statement, self.register)}"
        return None


class ProgramDelegate(QStyledItemDelegate):
    """Paints a line of the program. GUI thread only.

    Parameters
    ----------
    lens : Lens
        Where one stands.
    model : ProgramModel
        The lines.
    view : QListView
        What they are painted on.
    """

    def __init__(self, lens: Lens, model: ProgramModel, view: QListView) -> None:
        super().__init__(view)
        self._lens, self._model, self._view = lens, model, view
        self.hidden: frozenset[str] = frozenset()
        self.lit = -1
        # By line; that of a lit one by its complement.
        self._sizes: dict[int, QSize] = {}
        self._fonts: dict[str, QFontMetrics] = {}

    def forget(self) -> None:
        """Measure all lines anew: another step, register, width or size of text."""
        self._sizes.clear()
        self._fonts.clear()

    def _metrics(self, key: str) -> QFontMetrics:
        """Return the metrics of a register, or of what stands at the right of a line."""
        if key not in self._fonts:
            self._fonts[key] = QFontMetrics(
                text_font(12, bold=key == LIT) if key in (LIT, REMARK) else _font(key))
        return self._fonts[key]

    def shown(self) -> list[str]:
        """Return the registers of the lit line."""
        return [register for register in REGISTERS if register not in self.hidden]

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the height of a line."""
        # The list asks for all lines whenever the lit one changes.
        row = index.row()
        size = self._sizes.get(-1 - row if row == self.lit else row)
        if size is None:
            is_lit = row == self.lit
            size = QSize(0, self._height(row, self._view.viewport().width(), is_lit))
            self._sizes[-1 - row if is_lit else row] = size
        return size

    def _height(self, row: int, width: int, is_lit: bool) -> int:
        px = theme.px
        registers = self.shown() if is_lit else [self._model.register]
        room = self._room(row, width, is_lit)
        inside = sum(self._text_height(row, register, room) for register in registers)
        between = px(GAP_PX) * (len(registers) - 1)
        gap = px(GROUP_GAP_PX) if row and row in self._model.begins else 0
        return inside + between + gap + 2 * px(9 if is_lit else LINE_PX)

    def _room(self, row: int, width: int, is_lit: bool) -> int:
        left = self._left()
        return max(width - left - self._right(row, is_lit) - theme.px(8), theme.px(60))

    def _left(self) -> int:
        """Return where lines begin, behind their numbers."""
        widest = self._metrics(LIT).horizontalAdvance(str(len(self._model.statements)))
        return theme.px(LEFT_PX) + max(theme.px(NUMBER_PX - 8), widest) + theme.px(8)

    def _right(self, row: int, is_lit: bool) -> int:
        """Return the width of what stands at the right of a line."""
        text = self._remark(row, is_lit)
        if not text:
            return 0
        return self._metrics(LIT if is_lit else REMARK).horizontalAdvance(text) + theme.px(10)

    def _remark(self, row: int, is_lit: bool) -> str:
        if is_lit:
            number = self._model.statements[row].number
            return f"ℓ = {number}" if number >= 0 else self._model.statements[row].phase.title
        group = self._model.begins.get(row)
        return "" if group is None else group_title(group)

    def _text_height(self, row: int, register: str, room: int) -> int:
        statement, size = self._model.statements[row], SIZES[register]
        metrics, text = self._metrics(register), text_of(statement, register)
        if register == FORMULAE:
            # To lay out hundreds of formulae takes a second; most are plainly short enough.
            if metrics.horizontalAdvance(text) * SLANT < room:
                text = TALL
            document = document_of(statement.formula if text != TALL else TALL, size,
                                   theme.current().text, room)
            return round(document.size().height())
        if register == NUMPY:
            text = breakable(text)
        if "\n" not in text and metrics.horizontalAdvance(text) < room:
            return metrics.height()
        return metrics.boundingRect(QRect(0, 0, room, 10_000), WRAP, text).height()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw number, line and phase; of the lit line every register that is shown."""
        row, tokens, px = index.row(), theme.current(), theme.px
        rect: QRect = QRect(option.rect)
        if row and row in self._model.begins:
            rect.setTop(rect.top() + px(GROUP_GAP_PX))
        is_lit, statement = row == self.lit, self._model.statements[row]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, row, is_lit)
        is_done = self._lens.is_done(row)
        colour = tokens.text if is_done else tokens.text_muted
        number = QRect(rect.left(), rect.top(), self._left() - px(8), rect.height())
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(text_font(11, bold=is_lit))
        painter.setPen(QColor(tokens.accent if is_lit else tokens.text_muted))
        painter.drawText(number, right, str(row + 1))
        painter.setFont(text_font(12, bold=is_lit))
        painter.drawText(rect.adjusted(0, 0, -px(8), 0), right, self._remark(row, is_lit))
        room = self._room(row, self._view.viewport().width(), is_lit)
        left = rect.left() + self._left()
        top = rect.top() + px(9 if is_lit else LINE_PX)
        for register in self.shown() if is_lit else [self._model.register]:
            height = self._text_height(row, register, room)
            box = QRect(left, top, room, height)
            if register == FORMULAE:
                document = document_of(statement.formula, SIZES[register], colour, room)
                up = (height - document.size().height()) / 2
                draw(painter, QPointF(left, top + up), document)
            else:
                painter.setFont(_font(register))
                painter.setPen(QColor(colour))
                text = text_of(statement, register)
                painter.drawText(box, WRAP, breakable(text) if register == NUMPY else text)
            top += height + px(GAP_PX)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, row: int, is_lit: bool) -> None:
        tokens, px = theme.current(), theme.px
        statement = self._model.statements[row]
        lens = self._lens
        if is_lit:
            painter.fillRect(rect, QColor(tokens.accent_soft))
            painter.fillRect(QRect(rect.left(), rect.top(), px(3), rect.height()),
                             QColor(tokens.accent))
            return
        group = lens.walk.groups[lens.micro_step.group]
        if lens.level is Level.LAYER and group.first <= row < group.end:
            painter.fillRect(rect, QColor(tokens.surface_sunken))
        if statement.number >= 1 and statement.phase in (Phase.FORWARD, Phase.BACKWARD):
            colour = QColor(self._model.colours[statement.number])
            if not lens.is_done(row):
                colour.setAlphaF(0.45)
            painter.fillRect(QRectF(rect.left(), rect.top(), px(3), rect.height()), colour)


def _font(register: str) -> QFont:
    fonts = {WORDS: text_font, FORMULAE: serif_font, NUMPY: code_font}
    return fonts[register](SIZES[register])
