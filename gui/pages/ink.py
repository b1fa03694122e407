"""Draws formulas: how large they are in a text of some size, and their picture in its colour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QFontMetricsF,
    QImage,
    QPainter,
    QTextCharFormat,
    QTextFormat,
)
from PySide6.QtSvg import QSvgRenderer

from engine.pages.catalogue import PICTURES
from engine.pages.formulae import box_of, read_formula

ALONE, INLINE = 1.3, 1.14
"""Height of a formula's letters over that of the text: its small letters are lower."""
LOWER = 0.4
"""Dots by which a picture is moved down: Qt puts letters on the nearest dot, pictures on the one
above."""
LEAST = 0.62
"""Share of its size to which a formula is made smaller where it is too wide."""
COLOUR = "currentColor"
FORMULA, FIGURE = "formula", "figure"
INLINE_STYLE, ALONE_STYLE = "inline", "alone"


@dataclass(frozen=True)
class Ink:
    """Draws the formulas of one text.

    Attributes
    ----------
    font : str
        The text's, as `QFont.toString` describes it.
    colour : str
        Of the text, as ``#rrggbb``.
    width : float
        Px of a line.
    ratio : float
        Dots of the screen in a px.
    widest : float
        Px of a picture, whatever the width of the line.
    """

    font: str
    colour: str
    width: float
    ratio: float
    widest: float

    def size(self, name: str, *, inline: bool) -> QSizeF:
        """Return the px that a formula takes."""
        box, em = box_of(_svg(name)), self._em(name, inline=inline)
        return QSizeF(box.width * em, (box.ascent + box.depth) * em)

    def picture(self, name: str, *, inline: bool) -> QImage:
        """Return a formula's picture, with a dot for every dot of the screen."""
        size = self.size(name, inline=inline)
        return self._rendered(_svg(name), size, QRectF(0, LOWER / self.ratio, size.width(),
                                                       size.height()))

    def seat(self, address: str) -> QTextCharFormat | None:
        """Return what puts a formula on its line; None where it is not within one.

        Qt lets the lower edge of a picture hang as far below the line as letters of its font do,
        so that a formula is given the size of font whose letters hang as far as it does.
        """
        kind, _, name = address.partition(":")
        name, _, style = name.partition("?")
        if kind != FORMULA or not style.startswith(INLINE_STYLE):
            return None
        hangs = max(box_of(_svg(name)).depth, 0.0) * self._em(name, inline=True)
        seat = QTextCharFormat()
        seat.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
        seat.setProperty(QTextFormat.Property.FontPixelSize,
                         max(hangs / _hanging(self.font), 1.0))
        return seat

    def address(self, name: str, *, inline: bool) -> str:
        """Return where a text gets a formula's picture; another place for every size and colour.

        A text keeps what it was once given for a place.
        """
        style = INLINE_STYLE if inline else ALONE_STYLE
        return f"{FORMULA}:{name}?{style}-{hash(self) & 0xffffffff:x}"

    def drawn(self, address: str) -> QImage | None:
        """Return what stands at an address; None for another kind of address."""
        kind, _, name = address.partition(":")
        name, _, style = name.partition("?")
        if kind == FORMULA:
            return self.picture(name, inline=style.startswith(INLINE_STYLE))
        return self._figure(name) if kind == FIGURE else None

    def figure_size(self, file: str) -> QSizeF:
        """Return the px that a picture takes: as wide as the line, within reason."""
        box = QSvgRenderer(QByteArray(_figure(file).encode())).viewBoxF()
        width = min(self.width, self.widest)
        return QSizeF(width, width * box.height() / max(box.width(), 1.0))

    def figure_address(self, file: str) -> str:
        """Return where a text gets a picture."""
        return f"{FIGURE}:{file}?{hash(self) & 0xffffffff:x}"

    def _figure(self, file: str) -> QImage:
        size = self.figure_size(file)
        return self._rendered(_figure(file), size, QRectF(0, 0, size.width(), size.height()))

    def _rendered(self, svg: str, size: QSizeF, where: QRectF) -> QImage:
        image = QImage((size * self.ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self.ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer = QSvgRenderer(QByteArray(svg.replace(COLOUR, self.colour).encode()))
        renderer.render(painter, where)
        painter.end()
        return image

    def _em(self, name: str, *, inline: bool) -> float:
        """Return the px of a letter's height, less where the formula would be too wide."""
        letters = _letters(self.font) * (INLINE if inline else ALONE)
        wide = box_of(_svg(name)).width * letters
        return letters * min(1.0, max(LEAST, self.width / max(wide, 1.0)))


@cache
def _svg(name: str) -> str:
    return read_formula(name)


@cache
def _figure(file: str) -> str:
    return (PICTURES / file).read_text("utf-8")


def _font(described: str) -> QFont:
    font = QFont()
    font.fromString(described)
    return font


@cache
def _letters(described: str) -> int:
    return QFontInfo(_font(described)).pixelSize()


@cache
def _hanging(described: str) -> float:
    """Return how far letters hang below their line, in px for each px of their size."""
    font = _font(described)
    font.setPixelSize(100)
    return QFontMetricsF(font).descent() / 100
