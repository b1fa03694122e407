"""What the two bars of a pair's row are, and in its foot what the shapes mean."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.diagnosis.verdicts import LayerVerdict
from gui import theme
from gui.builder.pair_painter import THINNER
from gui.builder.rows_model import status_word
from gui.frames.run_info import FIRST, SECOND

BAR = (22, 9)
"""Px of A's bar; B's is thinner."""
MOST_SHAPES = 5
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PairLegend(QWidget):
    """A's thick bar and B's thin one. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("In every row A is the upper, thick bar, B the lower, thin one")
        self.setToolTip("<p>In every row A is above and B below: A’s bar is thick, B’s is thin."
                        "</p>")

    def sizeHint(self) -> QSize:
        px, metrics = theme.px, QFontMetrics(self._font())
        words = sum(metrics.horizontalAdvance(key) for key in (FIRST, SECOND))
        return QSize(words + 2 * px(BAR[0]) + 2 * px(5) + px(12), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px, tokens = QPainter(self), theme.px, theme.current()
        painter.setFont(self._font())
        x = 0
        for key, share in ((FIRST, 1.0), (SECOND, THINNER)):
            wide = painter.fontMetrics().horizontalAdvance(key) + px(5)
            painter.setPen(QColor(tokens.text))
            painter.drawText(x, 0, wide, self.height(), LEFT, key)
            thick = round(px(BAR[1]) * share)
            painter.fillRect(x + wide, (self.height() - thick) // 2, px(BAR[0]), thick,
                             QColor(tokens.text_muted))
            x += wide + px(BAR[0]) + px(12)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(theme.px(12))
        font.setWeight(QFont.Weight.DemiBold)
        return font


class ShapeLegend(QWidget):
    """The shapes in the rows, each with its word; whole words only. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[str, int], ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_verdicts(self, verdicts: Sequence[LayerVerdict]) -> None:
        """Explain the shapes of these, the most severe first."""
        found = {(verdict.code, verdict.severity) for verdict in verdicts
                 if verdict.code != "waiting"}
        shown = tuple(sorted(found, key=lambda one: (-one[1], one[0])))[:MOST_SHAPES]
        if shown != self._shown:
            self._shown = shown
            self.update()

    def words(self) -> tuple[str, ...]:
        """Return what it explains."""
        return tuple(_word(code, severity) for code, severity in self._shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px, tokens = QPainter(self), theme.px, theme.current()
        font = QFont(self.font())
        font.setPixelSize(px(11))
        painter.setFont(font)
        side, x = px(10), 0
        for code, severity in self._shown:
            word = _word(code, severity)
            wide = side + px(5) + painter.fontMetrics().horizontalAdvance(word)
            if x + wide > self.width():
                break
            theme.status_glyph(painter, QRectF(x, (self.height() - side) / 2, side, side), code,
                               severity)
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(x + side + px(5), 0, wide, self.height(), LEFT, word)
            x += wide + px(12)


def _word(code: str, severity: int) -> str:
    word = status_word(code)
    return f"{word}, mild" if severity == 1 else word
