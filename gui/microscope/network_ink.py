"""What the pictures of a step are drawn with: fonts, mathematics in a line, figures, pills."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPen,
    QPolygonF,
    QStaticText,
)

from gui import theme
from gui.microscope.figures import localized

Array = NDArray[np.float64]
SMALL, TEXT = 11, 12
"""Px of text, at the ordinary size of the interface."""
SUNK = 0.22
"""How far an index sinks and an exponent rises, as a share of the text's height."""
MOST_TEXTS = 4096
"""Texts that are kept with their glyphs in place."""

_PIECES = re.compile(r"<(/?)(sub|sup|i|b)>|([^<]+)")


@dataclass(frozen=True)
class Piece:
    """A stretch of text that is written alike."""

    text: str
    shift: int
    is_italic: bool


@lru_cache(maxsize=1024)
def pieces(rich: str) -> tuple[Piece, ...]:
    """Return the pieces of a line of rich text: an index has shift -1, an exponent 1."""
    found, shift, is_italic = [], 0, False
    for closing, tag, text in _PIECES.findall(rich):
        if text:
            found.append(Piece(text, shift, is_italic))
        elif tag == "i":
            is_italic = not closing
        elif tag in ("sub", "sup"):
            shift = 0 if closing else (-1 if tag == "sub" else 1)
    return tuple(found)


def plain(rich: str) -> str:
    """Return rich text without its marks."""
    return re.sub(r"<[^>]*>", "", rich)


def number_text(value: float, figures: int = 3) -> str:
    """Return a number short, as the locale writes it: ``−0.0521``, ``1.2e−7``, ``∞``."""
    if value == 0:
        return "0"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if not 1e-3 <= size < 1e4:
        mantissa, exponent = f"{value:.{max(figures - 2, 0)}e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    else:
        before = math.floor(math.log10(size)) + 1
        text = f"{value:.{max(0, figures - before) if before > 0 else figures - before}f}"
    return localized(text)


def circle_text(value: float) -> str:
    """Return a number for a neuron: two places, five characters at most where it is near 1."""
    if (math.isfinite(value) and 0.005 <= abs(value) < 10) or value == 0:
        return localized(f"{value:.2f}")
    if 10 <= abs(value) < 1000:
        return number_text(value, 2 if abs(value) < 100 else 3)
    if not math.isfinite(value):
        return number_text(value)
    exponent = math.floor(math.log10(abs(value)))
    digit = round(abs(value) / 10.0 ** exponent) if exponent > -300 else 1
    if digit == 10:
        digit, exponent = 1, exponent + 1
    return localized(f"{'-' if value < 0 else ''}{digit}e{exponent}")


