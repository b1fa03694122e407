"""One sentence about the run that a student can read aloud, with the numbers behind it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from engine.diagnosis.case import Words
from engine.diagnosis.design import Note
from engine.diagnosis.verdicts import JUDGED, Verdict
from engine.telemetry.parts import Wanted
from gui import theme
from gui.doctor.why import Why
from gui.widgets import Button, Card, ElidedLabel, StatusGlyph

STRIPE = 4
STOPPED = "The run has stopped."


class VerdictStrip(Card):
    """The doctor's line at the foot of the window. GUI thread only.

    Signals
    -------
    layer_selected(str)
        A person wants to see the layer that the verdict is about.
    mend_requested(str, str)
        A person wants what it recommends; the code of the note, and its layer.
    """

    layer_selected = Signal(str)
    mend_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._code, self._severity = "waiting", 0
        self._layer_id = ""
        self._verdict: Verdict | None = None
        self._glyph = StatusGlyph(size=22)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._evidence = ElidedLabel("", role="small")
        buttons = self._made_buttons()
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
        for button in buttons:
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_strip_theme_changed)
        self._on_strip_theme_changed()
        self.say("waiting", 0, "Starting.", "The engine is made ready.")

    def _made_buttons(self) -> tuple[Button, ...]:
        self._show_layer = Button("Show layer")
        self._show_layer.setToolTip("Select the layer that this is about.")
        self._show_layer.clicked.connect(self._on_show_layer_clicked)
        self._mend = Button("", "check", accent=True)
        self._mend.setToolTip("Do what is recommended; it can be undone.")
        self._mend.clicked.connect(self._on_mend_clicked)
        self.why = Button("Why?")
        self.why.setToolTip("The rule behind this, with its numbers, and what else could be said "
                            "(F1).")
        self.why.clicked.connect(self.explain)
        return self._mend, self._show_layer, self.why

    def wanted(self) -> Wanted:
        """Return what its sentences are made of."""
        return JUDGED

    def show_verdict(self, verdict: Verdict) -> None:
        """Show what is to be said about a run.

        Parameters
        ----------
        verdict : Verdict
            What is told of it.
        """
        if verdict is self._verdict:
            return
        self.say(verdict.code, verdict.severity, verdict.title, verdict.sentence,
                 verdict.evidence, verdict.layer_id)
        self._verdict = verdict
        if verdict.fix is not None:
            self._mend.setText(verdict.fix.label.text)
        self._mend.setVisible(verdict.fix is not None)
        self.why.setVisible(verdict.words.evidence is not None or bool(verdict.others))

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
        self._verdict = None
        self._mend.hide()
        self.why.hide()
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
        shape = theme.status_shape(code, severity)
        self._glyph.set_status(shape, max(severity, 1) if shape != code else severity)

    def show_failure(self, sentence: str, cause: Note | None) -> None:
        """Show that the run has ended by itself, and what was known to bring that about.

        Parameters
        ----------
        sentence : str
            What has happened.
        cause : Note | None
            What was known before the first step; None if it is none of that.
        """
        if cause is None:
            self.say("nonfinite", 2, STOPPED, sentence,
                     "Reset (R) begins anew; network and settings are as they were.")
            return
        words = Words(cause.title, cause.sentence, cause.evidence, cause.layer_id)
        self.show_verdict(Verdict(cause.code, 2, words, (), fix=cause.fix))
        self._evidence.setText(f"{STOPPED} {sentence}")
        self._evidence.show()

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
        shape = theme.status_shape(self._code, self._severity)
        colour = theme.status_colour(shape, max(self._severity, 1))
        radius = theme.px(12)
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(self.rect()), radius, radius)
        stripe = QPainterPath()
        stripe.addRect(QRectF(0, 0, theme.px(STRIPE), self.height()))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(edge.intersected(stripe), QColor(colour))

    @Slot()
    def explain(self) -> None:
        """Say why: the rule with its numbers, and what else could be said."""
        if self._verdict is not None:
            Why(self._verdict.words, self._verdict.others, self).open()

    @Slot()
    def _on_mend_clicked(self) -> None:
        if self._verdict is not None:
            self.mend_requested.emit(self._verdict.code, self._verdict.layer_id)

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
