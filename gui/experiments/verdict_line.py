"""What an experiment shows, on a tinted ground: a heading and the sentence with the numbers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from gui import theme

ICONS = {"good": "circle-check", "warning": "triangle-alert", "bad": "circle-alert",
         "neutral": "info"}
"""Shapes, so that the tone is not told by colour alone."""


class VerdictLine(QWidget):
    """A verdict. GUI thread only; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = "neutral"
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._icon, self._words = QLabel(), QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.RichText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._grid = QGridLayout(self)
        self._grid.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self._words, 0, 1)
        self._grid.setColumnStretch(1, 1)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    def show_verdict(self, tone: str, heading: str, sentence: str) -> None:
        """Say something else.

        Parameters
        ----------
        tone : {'good', 'warning', 'bad', 'neutral'}
            How it is meant.
        heading, sentence : str
            In short; with the numbers.
        """
        self._tone = tone
        self._words.setText(f"<b>{_escaped(heading)}</b> {_escaped(sentence)}")
        self.setAccessibleName("Verdict")
        self.setAccessibleDescription(f"{heading} {sentence}")
        self._on_theme_changed()
        self.show()

    def text(self) -> str:
        """Return all that is said; empty while nothing is."""
        return self.accessibleDescription() if not self.isHidden() else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surface_sunken if self._tone == "neutral" else
                                getattr(tokens, f"{self._tone}_soft")))
        radius = theme.px(8)
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)

    @Slot()
    def _on_theme_changed(self) -> None:
        px, tokens = theme.px, theme.current()
        self._grid.setContentsMargins(px(12), px(8), px(12), px(8))
        self._grid.setHorizontalSpacing(px(9))
        colour = tokens.text_muted if self._tone == "neutral" else getattr(tokens, self._tone)
        self._icon.setPixmap(theme.icon(ICONS[self._tone], colour).pixmap(px(16), px(16)))
        self.update()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
