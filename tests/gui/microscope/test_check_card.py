"""Numeric checks of a step, and the hunt for a mistake in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QSplitter
from pytestqt.qtbot import QtBot

from engine.microscope.check import CheckAll, Finding
from engine.microscope.dissection import Dissection
from engine.microscope.mistakes import Place, broken, offered
from gui.microscope import check_box, hunt_box
from gui.microscope.check_card import CheckCard
from gui.microscope.lens import Lens
from gui.microscope.number_card import NumberCard
from gui.microscope.pseudocode_card import PseudocodeCard
from gui.widgets import Button
from tests.gui.microscope import steps
from tests.gui.microscope.conftest import line_of

Make = Callable[..., CheckCard]


@pytest.fixture
def make(qtbot: QtBot, lens: Lens) -> Make:
    def made() -> CheckCard:
        card = CheckCard(lens)
        qtbot.addWidget(card)
        card.resize(430, 260)
        card.show()
        qtbot.waitExposed(card)
        return card
    return made


def open_number(lens: Lens, name: str, *index: int, last: bool = False) -> int:
    row = lens.trace.program.writers(name)[-1 if last else 0]
    lens.go_to(row, 0, index)
    return row


def settled(qtbot: QtBot, card: CheckCard) -> None:
    qtbot.waitUntil(lambda: not card.check.is_waiting)


def hunting(qtbot: QtBot, card: CheckCard) -> None:
    qtbot.waitUntil(lambda: not card.hunt.is_busy)


def place_of(lens: Lens, name: str, key: str) -> Place:
    return next(place for place in offered(lens.trace)
                if place.key == key and lens.trace.program.statements[place.statement].name == name)


def test_a_gradient_is_checked_once_one_stands_there(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    row = open_number(lens, "dW2", 0, 1)
    settled(qtbot, card)
    found = card.check.found
    assert found is not None
    assert found.finding is Finding.AGREES
    assert found.analytic == lens.trace.values[row][0, 1]
    assert card.check.heading.text() == "Numeric check agrees"
    told = card.check.detail.text()
    assert told.startswith("(L(w + h) − L(w − h)) / 2h = ")
    assert f"{abs(found.numeric):.9g}" in told
    assert "relative error" in told


def test_a_line_of_the_update_is_checked_by_the_rule(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    open_number(lens, "W2", 0, 1)
    settled(qtbot, card)
    assert card.check.heading.text() == "The rule agrees"


def test_a_line_that_is_no_gradient_says_so(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    open_number(lens, "a1", 0, 0)
    settled(qtbot, card)
    assert card.check.found is None
    assert "neither" in card.check.detail.text()


def test_a_large_step_is_checked_on_demand(make: Make, lens: Lens, qtbot: QtBot,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_box, "CHEAP", 0)
    card = make()
    open_number(lens, "dW2", 0, 1)
    assert not card.check.is_waiting
    assert card.check.one_button.isVisible()
    monkeypatch.setattr(check_box, "SLICE_S", 0.0)
    card.check.one_button.click()
    # Not yet: it runs the step's lines twice, one in a slice.
    assert card.check.found is None
    assert card.check.is_waiting
    settled(qtbot, card)
    assert card.check.heading.text() == "Numeric check agrees"
    assert not card.check.one_button.isVisible()


def test_all_gradients_are_checked_a_little_at_a_time(make: Make, lens: Lens, qtbot: QtBot
                                                      ) -> None:
    card = make()
    count = sum(array.size for name, array in lens.trace.program.given.items()
                if name[0] in "Wb")
    assert card.check.all_button.text() == f"Check all {count}"
    card.check.all_button.click()
    assert card.check.all_button.text() == "Cancel"
    assert card.check.progress.isVisible()
    settled(qtbot, card)
    assert card.check.heading.text() == "All agree"
    assert card.check.detail.text().startswith(f"{count} numbers checked: all agree")
    assert not card.check.progress.isVisible()


def test_checking_all_can_be_cancelled(make: Make, lens: Lens, qtbot: QtBot,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_box, "SLICE_S", 0.0)
    card = make()
    card.check.all_button.click()
    qtbot.waitUntil(lambda: card.check.checks is not None and card.check.checks.done > 0)
    card.check.all_button.click()
    settled(qtbot, card)
    assert card.check.checks is not None
    assert card.check.checks.done == 0
    assert card.check.all_button.text().startswith("Check all")


def test_of_very_many_numbers_it_offers_a_sample_and_says_so(
        make: Make, lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_box, "CheckAll", partial(CheckAll, most=50))
    card = make()
    lens.look_at(steps.wide().dissect())
    assert card.check.checks is not None
    total, numbers = card.check.checks.total, card.check.checks.numbers
    assert total < numbers
    assert card.check.all_button.text() == f"Check {total:,} of {numbers:,}"


def test_failures_are_listed_and_lead_to_their_numbers(
        make: Make, lens: Lens, dissection: Dissection, qtbot: QtBot) -> None:
    card = make()
    place = place_of(lens, "dW2", "summed-over-one-example")
    lens.look_at(dissection, broken(dissection.trace, place))
    card.check.all_button.click()
    settled(qtbot, card)
    assert card.check.heading.text() == "Some are wrong"
    links = [link for link in card.check.failures.findChildren(Button) if not link.isHidden()]
    assert links
    assert all(link.text().startswith("dW2[") for link in links)
    links[-1].click()
    assert lens.opened_statement == place.statement
    assert links[-1].text() == f"dW2[{', '.join(map(str, lens.opened_index))}]"
    settled(qtbot, card)
    assert card.check.heading.text() == "Numeric check disagrees"


def test_break_it_shows_a_step_with_one_mistake_and_mend_it_the_true_one(
        make: Make, lens: Lens, dissection: Dissection, qtbot: QtBot,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunt_box, "SLICE_S", 0.0)
    card = make()
    card.hunt.break_button.click()
    assert card.hunt.hunt is None
    assert not card.hunt.break_button.isEnabled()
    assert card.hunt.invitation.text() == hunt_box.BUSY
    hunting(qtbot, card)
    hunt = card.hunt.hunt
    assert hunt is not None
    assert hunt.place is not None
    assert lens.trace is hunt.broken.trace is not dissection.trace
    assert card.hunt.banner.isVisible()
    assert not card.hunt.start.isVisible()
    assert not card.check.isVisible()
    card.hunt.mend_button.click()
    assert lens.trace is dissection.trace
    assert card.hunt.start.isVisible()
    assert card.hunt.break_button.isEnabled()
    assert card.hunt.invitation.text() == hunt_box.INVITATION
    assert not card.hunt.banner.isVisible()
    assert card.check.isVisible()


def test_a_mistake_that_is_being_made_goes_with_its_step(
        make: Make, lens: Lens, dissection: Dissection, qtbot: QtBot,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunt_box, "SLICE_S", 0.0)
    card = make()
    card.hunt.break_button.click()
    assert card.hunt.is_busy
    lens.look_at(dissection)
    assert not card.hunt.is_busy
    qtbot.wait(20)
    assert card.hunt.hunt is None
    assert card.hunt.break_button.isEnabled()


def test_the_student_finds_the_first_wrong_line(make: Make, lens: Lens, dissection: Dissection,
                                                qtbot: QtBot) -> None:
    card = make()
    place = place_of(lens, "dz2", "derivative-forgotten")
    card.hunt.begin_with(place)
    hunting(qtbot, card)
    for name, answer in (("a1", "This line is right, and so are its numbers."),
                         ("dW1", "Its numbers are wrong, but the line is right: it was given wrong "
                                 "ones by an earlier line.")):
        row = line_of(lens, name)
        lens.go_to(row)
        card.hunt.guess_button.click()
        assert card.hunt.more.text() == f"Line {row + 1}: {answer}"
    lens.go_to(place.statement)
    card.hunt.guess_button.click()
    assert card.hunt.told.text() == "Found with 3 guesses. Slope of the activation forgotten."
    assert card.hunt.more.text() == place.explanation.text
    right = dissection.program.statements[place.statement]
    assert right.code in card.hunt.code.text()
    assert right.mistakes[place.key] in card.hunt.code.text()
    assert not card.hunt.guess_button.isVisible()
    assert card.hunt.mend_button.isVisible()


def test_a_hint_then_the_numeric_check_then_the_answer(make: Make, lens: Lens, qtbot: QtBot
                                                       ) -> None:
    card = make()
    place = place_of(lens, "dz2", "derivative-forgotten")
    card.hunt.begin_with(place)
    hunting(qtbot, card)
    card.hunt.hint_button.click()
    assert card.hunt.more.text() == "It is in this part of the step: Backward."
    card.hunt.check_button.click()
    open_number(lens, "dz2", 2, 0)
    settled(qtbot, card)
    assert card.check.isVisible()
    assert card.check.heading.text() == "Numeric check disagrees"
    lens.go_to(0)
    card.hunt.answer_button.click()
    assert lens.micro_step.statement == place.statement
    assert card.hunt.told.text().startswith("The wrong line writes dz2.")


def test_a_teacher_chooses_the_mistake(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    card.hunt.choose_button.click()
    qtbot.waitUntil(lambda: bool(card.hunt.findChildren(QMenu)))
    menu = card.hunt.findChildren(QMenu)[0]
    menus = [menu, *(child for child in menu.findChildren(QMenu))]
    actions = [action for one in menus for action in one.actions() if action.menu() is None]
    assert len(actions) == len(offered(lens.trace))
    place = offered(lens.trace)[int(actions[-1].data())]
    actions[-1].trigger()
    hunting(qtbot, card)
    assert card.hunt.hunt is not None
    assert card.hunt.hunt.place == place
    menu.close()


def test_another_step_closes_the_menu_of_mistakes_in_the_one_before(
        make: Make, lens: Lens, dissection: Dissection, qtbot: QtBot) -> None:
    card = make()
    card.hunt.choose_button.click()
    qtbot.waitUntil(lambda: any(menu.isVisible() for menu in card.hunt.findChildren(QMenu)))
    lens.look_at(dissection)
    assert not any(menu.isVisible() for menu in card.hunt.findChildren(QMenu))
    assert card.hunt.hunt is None


def test_another_step_ends_the_hunt(make: Make, lens: Lens, dissection: Dissection,
                                    qtbot: QtBot) -> None:
    card = make()
    card.hunt.begin(1)
    hunting(qtbot, card)
    lens.look_at(dissection)
    assert card.hunt.hunt is None
    assert card.hunt.start.isVisible()
    assert card.check.isVisible()


def test_the_wrong_line_is_taken_apart_as_it_should_be(
        make: Make, lens: Lens, dissection: Dissection, qtbot: QtBot) -> None:
    card, number, lines = make(), NumberCard(lens), PseudocodeCard(lens)
    qtbot.addWidget(number)
    qtbot.addWidget(lines)
    place = place_of(lens, "dW2", "summed-over-one-example")
    card.hunt.begin_with(place)
    hunting(qtbot, card)
    open_number(lens, "dW2", 0, 1)
    content = number.view._content
    assert content is not None
    right = dissection.trace.values[place.statement][0, 1]
    assert content.terms.total == pytest.approx(right)
    assert not np.isclose(lens.trace.values[place.statement][0, 1], right)
    lines.set_register("numpy")
    assert lines.model.index(place.statement).data() == lens.trace.program.statements[
        place.statement].code


def test_no_sentence_is_cut_in_a_splitter(lens: Lens, qtbot: QtBot) -> None:
    splitter, card = QSplitter(Qt.Orientation.Vertical), CheckCard(lens)
    qtbot.addWidget(splitter)
    splitter.addWidget(NumberCard(lens))
    splitter.addWidget(card)
    splitter.resize(400, 520)
    splitter.setSizes([500, 10])
    splitter.show()
    qtbot.waitExposed(splitter)
    card.hunt.begin_with(place_of(lens, "dz2", "derivative-forgotten"))
    hunting(qtbot, card)
    card.hunt.answer_button.click()
    for label in (card.hunt.told, card.hunt.more, card.hunt.code):
        qtbot.waitUntil(lambda one=label: one.height() >= one.heightForWidth(one.width()))
        assert card.rect().contains(label.mapTo(card, label.rect().bottomRight()))


def test_without_a_step_there_is_nothing_to_check_or_break(make: Make, lens: Lens) -> None:
    card = make()
    lens.look_at(None)
    assert not card.check.isVisible()
    assert not card.hunt.break_button.isEnabled()


def test_another_project_forgets_what_was_checked(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    row = open_number(lens, "dW2", 0, 1)
    settled(qtbot, card)
    assert card.check.found is not None
    other = steps.sequences().dissect()
    assert not other.program.statements[row].of, "it stands where nothing can be checked"
    lens.look_at(other)
    assert card.check.found is None
    assert card.check.heading.text() == "Numeric check"


def test_a_step_that_goes_ends_the_check_of_all(make: Make, lens: Lens,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_box, "SLICE_S", 0.0)
    card = make()
    card.check.all_button.click()
    assert card.check.is_waiting
    lens.look_at(None)
    assert not card.check.is_waiting
    assert not card.check.isVisible()


def test_hints_end(make: Make, lens: Lens) -> None:
    card = make()
    card.hunt.begin_with(place_of(lens, "dz2", "derivative-forgotten"))
    for told in ("part of the step: Backward.", "layer 2.", "forgotten."):
        assert card.hunt.hint_button.isEnabled()
        card.hunt.hint_button.click()
        assert card.hunt.more.text().endswith(told)
    assert not card.hunt.hint_button.isEnabled()
