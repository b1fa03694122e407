"""One sentence about the run that a student can read aloud, with the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from engine.diagnosis.case import Words
from engine.diagnosis.design import Note
from engine.diagnosis.verdicts import JUDGED, Verdict
from engine.messages import say
from engine.spec import Limits
from engine.telemetry.parts import Wanted
from gui import theme
from gui.doctor.cure_buttons import CureButtons
from gui.doctor.why import FIXED_BEFORE, LIMITS, STEPS, Why
from gui.widgets import Button, Card, ElidedLabel, StatusGlyph, plain_tip, set_page

if TYPE_CHECKING:
    from engine.diagnosis.cures import Cure
    from engine.experiments.outcome import Outcome
    from engine.telemetry.black_box import BlackBox

DOCTOR, OUTCOME, NONFINITE = "controls/doctor", "verdicts/outcome", "verdicts/nonfinite"
"""The pages that explain what is said, where it is no verdict of a code of its own."""
STRIPE = 4
STOPPED = "The run has stopped."
LEAST = 420
"""Width in px, at 13 px text, that it can do with."""
LINES = 2
"""Lines of the sentence that always have room."""
OUTCOMES = {"helped": ("healthy", 0), "did-not-help": ("flat", 1), "no-difference": ("flat", 0),
            "worse": ("cause", 2), "broke": ("nonfinite", 2), "too-early": ("waiting", 0),
            "disputed": ("flat", 1)}
"""Shape and severity of what came of a run B."""
PRICES = {"price.dead": "dead", "price.saturated": "saturated", "price.overfits": "overfitting"}
"""Shapes of what a cure costs; the others have that of a note."""


class VerdictStrip(Card):
    """The doctor's line at the foot of the window. GUI thread only.

    Signals
    -------
    layer_selected(str)
        A person wants to see the layer that the verdict is about.
    mend_requested(str, str)
        A person wants what it recommends, at once; the code of the note, and its layer.
    cure_requested(Cure)
        A person wants to try a cure as run B.
    replay_requested()
        A person wants to see the last steps before an overflow.
    limits_requested()
        A person wants to see the limits, or to change them.
    cancel_requested()
        A person does not want to wait for what is in progress.
    why_requested(str, Why)
        A person wants to know why this is said: the page that explains it, and what is behind it.
    """

    layer_selected = Signal(str)
    mend_requested = Signal(str, str)
    cure_requested = Signal(object)
    replay_requested = Signal()
    limits_requested = Signal()
    why_requested = Signal(str, object)
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._code, self._severity = "waiting", 0
        self._layer_id = ""
        self._verdict: Verdict | None = None
        self._outcome: Outcome | None = None
        self._box: BlackBox | None = None
        self._limits: Limits = {}
        self._fitted: tuple[int, int, bool, float] | None = None
        self._measured: tuple[tuple[str, int, int], int] = ("", 0, 0), 0
        words = self._made_words()
        self._buttons = self._made_buttons()
        self._row = QHBoxLayout()
        self._row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addLayout(words, 1)
        for button in self._buttons:
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(self._row)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_strip_theme_changed)
        self._on_strip_theme_changed()
        self.say("waiting", 0, "Starting.", "The engine is made ready.")

    def _made_words(self) -> QVBoxLayout:
        self._glyph = StatusGlyph(size=22)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._evidence = ElidedLabel("", role="small")
        self._price = ElidedLabel("", role="small")
        self._price_glyph = StatusGlyph(size=13)
        self._small = QHBoxLayout()
        self._small.addWidget(self._evidence)
        self._small.addWidget(self._price_glyph)
        self._small.addWidget(self._price)
        self._small.addStretch(1)
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Preparing engine")
        self._progress.hide()
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(self._text)
        words.addLayout(self._small)
        words.addWidget(self._progress)
        words.addStretch(1)
        return words

    def _made_buttons(self) -> tuple[QWidget, ...]:
        self.cures = CureButtons()
        self.cures.requested.connect(self.cure_requested)
        self.cures.layer_requested.connect(self._on_show_layer_clicked)
        self.replay = Button("Replay", "play")
        self.replay.setToolTip("Play the last steps before it slowly; everything shows them.")
        self.replay.clicked.connect(self.replay_requested)
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
        self.cancel = Button("Cancel")
        self.cancel.setToolTip("Do not wait for it: the run is not prepared until you reset. Ends "
                               "with what is being compiled just now.")
        self.cancel.clicked.connect(self.cancel_requested)
        self.cancel.hide()
        return self.replay, self.cures, self._mend, self._show_layer, self.why, self.cancel

    def wanted(self) -> Wanted:
        """Return what its sentences are made of."""
        return JUDGED

    def set_limits(self, limits: Limits) -> None:
        """Take note of the project's limits, which 'Why?' tells where they are changed."""
        self._limits = limits

    def show_verdict(self, verdict: Verdict, cures: Sequence[Cure] = (), decides: str = "") -> None:
        """Show what is to be said about a run.

        Parameters
        ----------
        verdict : Verdict
            What is told of it.
        cures : Sequence[Cure]
            What may mend it, to be tried as run B. Without any, as before the first step, what
            mends it is offered to be done at once.
        decides : str
            Which figure will tell whether a cure helped, and at which step.
        """
        if verdict is self._verdict and tuple(cures) == self.cures.cures():
            self.cures.set_decides(decides)
            return
        self.say(verdict.code, verdict.severity, verdict.title, verdict.sentence,
                 verdict.evidence, verdict.layer_id)
        self._verdict = verdict
        set_page(self, f"verdicts/{verdict.code}")
        if verdict.fix is not None:
            self._mend.setText(verdict.fix.label.text)
        self._mend.setVisible(verdict.fix is not None and not cures)
        self.why.setVisible(verdict.words.evidence is not None or bool(verdict.others))
        self.cures.set_cures(cures, decides)
        self._fit(anew=True)

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what came of run B, truthfully, and its price.

        Parameters
        ----------
        outcome : Outcome
            What the figure says that was to decide.
        """
        if outcome is self._outcome:
            return
        words = outcome.words
        shape, severity = OUTCOMES[outcome.code]
        self.say(shape, severity, words.title.text, words.sentence.text,
                 "" if words.evidence is None else words.evidence.text, words.layer_id)
        self._outcome = outcome
        set_page(self, OUTCOME)
        self.why.setVisible(words.evidence is not None)
        if outcome.price is not None:
            cost = outcome.price.values.get("price")
            self._price.setText(outcome.price.text)
            self.setAccessibleDescription(f"{self._evidence.text()} {outcome.price.text}")
            self._price_glyph.set_status(PRICES.get(getattr(cost, "code", ""), "note"), 1)
            for widget in (self._price, self._price_glyph):
                widget.show()
        self._fit(anew=True)

    def show_black_box(self, box: BlackBox, cures: Sequence[Cure] = (), decides: str = "") -> None:
        """Show what went out of range first, and what led there.

        Parameters
        ----------
        box : BlackBox
            The end of the run.
        cures : Sequence[Cure]
            What may mend it, to be tried from the last finite step.
        decides : str
            Which figure will tell whether a cure helped, and at which step.
        """
        if box is self._box and tuple(cures) == self.cures.cures():
            return
        # Only here: a run that comes to no end need not wait for it.
        from gui.doctor.black_box import line_of

        overflow = box.overflow
        self.say("nonfinite", 2, f"Overflow: {overflow.tensor}.", overflow.sentence.text,
                 line_of(box), overflow.layer_id)
        self._evidence.setToolTip(plain_tip(box.chain.text))
        self._box = box
        set_page(self, NONFINITE)
        self.why.show()
        self.replay.setVisible(bool(box.steps))
        self.cures.set_cures(cures, decides)
        self._fit(anew=True)

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
        self._verdict = self._outcome = self._box = None
        for widget in (self._mend, self.why, self.replay, self._price, self._price_glyph):
            widget.hide()
        self.cures.set_cures(())
        text = f"<b>{_escaped(title)}</b> {_escaped(sentence)}"
        if text != self._text.text():
            self._text.setText(text)
            self.setAccessibleName(f"{title} {sentence}")
        self.setAccessibleDescription(evidence)
        if evidence != self._evidence.text():
            self._evidence.setText(evidence)
        self._evidence.setVisible(bool(evidence))
        self._layer_id = layer_id
        set_page(self, DOCTOR)
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
        """Show a bar that is filled so far, 0 to 1, and how to end it, until `hide_progress`."""
        self._progress.setValue(round(1000 * share))
        self._progress.show()
        self.cancel.show()

    def hide_progress(self) -> None:
        """Take the bar away."""
        self._progress.hide()
        self.cancel.hide()

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

    def event(self, event: QEvent) -> bool:
        """Make room for cures when another button comes or goes."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room for cures."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self, *, anew: bool = False) -> None:
        """Give cures what the words leave: sentence and numbers come first.

        To fit them asks for the strip to be laid out, where that must come to an end: unless it is
        wanted anew, what has the same room stays as it is.
        """
        if not self.cures.cures():
            return
        others = [button for button in self._buttons
                  if button not in (self.cures, self._show_layer) and not button.isHidden()]
        gap = self._row.spacing()
        room = (self.contentsRect().width() - self._margins() - self._words_width()
                - sum((self._glyph.width(), *(one.sizeHint().width() + gap for one in others)))
                - 2 * gap - self._row.contentsMargins().left())
        layer = self._show_layer.sizeHint().width() + gap
        fitted = room, layer, bool(self._layer_id), theme.scale()
        if fitted == self._fitted and not anew:
            return
        self._fitted = fitted
        beside = bool(self._layer_id) and room - layer >= self.cures.least()
        self._show_layer.setVisible(beside)
        self.cures.fit(room - layer * beside, leads_to_layer=bool(self._layer_id) and not beside)

    def _words_width(self) -> int:
        """Return the px in which the sentence has its lines and the numbers have one."""
        said = self._text.text(), self.width(), self._text.fontMetrics().lineSpacing()
        if self._measured[0] != said:
            # Qt breaks the lines anew for each width that is asked for.
            self._measured = said, self._least_width()
        return max(self._measured[1],
                   0 if self._evidence.isHidden() else self._evidence.sizeHint().width())

    def _least_width(self) -> int:
        least, most = theme.px(120), max(self.width(), theme.px(240))
        height = LINES * self._text.fontMetrics().lineSpacing() + 2
        while most - least > 4:
            middle = (least + most) // 2
            if self._text.heightForWidth(middle) <= height:
                most = middle
            else:
                least = middle
        return most

    def _margins(self) -> int:
        layout = self.layout()
        if layout is None:
            return 0
        margins = layout.contentsMargins()
        return margins.left() + margins.right()

    @Slot()
    def explain(self) -> None:
        """Ask for the page that says why, with the rule, its numbers, and what else could be said.

        Where there is nothing of this, what the doctor is.
        """
        if self._verdict is not None:
            why = Why(self._verdict.words, self._verdict.others, limits=self._limits)
            self.why_requested.emit(f"verdicts/{self._verdict.code}", why)
        elif self._outcome is not None:
            self.why_requested.emit(OUTCOME, Why(
                self._outcome.words, rank=FIXED_BEFORE, price=self._outcome.price,
                limits=self._limits))
        elif self._box is not None:
            overflow = self._box.overflow
            self.why_requested.emit(NONFINITE, Why(
                Words(say("nonfinite.title"), overflow.sentence, self._box.chain), rank="",
                has_steps=bool(self._box.steps)))
        else:
            self.why_requested.emit(DOCTOR, None)

    @Slot(str)
    def answer(self, wish: str) -> None:
        """Show what a link in a reason stands for."""
        if wish == LIMITS:
            self.limits_requested.emit()
        if wish == STEPS and self._box is not None:
            from gui.doctor.black_box import BlackBoxDialog

            BlackBoxDialog(self._box, self).open()

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
        self._small.setSpacing(theme.px(5))
        # Two lines of sentence and one of evidence always have room, so that nothing jumps.
        lines = 2 * self.fontMetrics().lineSpacing() + theme.px(15)
        self.setFixedHeight(lines + theme.px(24))
        # Else cures that stand there would keep the window from becoming narrower.
        self.setMinimumWidth(theme.px(LEAST))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
