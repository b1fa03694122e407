"""What is said of a setting under the pointer: a card with a few lines, drawn beside it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from gui import theme
from gui.experiments.ink import small_font

PAD, GAP, ROW, GLYPH, RADIUS = 10, 14, 18, 12, 8
"""Px at 13 px text: around the words, to what they are about, of a line, of the mark, corners."""


@dataclass(frozen=True)
class Tip:
    """What there is to say of a setting.

    Attributes
    ----------
    heading : str
        Its values.
    code : str
        Shape of what became of it, as in `gui.theme.status_glyph`; empty: none.
    told : str
        What became of it.
    notes : tuple[str, ...]
        What theory says.
    act : str
        What a click does; empty: nothing.
    """

    heading: str
    code: str = ""
    told: str = ""
    notes: tuple[str, ...] = ()
    act: str = ""

    @property
    def text(self) -> str:
        """All of it, for who does not see it."""
        return ". ".join(filter(None, (self.heading, self.told, *self.notes)))


def paint_tip(painter: QPainter, tip: Tip, about: QRectF, room: QRectF) -> QRectF:
    """Draw a tip beside what it is about, within the room; return where it is."""
    tokens, px = theme.current(), theme.px
    bold = QFont(theme.base_font())
    bold.setWeight(QFont.Weight.DemiBold)
    small = small_font()
    rows = [(tip.heading, bold, tokens.text)]
    if tip.told:
        rows.append((tip.told, theme.base_font(), tokens.text))
    rows += [(note, small, tokens.text_muted) for note in tip.notes]
    if tip.act:
        rows.append((tip.act, small, tokens.accent))
    wide = 0.0
    for number, (text, font, _) in enumerate(rows):
        indent = px(GLYPH + 5) if number == 1 and tip.told and tip.code else 0
        wide = max(wide, QFontMetricsF(font).horizontalAdvance(text) + indent)
    card = placed(QRectF(0, 0, wide + 2 * px(PAD), len(rows) * px(ROW) + 1.5 * px(PAD)), about,
                  room)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.border_strong), 1))
    painter.setBrush(QColor(tokens.surface))
    painter.drawRoundedRect(card, px(RADIUS), px(RADIUS))
    y = card.top() + 0.75 * px(PAD)
    for number, (text, font, colour) in enumerate(rows):
        x = card.left() + px(PAD)
        if number == 1 and tip.told and tip.code:
            theme.status_glyph(painter, QRectF(x, y + (px(ROW) - px(GLYPH)) / 2, px(GLYPH),
                                               px(GLYPH)), tip.code)
            x += px(GLYPH + 5)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(QRectF(x, y, card.right() - x, px(ROW)),
                         int(Qt.AlignmentFlag.AlignVCenter), text)
        y += px(ROW)
    return card


def placed(card: QRectF, about: QRectF, room: QRectF) -> QRectF:
    """Return a card above and to the right of what it is about, or where there is room."""
    gap = theme.px(GAP)
    x = about.right() + gap
    if x + card.width() > room.right():
        x = about.left() - gap - card.width()
    y = about.top() - gap - card.height()
    if y < room.top():
        y = about.bottom() + gap
    x = min(max(x, room.left()), max(room.right() - card.width(), room.left()))
    y = min(max(y, room.top()), max(room.bottom() - card.height(), room.top()))
    return QRectF(QPointF(x, y), card.size())
