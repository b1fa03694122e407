"""The list of a step's parts, and what drives the walk through them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.microscope.walk import Level
from gui.microscope.lens import SPEEDS, Lens
from gui.microscope.steps_card import ONE, SPEED_TITLES, WHOLE, StepsCard
from gui.microscope.steps_model import ROW, Progress, StepRow
from tests.gui.microscope.conftest import line_of
from tests.gui.microscope.steps import deep, lens_of

LEFT = Qt.MouseButton.LeftButton
Make = Callable[[Lens], StepsCard]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    def shown(lens: Lens) -> StepsCard:
        card = StepsCard(lens)
        qtbot.addWidget(card)
        card.resize(236, 700)
        card.show()
        return card
    return shown


def rows(card: StepsCard) -> list[StepRow]:
    model = card.steps.model()
    return [model.index(place, 0).data(ROW) for place in range(model.rowCount())]


def click(qtbot: QtBot, card: StepsCard, text: str) -> None:
    model = card.steps.model()
    place = next(model.index(i, 0) for i in range(model.rowCount())
                 if model.index(i, 0).data() == text)
    qtbot.mouseClick(card.steps.viewport(), LEFT, pos=card.steps.visualRect(place).center())


def test_parts_of_the_step_with_the_one_in_hand_unfolded(make: Make, lens: Lens) -> None:
    card = make(lens)
    lens.go_to(line_of(lens, "dW2"), 1)
    found = rows(card)
    assert [row.text for row in found if row.is_group] == [
        "Gather", "Forward 1", "Forward 2", "Forward 3", "Loss", "Backward 3", "Backward 2",
        "Backward 1", "Update"]
    assert [(row.text, row.detail, row.progress) for row in found if not row.is_group] == [
        ("∂L/∂z<sub>2</sub>", "its error", Progress.DONE),
        ("∂L/∂W<sub>2</sub>", "2 of 2", Progress.IN_HAND),
        ("∂L/∂b<sub>2</sub>", "2", Progress.TO_COME),
        ("∂L/∂a<sub>1</sub>", "to layer 1", Progress.TO_COME)]
    details = {row.text: row.detail for row in found if row.is_group}
    assert details["Gather"] == "10 examples"
    assert details["Forward 1"] == "Dense 4 · Tanh"
    assert details["Forward 3"] == "Dense 2 · softmax"
    assert float(details["Loss"]) == pytest.approx(float(lens.trace.last("L")), rel=5e-3)
    assert details["Backward 2"].startswith("RMS 0.")
    assert details["Backward 1"] == "", "it has not been computed where one stands"


def test_what_is_in_hand_is_one_line_at_every_level(make: Make, lens: Lens) -> None:
    card = make(lens)
    model = card.steps.model()
    for level in Level:
        lens.set_level(level)
        for place in range(len(lens.walk)):
            lens.go(place)
            in_hand = [row for row in rows(card)
                       if row.progress is Progress.IN_HAND and not row.is_group]
            assert [row.statement for row in in_hand] == [lens.micro_step.statement]
            assert card.steps.currentIndex().row() < model.rowCount()
            row = card.steps.currentIndex().data(ROW)
            assert row.is_group if level is Level.LAYER else row == in_hand[0]


def test_buttons_walk(qtbot: QtBot, make: Make, lens: Lens) -> None:
    card = make(lens)
    assert not card.back.isEnabled()
    qtbot.mouseClick(card.forward, LEFT)
    assert lens.place == 1
    assert card.back.isEnabled()
    qtbot.mouseClick(card.back, LEFT)
    assert lens.place == 0
    qtbot.mouseClick(card.finish, LEFT)
    assert lens.micro_step.group == 1
    lens.go(len(lens.walk) - 1)
    assert not card.forward.isEnabled()
    assert card.progress.share == 1.0


def test_play_goes_on_at_the_chosen_speed(qtbot: QtBot, make: Make, lens: Lens) -> None:
    card = make(lens)
    card.speed.setCurrentIndex(SPEEDS.index(20.0))
    card.speed.activated.emit(SPEEDS.index(20.0))
    qtbot.mouseClick(card.play, LEFT)
    assert card.play.text() == "Pause"
    qtbot.waitUntil(lambda: lens.place == 2)
    qtbot.mouseClick(card.play, LEFT)
    assert not lens.is_playing
    assert card.play.text() == "Play"
    assert set(SPEED_TITLES) == set(SPEEDS)


def test_a_click_goes_there(qtbot: QtBot, make: Make, lens: Lens) -> None:
    card = make(lens)
    click(qtbot, card, "Backward 1")
    assert lens.statement.name == "dz1"
    click(qtbot, card, "∂L/∂b1")
    assert lens.statement.name == "db1"
    click(qtbot, card, "Gather")
    assert lens.place == 0


def test_levels(qtbot: QtBot, make: Make, lens: Lens) -> None:
    card = make(lens)
    qtbot.mouseClick(card.level.button(Level.TERM.value), LEFT)
    assert lens.level is Level.TERM
    lens.go_to(line_of(lens, "dW1"), 2, (1, 2))
    assert card.steps.currentIndex().data(ROW).detail == "[2, 3]", "counted from 1"
    lens.set_level(Level.LAYER)
    assert card.level.current() == Level.LAYER.value


def test_one_example_alone_is_asked_for(qtbot: QtBot, make: Make, lens: Lens) -> None:
    card = make(lens)
    asked: list[object] = []
    card.example_requested.connect(asked.append)
    lens.mark_example(4)
    qtbot.mouseClick(card.batch.button(ONE), LEFT)
    assert card.number.isVisible()
    assert card.example() == 4
    card.number.setValue(10)
    qtbot.mouseClick(card.batch.button(WHOLE), LEFT)
    assert asked == [4, 9, None]
    assert card.example() is None
    assert not card.number.isVisible()


def test_the_step_of_one_example_offers_all_of_the_batch(make: Make) -> None:
    run = deep()
    card = make(lens_of(run, 3))
    assert rows(card)[0].detail == f"1 of {card.number.maximum():,}"
    assert card.number.maximum() == run.dissect().batch > 1


def test_without_a_step_nothing_can_be_done(make: Make, lens: Lens) -> None:
    card = make(lens)
    lens.look_at(None)
    assert rows(card) == []
    for button in (card.back, card.forward, card.finish, card.play, card.table, card.paper):
        assert not button.isEnabled()
    assert lens.dissection is None


def test_a_long_step_makes_only_the_rows_that_are_seen(
    qtbot: QtBot, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    lens = lens_of(deep())
    card = make(lens)
    made: list[int] = []
    row = type(card._model).row
    monkeypatch.setattr(type(card._model), "row",
                        lambda self, place: (made.append(place), row(self, place))[1])
    lens.go_to(line_of(lens, "dW20"))
    card.grab()
    assert card.steps.model().rowCount() > 64
    assert 0 < len(set(made)) < 30
    place = card.steps.visualRect(card.steps.currentIndex())
    assert card.steps.viewport().rect().contains(place)


def test_it_is_read_out(make: Make, lens: Lens) -> None:
    card = make(lens)
    lens.go_to(line_of(lens, "dW2"))
    text = card.steps.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert text == "∂L/∂W2, 1 of 2, in hand"
    tip = card.steps.currentIndex().data(Qt.ItemDataRole.ToolTipRole)
    assert tip == lens.statement.words.text
