"""An equation as boxes on a line: fractions, sums with what they run over, symbols with indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from gui import theme
from gui.microscope.formula import document_of, draw, plain, serif_font, text_font


@dataclass(frozen=True)
class Extent:
    """How much room a box takes: to the right, above the line on which it stands, and below."""

    width: float
    ascent: float
    descent: float


class Box:
    """A part of an equation."""

    extent: Extent

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Draw it from a point on the line on which it stands."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """What it says, in one line."""
        raise NotImplementedError


class Symbol(Box):
    """Rich text in the serif of formulae.

    Parameters
    ----------
    formula : str
        The rich text.
    size_px : float
        Its size at 13 px text.
    """

    def __init__(self, formula: str, size_px: float) -> None:
        self._formula, self._size = formula, size_px
        document = document_of(formula, size_px, theme.current().text)
        # A document has lines only once its size has been asked for.
        height = document.size().height()
        ascent = document.firstBlock().layout().lineAt(0).ascent()
        self.extent = Extent(document.idealWidth(), ascent, height - ascent)

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Draw the text."""
        document = document_of(self._formula, self._size, theme.current().text)
        draw(painter, QPointF(x, y - self.extent.ascent), document)

    @property
    def text(self) -> str:
        """The text without its tags."""
        return plain(self._formula)


class Figure(Box):
    """A number, or words between symbols.

    Parameters
    ----------
    text : str
        As it is written.
    size_px : float
        Its size at 13 px text.
    result : bool
        Whether it is what the equation comes to: bold, in the window's font.
    """

    def __init__(self, text: str, size_px: float, *, result: bool = False) -> None:
        self._text = text
        self._font: QFont = text_font(size_px, bold=True) if result else serif_font(size_px)
        metrics = QFontMetricsF(self._font)
        self.extent = Extent(metrics.horizontalAdvance(text), metrics.ascent(), metrics.descent())

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Write it."""
        painter.setFont(self._font)
        painter.setPen(QColor(theme.current().text))
        painter.drawText(QPointF(x, y), self._text)

    @property
    def text(self) -> str:
        """As it is written."""
        return self._text


class Row(Box):
    """Boxes side by side.

    Parameters
    ----------
    boxes : sequence of Box
        From left to right.
    gap_px : float
        Between two of them, at 13 px text.
    """

    def __init__(self, boxes: Sequence[Box], gap_px: float = 0) -> None:
        self._boxes = tuple(boxes)
        self._gap = float(theme.px(gap_px))
        self.extent = Extent(
            sum(box.extent.width for box in boxes) + self._gap * max(len(boxes) - 1, 0),
            max((box.extent.ascent for box in boxes), default=0.0),
            max((box.extent.descent for box in boxes), default=0.0))

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Draw one after the other."""
        for box in self._boxes:
            box.paint(painter, x, y)
            x += box.extent.width + self._gap

    @property
    def text(self) -> str:
        """One after the other."""
        return " ".join(box.text for box in self._boxes)


class Fraction(Box):
    """One box above another, a line between them."""

    def __init__(self, top: Box, bottom: Box, size_px: float) -> None:
        self._top, self._bottom = top, bottom
        # The line lies where the middle of an equals sign is.
        self._axis = QFontMetricsF(serif_font(size_px)).xHeight() / 2
        self._gap = float(theme.px(3))
        width = max(top.extent.width, bottom.extent.width) + theme.px(4)
        above = self._gap + top.extent.ascent + top.extent.descent
        below = self._gap + bottom.extent.ascent + bottom.extent.descent
        self.extent = Extent(width, self._axis + above, below - self._axis)

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Draw both, and the line."""
        line = y - self._axis
        top, bottom, width = self._top.extent, self._bottom.extent, self.extent.width
        self._top.paint(painter, x + (width - top.width) / 2, line - self._gap - top.descent)
        self._bottom.paint(painter, x + (width - bottom.width) / 2,
                           line + self._gap + bottom.ascent)
        painter.setPen(QPen(QColor(theme.current().text), max(theme.scale(), 1.0)))
        painter.drawLine(QLineF(x, line, x + width, line))

    @property
    def text(self) -> str:
        """With a slash."""
        return f"{self._top.text}/{self._bottom.text}"


class Sum(Box):
    """A large sigma above what it runs over."""

    def __init__(self, over: str, size_px: float) -> None:
        self._over, self._sign = over, serif_font(size_px * 1.55)
        self._small = serif_font(max(size_px * 0.65, 11))
        sign, small = QFontMetricsF(self._sign), QFontMetricsF(self._small)
        self._sign_width = sign.horizontalAdvance("Σ")
        self._lower = sign.descent() * 0.45
        box = sign.tightBoundingRect("Σ")
        self._drop = -box.center().y() - QFontMetricsF(serif_font(size_px)).xHeight() / 2
        below = box.bottom() + self._drop
        self._label = below + theme.px(2) + small.ascent()
        self.extent = Extent(max(self._sign_width, small.horizontalAdvance(over)) + theme.px(2),
                             -box.top() - self._drop, self._label + small.descent())

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Draw the sigma, and below it what is counted."""
        width = self.extent.width
        painter.setPen(QColor(theme.current().text))
        painter.setFont(self._sign)
        painter.drawText(QPointF(x + (width - self._sign_width) / 2, y + self._drop), "Σ")
        painter.setFont(self._small)
        label = QFontMetricsF(self._small).horizontalAdvance(self._over)
        painter.drawText(QPointF(x + (width - label) / 2, y + self._label), self._over)

    @property
    def text(self) -> str:
        """In words."""
        return f"sum over {self._over} of"


class Indexed(Box):
    """A letter with its layer above and its indices below, one over the other."""

    def __init__(self, letter: str, above: str, below: str, size_px: float) -> None:
        small = max(size_px * 0.66, 11)
        self._letter = Symbol(letter, size_px)
        self._above = Symbol(above, small) if above else None
        self._below = Symbol(below, small) if below else None
        base = self._letter.extent
        self._up, self._down = base.ascent * 0.42, base.ascent * 0.22
        sides = [box.extent for box in (self._above, self._below) if box is not None]
        self.extent = Extent(
            base.width + max((side.width for side in sides), default=0.0),
            max(base.ascent, self._up + (self._above.extent.ascent if self._above else 0)),
            max(base.descent, self._down + (self._below.extent.descent if self._below else 0)))

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Draw all three."""
        self._letter.paint(painter, x, y)
        beside = x + self._letter.extent.width
        if self._above is not None:
            self._above.paint(painter, beside, y - self._up)
        if self._below is not None:
            self._below.paint(painter, beside, y + self._down)

    @property
    def text(self) -> str:
        """In one line."""
        return self._letter.text + "".join(
            box.text for box in (self._above, self._below) if box is not None)


def broken(boxes: Sequence[Box], width: float, gap_px: float) -> list[Row]:
    """Return boxes in as many rows as a width asks for; a row begins with a box, never within."""
    rows: list[list[Box]] = [[]]
    taken, gap = 0.0, float(theme.px(gap_px))
    for box in boxes:
        if rows[-1] and taken + box.extent.width > width:
            rows.append([])
            taken = 0.0
        rows[-1].append(box)
        taken += box.extent.width + gap
    return [Row(row, gap_px) for row in rows]
