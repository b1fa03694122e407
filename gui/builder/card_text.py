"""How the words of a row are made to fit: whole lines, and the shape that a layer gives."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from engine.messages import elided

LONGEST = 400
"""Letters of a line for which a card could ever have room: to measure more of them takes long."""


def fitting_lines(text: str, metrics: QFontMetrics, width: int, most: int) -> list[str]:
    """Return a text as lines that fit a width; three dots end the last where more is left.

    Parameters
    ----------
    text : str
        Words between blanks.
    metrics : QFontMetrics
        Of the font in which it is written.
    width : int
        Px of a line.
    most : int
        Lines that there is room for, at least one.
    """
    lines, words = [""], elided(text, LONGEST * max(most, 1)).split()
    while words:
        longer = f"{lines[-1]} {words[0]}".strip()
        if not lines[-1] or metrics.horizontalAdvance(longer) <= width:
            lines[-1] = longer
            words.pop(0)
        elif len(lines) < max(most, 1):
            lines.append("")
        else:
            lines[-1] = " ".join((lines[-1], *words))
            break
    return [line if metrics.horizontalAdvance(line) <= width else
            metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines]


def card_shape(shape: str) -> str:
    """Return the shape ``24x24x8`` as a card shows it: ``24×24×8``."""
    return shape.replace("x", "×")


def whole_words(text: str, metrics: QFontMetrics, width: int) -> str:
    """Return as many whole words of a text as fit, with an ellipsis for those that do not."""
    if len(text) <= LONGEST and metrics.horizontalAdvance(text) <= width:
        return text
    words = text[:LONGEST].split(" ")
    while len(words) > 1 and metrics.horizontalAdvance(_cut(words)) > width:
        words.pop()
    return _cut(words)


def _cut(words: list[str]) -> str:
    return " ".join(words).rstrip(" ·,") + "…"
