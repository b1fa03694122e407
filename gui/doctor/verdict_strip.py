"""One sentence about the run that a student can read aloud, with the numbers behind it."""

from __future__ import annotations

import time
from typing import Protocol

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from engine.diagnosis.verdicts import JUDGED
from engine.telemetry.parts import Wanted
from gui import theme
from gui.widgets import Button, Card, ElidedLabel, StatusGlyph

GLYPHS = {"early": "waiting", "learning": "healthy", "learned": "healthy", "settled": "flat",
          "chance": "flat", "risen": "flat", "far_off": "exploding", "silent": "vanishing"}
"""Codes that have no shape of their own."""
STRIPE = 4
READING_S = 0.7
"""How long numbers stand still."""


class Verdict(Protocol):
    """What is to be said about a run: `engine.diagnosis.verdicts.Verdict`."""

    @property
    def code(self) -> str:
        """Which finding it is."""

    @property
    def severity(self) -> int:
        """0 well, 1 deserves attention, 2 learning is at stake."""

    @property
    def title(self) -> str:
        """A few words with a full stop."""

    @property
    def sentence(self) -> str:
        """What it means."""

    @property
    def evidence(self) -> str:
        """The rule that fired, with its numbers."""

    @property
    def layer_id(self) -> str:
        """The layer to look at, or empty."""


class VerdictStrip(Card):
    """The doctor's line at the foot of the window. GUI thread only.

    Signals
    -------
    layer_selected(str)
        A person wants to see the layer that the verdict is about.
    """

    layer_selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._code, self._severity = "waiting", 0
        self._layer_id = ""
        self._about: tuple[str, int, str] | None = None
        self._said = 0.0
        self._glyph = StatusGlyph(size=22)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._evidence = ElidedLabel("", role="small")
        self._show_layer = Button("Show layer")
        self._show_layer.setToolTip("Select the layer that this is about.")
        self._show_layer.clicked.connect(self._on_show_layer_clicked)
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Preparing engine")
        self._progress.hide()
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(self._text)
        words.addWidget(self._evidence)
        words.addWidget(self._progress)
        words.addStretch(1)
        self._row = QHBoxLayout()
        self._row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addLayout(words, 1)
        self._row.addWidget(self._show_layer, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_strip_theme_changed)
        self._on_strip_theme_changed()
        self.say("waiting", 0, "Starting.", "The engine is made ready.")

    def wanted(self) -> Wanted:
        """Return what its sentences are made of."""
        return JUDGED

    def show_verdict(self, verdict: Verdict, *, at_once: bool = False) -> None:
        """Show what is to be said about a run.

        Parameters
        ----------
        verdict : Verdict
            The newest.
        at_once : bool
            Whether new numbers in the same verdict may replace those that somebody is just reading.
        """
        now = time.monotonic()
        about = (verdict.code, verdict.severity, verdict.layer_id)
        if about == self._about and not at_once and now - self._said < READING_S:
            return
        self._about, self._said = about, now
        self.say(verdict.code, verdict.severity, verdict.title, verdict.sentence,
                 verdict.evidence, verdict.layer_id)

    def say(self, code: str, severity: int, title: str, sentence: str, evidence: str = "",
            layer_id: str = "") -> None:
        """Show a sentence.

        Parameters
        ----------
        code, severity : str, int
            Shape and colour, as `gui.theme.status_glyph` takes them.
        title, sentence, evidence : str
            Bold, plain and small text.
        layer_id : str
            The layer that a button offers to show, or empty.
        """
        self._about = self._about if self._about and self._about[0] == code else None
        text = f"<b>{_escaped(title)}</b> {_escaped(sentence)}"
        if text != self._text.text():
            self._text.setText(text)
            self.setAccessibleName(f"{title} {sentence}")
        if evidence != self._evidence.text():
            self._evidence.setText(evidence)
        self._evidence.setVisible(bool(evidence))
        self._layer_id = layer_id
        self._show_layer.setVisible(bool(layer_id))
        if (code, severity) != (self._code, self._severity):
            self._code, self._severity = code, severity
            self.update()
        self._glyph.set_status(GLYPHS.get(code, code), max(severity, 1) if code in GLYPHS
                               else severity)

    def show_progress(self, share: float) -> None:
        """Show a bar that is filled so far, 0 to 1, until `hide_progress`."""
        self._progress.setValue(round(1000 * share))
        self._progress.show()

    def hide_progress(self) -> None:
        """Take the bar away."""
        self._progress.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card and, at its left edge, a stripe in the verdict's colour."""
        super().paintEvent(event)
        colour = theme.status_colour(GLYPHS.get(self._code, self._code), max(self._severity, 1))
        radius = theme.px(12)
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(self.rect()), radius, radius)
        stripe = QPainterPath()
        stripe.addRect(QRectF(0, 0, theme.px(STRIPE), self.height()))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(edge.intersected(stripe), QColor(colour))

    @Slot()
    def _on_show_layer_clicked(self) -> None:
        self.layer_selected.emit(self._layer_id)

    @Slot()
    def _on_strip_theme_changed(self) -> None:
        self._row.setContentsMargins(theme.px(6), 0, 0, 0)
        self._row.setSpacing(theme.px(14))
        # Two lines of sentence and one of evidence always have room, so that nothing jumps.
        lines = 2 * self.fontMetrics().lineSpacing() + theme.px(15)
        self.setFixedHeight(lines + theme.px(24))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
