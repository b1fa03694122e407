"""The verdict strip: what it says, shows and offers."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from engine.diagnosis.case import Words
from engine.diagnosis.cures import Cure
from engine.diagnosis.design import Fix, Note
from engine.diagnosis.verdicts import Verdict
from engine.errors import DivergedError
from engine.experiments.outcome import Code, Outcome
from engine.messages import Message, say
from engine.spec import default_project
from engine.telemetry.black_box import BlackBox, BoxStep, Peak, black_box
from gui import theme
from gui.doctor.black_box import BlackBoxDialog, curve
from gui.doctor.cure_buttons import CureButton
from gui.doctor.verdict_strip import VerdictStrip
from gui.doctor.why import LIMITS, Why
from gui.widgets import StatusGlyph


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


def asked_why(qtbot: QtBot, strip: VerdictStrip) -> tuple[str, Why]:
    """Return which page 'Why?' asks for, and with what."""
    with qtbot.waitSignal(strip.why_requested) as asked:
        qtbot.mouseClick(strip.why, Qt.MouseButton.LeftButton)
    page, why = asked.args
    assert isinstance(why, Why)
    return page, why


def test_why_tells_the_rule_and_what_else_could_be_said(qtbot: QtBot, strip: VerdictStrip) -> None:
    other = Words(say("flat.title"), say("Second."), say("Rule: 2 < 3 & more."))
    said = verdict()
    strip.show_verdict(Verdict(said.code, 2, said.words, (), others=(other,)))
    page, why = asked_why(qtbot, strip)
    assert page == "verdicts/vanishing"
    text = why.html() + why.more()
    assert text.index("Layer 1 receives") < text.index("Rule: g₁/g₉ &lt; 1e-4") \
        < text.index("Second.") < text.index("Rule: 2 &lt; 3 &amp; more.")
    strip.say("waiting", 0, "Ready.", "Press Run.")
    assert not strip.why.isVisible()


def test_why_tells_of_changed_limits_and_leads_to_them(qtbot: QtBot, strip: VerdictStrip) -> None:
    strip.show_verdict(Verdict("vanishing", 2, verdict().words, ()))
    assert "Limits that are changed" not in asked_why(qtbot, strip)[1].more()
    strip.set_limits({"vanishing": (0.1, 1e-3)})
    told = asked_why(qtbot, strip)[1].more()
    assert "Vanishing gradient: 0.1 and 0.001 (default 0.01 and 0.0001)" in told
    assert f"ask:{LIMITS}" in told
    with qtbot.waitSignal(strip.limits_requested):
        strip.answer(LIMITS)


DECIDES = "Decides: validation loss at step 2,000."


def cure(code: str, *parts: Message) -> Cure:
    return Cure(code, say("cure.label", parts=parts), default_project())


CURES = (cure("activation", say("cure.swap", before=("Sigmoid",), after=("ReLU",), count=9),
              say("cure.swap-too", before=("Xavier",), after=("He",))),
         cure("slower", say("cure.rate", before=0.1, after=0.01)),
         cure("clip", say("cure.clip", norm=1.0)))


def offered(strip: VerdictStrip) -> list[str]:
    """Return what the buttons of cures say, shortened or not."""
    return [one.text() for one in strip.cures.findChildren(QPushButton) if one.isVisible()]


def in_menu(qtbot: QtBot, strip: VerdictStrip) -> dict[str, QAction]:
    """Return what the menu of further cures offers."""
    qtbot.mouseClick(strip.cures.more, Qt.MouseButton.LeftButton)
    menu = strip.cures.findChild(QMenu)
    assert isinstance(menu, QMenu)
    menu.close()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_cures_are_tried_with_one_click(qtbot: QtBot, strip: VerdictStrip) -> None:
    strip.show_verdict(verdict(), CURES[:2], DECIDES)
    QApplication.sendPostedEvents()
    texts = offered(strip)
    assert texts == ["Try: Sigmoid → ReLU in 9 layers, Xavier → He",
                     "Try: Learning rate 0.1 → 0.01"]
    for text, wanted in zip(texts, CURES, strict=False):
        one = button(strip, text)
        for said in ("beside A", "undo", DECIDES):
            assert said in one.toolTip()
        with qtbot.waitSignal(strip.cure_requested) as told:
            qtbot.mouseClick(one, Qt.MouseButton.LeftButton)
        assert told.args == [wanted]
    strip.say("waiting", 0, "Ready.", "Press Run.")
    assert not strip.cures.isVisible()


def test_what_has_no_room_is_in_a_menu(qtbot: QtBot, strip: VerdictStrip) -> None:
    strip.show_verdict(verdict(), CURES, DECIDES)
    QApplication.sendPostedEvents()
    assert offered(strip)[-1] == "Other cures ▾"
    actions = in_menu(qtbot, strip)
    assert list(actions) == ["Clip gradients at norm 1"]
    with qtbot.waitSignal(strip.cure_requested) as told:
        actions["Clip gradients at norm 1"].trigger()
    assert told.args == [CURES[2]]
    assert DECIDES in actions["Clip gradients at norm 1"].toolTip()


def test_a_narrow_strip_has_one_cure_or_the_menu_alone(qtbot: QtBot, strip: VerdictStrip) -> None:
    strip.show_verdict(verdict(), CURES, DECIDES)
    strip.resize(820, strip.height())
    QApplication.sendPostedEvents()
    first = strip.cures.findChildren(QPushButton)[0]
    assert first.isVisible()
    assert first.text().endswith("…")
    assert first.accessibleName() == "Try: Sigmoid → ReLU in 9 layers, Xavier → He"
    strip.resize(420, strip.height())
    QApplication.sendPostedEvents()
    assert offered(strip) == ["Try a cure ▾"]
    # There is no room for its button either.
    assert not button(strip, "Show layer").isVisible()
    actions = in_menu(qtbot, strip)
    assert len(actions) == 4
    with qtbot.waitSignal(strip.layer_selected) as told:
        actions["Show layer"].trigger()
    assert told.args == ["dense-1"]
    strip.resize(1200, strip.height())
    QApplication.sendPostedEvents()
    assert len(offered(strip)) == 3
    assert button(strip, "Show layer").isVisible()


def test_what_decides_follows_the_run_while_the_same_cures_are_offered(
    strip: VerdictStrip
) -> None:
    said = verdict()
    strip.show_verdict(said, CURES, "Decides: loss at step 2,048.")
    strip.show_verdict(said, CURES, "Decides: loss at step 3,072.")
    tips = [one.toolTip() for one in strip.findChildren(CureButton) if one.isVisible()]
    assert tips
    assert all(tip.endswith("Decides: loss at step 3,072.") for tip in tips)


def test_what_mends_at_once_gives_way_to_cures(strip: VerdictStrip) -> None:
    note = cause()
    told = Verdict("rate-zero", 2, Words(note.title, note.sentence), (), fix=note.fix)
    strip.show_verdict(told, CURES)
    mend = button(strip, note.fix.label.text if note.fix else "")
    assert not mend.isVisible()
    strip.show_verdict(told)
    assert mend.isVisible()
    assert not strip.cures.isVisible()


def outcome(code: Code, price: Message | None = None) -> Outcome:
    words = Words(say("The cure helped."), say("B’s loss is 0.04."), say(DECIDES))
    return Outcome(code, words, price)


def test_it_says_what_came_of_a_cure_and_its_price(qtbot: QtBot, strip: VerdictStrip) -> None:
    strip.show_verdict(verdict(), CURES)
    price = say("outcome.price", price=say("price.dead", dead=4, units=16, layer=7))
    strip.show_outcome(outcome("helped", price))
    texts = [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]
    assert "<b>The cure helped.</b> B’s loss is 0.04." in texts
    assert DECIDES in texts
    assert "Its price: 4 of 16 units of layer 7 are dead." in texts
    assert strip.accessibleDescription().endswith("are dead.")
    glyphs = [one for one in strip.findChildren(StatusGlyph) if one.isVisible()]
    assert {one.accessibleName() for one in glyphs} == {"healthy", "dead"}
    assert not strip.cures.isVisible()
    page, why = asked_why(qtbot, strip)
    assert page == "verdicts/outcome"
    for said in (DECIDES, "Its price", "fixed before B began"):
        assert said in why.html() + why.more()
    assert "A cause comes before" not in why.more()
    strip.show_outcome(outcome("worse"))
    assert not any("Its price" in label.text() for label in strip.findChildren(QLabel)
                   if label.isVisible())


@pytest.mark.parametrize(("code", "role"), [
    ("helped", "good"), ("did-not-help", "warning"), ("no-difference", "text_muted"),
    ("worse", "bad"), ("broke", "bad"), ("too-early", "text_muted"), ("disputed", "warning")])
def test_an_outcome_has_a_colour_of_its_own(strip: VerdictStrip, code: Code, role: str) -> None:
    strip.show_outcome(outcome(code))
    glyph = next(one for one in strip.findChildren(StatusGlyph) if one.isVisible())
    image = glyph.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width())
            for y in range(image.height())}
    assert getattr(theme.current(), role) in seen


def the_end(count: int = 20) -> BlackBox:
    place = say("Layer 3 (Dense)")
    steps = [BoxStep(80 + i, 0.7 * 3.0**i, Peak(2.0**i, "dense-3", place),
                     Peak(5.0**i, "dense-3", place), Peak(0.1 * 1.3**i, "dense-3", place))
             for i in range(count)]
    error = DivergedError("diverged.activation", layer_id="dense-3", step=80 + count, place=place)
    return black_box(error, steps, 79 + count)


def test_a_black_box_says_what_overflowed_and_what_led_there(
        qtbot: QtBot, strip: VerdictStrip) -> None:
    strip.show_black_box(the_end(), CURES[:1], DECIDES)
    QApplication.sendPostedEvents()
    texts = [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]
    assert any(text.startswith("<b>Overflow: activation.</b> Layer 3 (Dense):") for text in texts)
    assert ("The last 20 steps: loss 0.7 → 8.1e8, largest weight 1 → 5.2e5, "
            "largest activation 1 → 1.9e13, update / weight 0.1 → 15") in texts
    with qtbot.waitSignal(strip.replay_requested):
        qtbot.mouseClick(strip.replay, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(strip.cure_requested):
        qtbot.mouseClick(strip.cures.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    strip.show_verdict(verdict())
    assert not strip.replay.isVisible()


def test_why_of_a_black_box_is_its_last_steps(qtbot: QtBot, strip: VerdictStrip) -> None:
    box = the_end()
    strip.show_black_box(box)
    page, why = asked_why(qtbot, strip)
    assert page == "verdicts/nonfinite"
    assert box.chain.text in why.html()
    assert "ask:steps" in why.html()
    strip.answer("steps")
    dialog = strip.findChild(BlackBoxDialog)
    assert isinstance(dialog, BlackBoxDialog)
    assert dialog.text.text() == box.overflow.sentence.text
    table = dialog.table
    assert table.rowCount() == 20
    last = [table.item(19, column).text() for column in range(5)]
    assert last == ["99", "8.1e8", "5.2e5  Layer 3 (Dense)", "1.9e13  Layer 3 (Dense)",
                    "15  Layer 3 (Dense)"]
    image = dialog.grab().toImage()
    assert any(image.pixelColor(x, y).name() == theme.current().bad
               for x in range(image.width()) for y in range(0, image.height() // 2))
    dialog.accept()


@pytest.mark.parametrize("count", [0, 1])
def test_a_run_that_ends_at_once_has_little_to_tell(
        qtbot: QtBot, strip: VerdictStrip, count: int) -> None:
    strip.show_black_box(the_end(count))
    assert strip.replay.isVisible() == bool(count)
    _, why = asked_why(qtbot, strip)
    assert ("ask:steps" in why.html()) == bool(count)
    strip.answer("steps")
    dialog = strip.findChild(BlackBoxDialog)
    assert isinstance(dialog, BlackBoxDialog)
    assert not dialog.grab().isNull()
    dialog.accept()


def test_curves_leave_out_what_has_no_logarithm() -> None:
    area = QRectF(0, 0, 100, 10)
    points = curve([1.0, 0.0, 100.0, math.inf, 10_000.0], area)
    assert [(point.x(), point.y()) for point in points] == [(0, 10), (50, 5), (100, 0)]
    assert curve([0.0], area).isEmpty()


def test_its_height_does_not_depend_on_what_it_says(strip: VerdictStrip) -> None:
    before = strip.height()
    strip.say("flat", 1, "Long.", "word " * 60, "evidence " * 30, "dense-1")
    assert strip.height() == before
    strip.show_progress(0.5)
    assert strip.height() == before
    strip.hide_progress()
    strip.show_verdict(verdict(), CURES)
    assert strip.height() == before
    strip.show_outcome(outcome("helped", say("outcome.price", price=say("price.overfits"))))
    assert strip.height() == before
    strip.show_black_box(the_end(), CURES)
    assert strip.height() == before
