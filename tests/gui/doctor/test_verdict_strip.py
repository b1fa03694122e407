"""The verdict strip: what it says, shows and offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from engine.diagnosis.case import Words
from engine.diagnosis.design import Fix, Note
from engine.diagnosis.verdicts import Verdict
from engine.messages import say
from engine.spec import default_project
from gui import theme
from gui.doctor.verdict_strip import VerdictStrip
from gui.doctor.why import Why


@pytest.fixture
def strip(qtbot: QtBot) -> VerdictStrip:
    strip = VerdictStrip()
    qtbot.addWidget(strip)
    strip.resize(1200, strip.height())
    strip.show()
    return strip


def verdict(code: str = "vanishing", severity: int = 2, layer_id: str = "dense-1") -> Verdict:
    words = Words(say("Vanishing gradient."), say("Layer 1 receives 7.9e-6."),
                  say("Rule: g₁/g₉ < 1e-4 for 20 steps."), layer_id)
    return Verdict(code, severity, words, ())


def test_it_says_title_sentence_and_evidence(strip: VerdictStrip) -> None:
    strip.show_verdict(verdict())
    texts = [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]
    assert "<b>Vanishing gradient.</b> Layer 1 receives 7.9e-6." in texts
    assert "Rule: g₁/g₉ &lt; 1e-4 for 20 steps." not in texts
    assert "Rule: g₁/g₉ < 1e-4 for 20 steps." in texts
    assert strip.accessibleName() == "Vanishing gradient. Layer 1 receives 7.9e-6."


def test_markup_in_a_sentence_is_text(strip: VerdictStrip) -> None:
    strip.say("flat", 1, "A<b.", "x < y & z > 0")
    texts = [label.text() for label in strip.findChildren(QLabel)]
    assert "<b>A&lt;b.</b> x &lt; y &amp; z &gt; 0" in texts


def button(strip: VerdictStrip, text: str) -> QPushButton:
    return next(one for one in strip.findChildren(QPushButton) if one.text() == text)


def test_it_offers_the_layer_it_speaks_of(qtbot: QtBot, strip: VerdictStrip) -> None:
    strip.show_verdict(verdict())
    shown = button(strip, "Show layer")
    assert shown.isVisible()
    with qtbot.waitSignal(strip.layer_selected) as told:
        qtbot.mouseClick(shown, Qt.MouseButton.LeftButton)
    assert told.args == ["dense-1"]
    strip.show_verdict(verdict(layer_id=""))
    assert not shown.isVisible()


def test_its_edge_has_the_verdicts_colour(strip: VerdictStrip) -> None:
    for code, role in (("vanishing", "vanishing"), ("exploding", "exploding"),
                       ("learned", "good"), ("learning", "good"), ("rate-zero", "bad")):
        strip.show_verdict(verdict(code))
        image = strip.grab().toImage()
        assert image.pixelColor(1, image.height() // 2).name() == getattr(theme.current(), role)


def cause() -> Note:
    return Note("rate-zero", 2, "", say("advice.rate-zero.title"), say("advice.rate-zero.told"),
                None, Fix(say("advice.set-rate", rate=0.01), default_project()))


def test_it_offers_what_mends_it(qtbot: QtBot, strip: VerdictStrip) -> None:
    note = cause()
    words = Words(note.title, note.sentence)
    strip.show_verdict(Verdict("rate-zero", 2, words, (), fix=note.fix))
    mend = button(strip, note.fix.label.text if note.fix else "")
    assert mend.isVisible()
    with qtbot.waitSignal(strip.mend_requested) as told:
        qtbot.mouseClick(mend, Qt.MouseButton.LeftButton)
    assert told.args == ["rate-zero", ""]
    strip.show_verdict(verdict())
    assert not mend.isVisible()


def test_a_run_that_has_stopped_names_what_was_known_before(strip: VerdictStrip) -> None:
    strip.show_failure("Layer 2: not finite at step 3.", cause())
    texts = [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]
    assert any(cause().title.text in text for text in texts)
    assert "The run has stopped. Layer 2: not finite at step 3." in texts
    strip.show_failure("Layer 2: not finite at step 3.", None)
    texts = [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]
    assert "<b>The run has stopped.</b> Layer 2: not finite at step 3." in texts


def test_why_tells_the_rule_and_what_else_could_be_said(qtbot: QtBot, strip: VerdictStrip) -> None:
    other = Words(say("flat.title"), say("Second."), say("Rule: 2 < 3 & more."))
    said = verdict()
    strip.show_verdict(Verdict(said.code, 2, said.words, (), others=(other,)))
    qtbot.mouseClick(strip.why, Qt.MouseButton.LeftButton)
    dialog = strip.findChild(Why)
    assert dialog is not None
    text = dialog.text.text()
    assert text.index("Layer 1 receives") < text.index("Rule: g₁/g₉ &lt; 1e-4") \
        < text.index("Second.") < text.index("Rule: 2 &lt; 3 &amp; more.")
    dialog.accept()
    strip.say("waiting", 0, "Ready.", "Press Run.")
    assert not strip.why.isVisible()


def test_its_height_does_not_depend_on_what_it_says(strip: VerdictStrip) -> None:
    before = strip.height()
    strip.say("flat", 1, "Long.", "word " * 60, "evidence " * 30, "dense-1")
    assert strip.height() == before
    strip.show_progress(0.5)
    assert strip.height() == before
