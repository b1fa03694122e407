"""The verdict strip: what it says, shows and offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from engine.diagnosis.case import Words
from engine.diagnosis.verdicts import Verdict
from engine.messages import say
from gui import theme
from gui.doctor.verdict_strip import VerdictStrip


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


def test_it_offers_the_layer_it_speaks_of(qtbot: QtBot, strip: VerdictStrip) -> None:
    strip.show_verdict(verdict())
    button = strip.findChild(QPushButton)
    assert button is not None
    assert button.isVisible()
    with qtbot.waitSignal(strip.layer_selected) as told:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told.args == ["dense-1"]
    strip.show_verdict(verdict(layer_id=""))
    assert not button.isVisible()


def test_its_edge_has_the_verdicts_colour(strip: VerdictStrip) -> None:
    for code, role in (("vanishing", "vanishing"), ("exploding", "exploding"),
                       ("learned", "good"), ("learning", "good")):
        strip.show_verdict(verdict(code))
        image = strip.grab().toImage()
        assert image.pixelColor(1, image.height() // 2).name() == getattr(theme.current(), role)


def test_its_height_does_not_depend_on_what_it_says(strip: VerdictStrip) -> None:
    before = strip.height()
    strip.say("flat", 1, "Long.", "word " * 60, "evidence " * 30, "dense-1")
    assert strip.height() == before
    strip.show_progress(0.5)
    assert strip.height() == before