class Ink:
    """Fonts of the theme, and what is written with them. GUI thread only."""

    def __init__(self, font: QFont) -> None:
        self._base = QFont(font)
        self._fonts: dict[tuple[float, bool, bool], tuple[QFont, QFontMetricsF]] = {}
        self._advances: dict[tuple[Piece, float, bool], float] = {}
        self._texts: dict[tuple[Piece, float, bool], QStaticText] = {}
        self._signs = theme.signed_map()
        bad = QColor(theme.current().bad)
        self._bad = bad.red(), bad.green(), bad.blue()

    def font(self, size: float = SMALL, *, bold: bool = False, italic: bool = False) -> QFont:
        """Return the font of a height."""
        return self._both(size, bold, italic)[0]

    def metrics(self, size: float = SMALL, *, bold: bool = False) -> QFontMetricsF:
        """Return how wide its texts are."""
        return self._both(size, bold, False)[1]

    def _both(self, size: float, bold: bool, italic: bool) -> tuple[QFont, QFontMetricsF]:
        key = size, bold, italic
        if key not in self._fonts:
            font = QFont(self._base)
            font.setPixelSize(max(theme.px(size), 1))
            font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
            font.setItalic(italic)
            self._fonts[key] = font, QFontMetricsF(font)
        return self._fonts[key]

    def width(self, rich: str, size: float = SMALL, *, bold: bool = False) -> float:
        """Return the px that a line of rich text takes."""
        return sum(self._advance(piece, size, bold) for piece in pieces(rich))

    def _advance(self, piece: Piece, size: float, bold: bool) -> float:
        key = piece, size, bold
        found = self._advances.get(key)
        if found is None:
            metrics = self._both(self._size(piece, size), bold, piece.is_italic)[1]
            found = self._advances[key] = metrics.horizontalAdvance(piece.text)
        return found

    def write(self, painter: QPainter, box: QRectF, rich: str, colour: str | QColor,
              size: float = SMALL, *, bold: bool = False, align: str = "centre") -> QRectF:
        """Write a line of rich text in the middle of a box's height; return what it covers.

        ``align`` is ``left``, ``centre`` or ``right``. Text that does not fit is shortened where it
        has no index.
        """
        parts = pieces(rich)
        if len(parts) == 1 and self.width(rich, size, bold=bold) > box.width() + 1:
            metrics = self.metrics(size, bold=bold)
            text = metrics.elidedText(parts[0].text, Qt.TextElideMode.ElideRight, box.width())
            parts = (Piece(text, 0, parts[0].is_italic),)
        widths = [self._advance(piece, size, bold) for piece in parts]
        total, metrics = sum(widths), self.metrics(size, bold=bold)
        x = {"left": box.left(), "right": box.right() - total}.get(
            align, box.center().x() - total / 2)
        base = box.center().y() + (metrics.ascent() - metrics.descent()) / 2
        covered = QRectF(x, base - metrics.ascent(), total, metrics.height())
        painter.setPen(QColor(colour))
        for piece, width in zip(parts, widths, strict=True):
            font, own = self._both(self._size(piece, size), bold, piece.is_italic)
            painter.setFont(font)
            painter.drawStaticText(
                QPointF(x, base - piece.shift * SUNK * metrics.height() - own.ascent()),
                self._shaped(piece, size, bold))
            x += width
        return covered

    def _shaped(self, piece: Piece, size: float, bold: bool) -> QStaticText:
        """Return a text with its glyphs in place, which is most of the work of writing it."""
        key = piece, size, bold
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            found = self._texts[key] = QStaticText(piece.text)
            found.setTextFormat(Qt.TextFormat.PlainText)
            found.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        return found

    def picture(self, values: Array, most: float) -> QImage:
        """Return numbers, float64[rows, columns], as a picture from orange to blue.

        What is no number is red.
        """
        shares = values / most if most else np.zeros_like(values)
        finite = np.isfinite(shares)
        places = np.rint((np.clip(np.where(finite, shares, 0.0), -1, 1) + 1) * 127.5)
        pixels = self._signs[places.astype(np.uint8)]
        pixels[~finite] = self._bad
        height, width = values.shape
        return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()

    @staticmethod
    def _size(piece: Piece, size: float) -> float:
        # An index is part of a symbol, not text to be read alone.
        return size * 0.78 if piece.shift else size

    def pill_size(self, rich: str, size: float = SMALL, *, bold: bool = False
                  ) -> tuple[float, float]:
        """Return width and height of a pill round a text."""
        height = self.metrics(size, bold=bold).height() + theme.px(4)
        return self.width(rich, size, bold=bold) + height * 0.7, height

    def pill(self, painter: QPainter, box: QRectF, rich: str, *, size: float = SMALL,
             bold: bool = False, border: str = "", text: str = "", width: float = 1.0,
             dashed: bool = False) -> None:
        """Draw a text in a rounded box."""
        tokens = theme.current()
        pen = QPen(QColor(border or tokens.border_strong), width * theme.scale())
        if dashed:
            pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        self.write(painter, box, rich, text or tokens.text, size, bold=bold)


def arrow_head(painter: QPainter, tip: QPointF, toward: QPointF, size: float, colour: QColor
               ) -> None:
    """Draw a filled arrow head at a place, in the direction of a vector; its rim is the ground."""
    length = math.hypot(toward.x(), toward.y()) or 1.0
    x, y = toward.x() / length, toward.y() / length
    back = QPointF(tip.x() - x * size, tip.y() - y * size)
    side = QPointF(-y * size * 0.55, x * size * 0.55)
    painter.setPen(QPen(QColor(theme.current().surface), theme.scale()))
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([tip, back + side, back - side]))


def signed_colour(value: float, largest: float) -> QColor:
    """Return the colour of a number: orange, neutral, blue; grey for what is no number."""
    tokens = theme.current()
    if not math.isfinite(value):
        return QColor(tokens.bad)
    share = 0.0 if not largest else min(abs(value) / largest, 1.0)
    return theme.blended(tokens.neutral, tokens.positive if value > 0 else tokens.negative, share)
