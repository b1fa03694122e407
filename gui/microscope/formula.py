"""Formulae as they are drawn: rich text in a serif, its variables slanted, laid out once."""

from __future__ import annotations

import atexit
import re
from functools import cache, lru_cache

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QFontDatabase, QPainter, QTextDocument, QTextOption

from gui import theme

SERIFS = ("STIX Two Text", "Cambria", "Libertinus Serif", "Times New Roman", "Liberation Serif",
          "DejaVu Serif Condensed", "DejaVu Serif")
"""Families in which mathematics is set, the first that there is."""

TAG_OR_LETTERS = re.compile(r"<sup>T</sup>|<[^>]*>|&\w+;|\d[\d.]*e[-−+]?\d+|[^\W\d_]+")
SPACED_SUBSCRIPT = re.compile(r"<su[bp]>([^<]*)</su[bp]>")


@cache
def _mono() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


@cache
def _serif() -> str:
    found = next((name for name in SERIFS if QFontDatabase.hasFamily(name)), "")
    return found or QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def serif_font(size_px: float) -> QFont:
    """Return the font of formulae, of a size at 13 px text."""
    font = QFont(_serif())
    font.setStyleHint(QFont.StyleHint.Serif)
    font.setPixelSize(theme.px(size_px))
    return font


def code_font(size_px: float) -> QFont:
    """Return the font of NumPy, of a size at 13 px text."""
    font = QFont(_mono())
    font.setPixelSize(theme.px(size_px))
    return font


def text_font(size_px: float, *, bold: bool = False) -> QFont:
    """Return the font of words and figures, of a size at 13 px text."""
    return QFont(_words(theme.px(size_px), bold))


@cache
def _words(size: int, bold: bool) -> QFont:
    font = theme.base_font()
    font.setPixelSize(size)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def slanted(formula: str) -> str:
    """Return rich text with its variables, which are single letters, slanted."""
    def slant(match: re.Match[str]) -> str:
        text = match[0]
        return f"<i>{text}</i>" if len(text) == 1 else text
    return TAG_OR_LETTERS.sub(slant, formula)


@lru_cache(maxsize=4096)
def plain(formula: str) -> str:
    """Return rich text as plain text, for copies and accessible names."""
    text = SPACED_SUBSCRIPT.sub(r"\1", formula)
    text = re.sub(r"<[^>]*>", "", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# Each takes 20 KB; so many are never seen at once.
@lru_cache(maxsize=192)
def laid_out(formula: str, size_px: float, colour: str, width: int, scale: float
             ) -> QTextDocument:
    """Return a formula as a document; ``scale`` is that of the interface, by which it is known."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setUndoRedoEnabled(False)
    document.setDefaultFont(serif_font(size_px))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    document.setHtml(f'<span style="color:{colour}">{slanted(formula)}</span>')
    if width >= 0:
        document.setTextWidth(width)
    return document


# Documents must not outlive the application.
atexit.register(laid_out.cache_clear)


def document_of(formula: str, size_px: float, colour: str, width: int = -1) -> QTextDocument:
    """Return a formula laid out in a colour at the present size; it wraps at a width."""
    return laid_out(formula, size_px, colour, width, theme.scale())


def draw(painter: QPainter, at: QPointF, document: QTextDocument) -> None:
    """Draw a formula with its upper left corner at a point."""
    painter.save()
    painter.translate(at)
    document.drawContents(painter)
    painter.restore()
