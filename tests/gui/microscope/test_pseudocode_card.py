"""The step as pseudocode: registers, the lit line, and clicks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.microscope.script import length
from engine.microscope.walk import Level
from gui import theme
from gui.microscope import pseudocode_card
from gui.microscope.lens import Lens
from gui.microscope.program_lines import breakable
from gui.microscope.pseudocode_card import PseudocodeCard
from tests.gui.microscope.conftest import line_of

Make = Callable[..., PseudocodeCard]


@pytest.fixture
def make(qtbot: QtBot, lens: Lens) -> Make:
    def made(height: int = 300, hidden: tuple[str, ...] = ()) -> PseudocodeCard:
        card = PseudocodeCard(lens, hidden)
        qtbot.addWidget(card)
        card.resize(430, height)
        card.show()
        qtbot.waitExposed(card)
        return card
    return made


def height_of(card: PseudocodeCard, row: int) -> int:
    return card.lines.visualRect(card.model.index(row)).height()


def test_every_line_of_the_step_is_there_in_every_register(make: Make, lens: Lens) -> None:
    card = make()
    statements = lens.trace.program.statements
    assert card.model.rowCount() == len(statements)
    for register, expected in (("words", statements[3].words.text),
                               ("formulae", "a1 = tanh(z1)"), ("numpy", "a1 = np.tanh(z1)")):
        card.set_register(register)
        assert card.model.index(3).data() == expected


def test_the_lit_line_is_in_sight_and_taller_than_the_others(
        make: Make, lens: Lens, qtbot: QtBot) -> None:
    card, last = make(), len(lens.trace.program.statements) - 1
    for row in (last, 0, last // 2):
        lens.go_to(row)
        qtbot.waitUntil(lambda: not card.lines.is_under_way)
        rect = card.lines.visualRect(card.model.index(row))
        assert card.lines.viewport().rect().contains(rect), row
        assert rect.height() > 2 * height_of(card, 3)


def test_a_click_goes_to_the_line(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    at = card.lines.visualRect(card.model.index(4)).center()
    qtbot.mouseClick(card.lines.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert lens.micro_step.statement == 4
    assert card.delegate.lit == 4


def test_at_the_level_of_layers_a_click_opens_a_line_of_the_group(
        make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    lens.set_level(Level.LAYER)
    row = line_of(lens, "z1")
    at = card.lines.visualRect(card.model.index(row)).center()
    qtbot.mouseClick(card.lines.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert lens.walk.groups[lens.micro_step.group].first == row
    assert lens.opened_statement == row == card.delegate.lit


def test_a_teacher_hides_registers_one_by_one_but_not_the_last(make: Make, lens: Lens,
                                                               qtbot: QtBot) -> None:
    card = make()
    lens.go_to(5)
    whole = height_of(card, 5)
    told: list[frozenset[str]] = []
    card.hidden_changed.connect(told.append)
    words, formulae, numpy = card.menu.actions()
    numpy.trigger()
    assert card.switch.options() == ("words", "formulae")
    assert height_of(card, 5) < whole
    formulae.trigger()
    assert told == [{"numpy"}, {"numpy", "formulae"}]
    assert card.model.register == "words"
    assert not words.isEnabled()
    assert card.switch.isHidden()
    formulae.trigger()
    assert words.isEnabled()


def test_what_was_hidden_before_is_hidden_again(make: Make) -> None:
    card = make(hidden=("formulae", "an older version's"))
    assert card.hidden == {"formulae"}
    assert [tick.isChecked() for tick in card.menu.actions()] == [True, False, True]
    card.set_hidden(("words", "formulae", "numpy"))
    assert not card.hidden


def test_following_takes_the_keyboard_from_nobody(qtbot: QtBot, lens: Lens) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    layout, line, card = QVBoxLayout(page), QLineEdit(), PseudocodeCard(lens)
    layout.addWidget(line)
    layout.addWidget(card)
    page.show()
    qtbot.waitExposed(page)
    line.setFocus()
    lens.go_to(9)
    assert page.focusWidget() is line


def test_lines_are_copied_as_text(make: Make, lens: Lens) -> None:
    card = make(hidden=("words",))
    card.copy_line(3)
    assert QGuiApplication.clipboard().text() == "a1 = tanh(z1)\na1 = np.tanh(z1)"
    card.set_register("numpy")
    card.copy_all()
    assert QGuiApplication.clipboard().text().split("\n") == [
        one.code for one in lens.trace.program.statements]


def test_the_step_is_copied_as_a_program(make: Make, lens: Lens) -> None:
    make().copy_program()
    program = QGuiApplication.clipboard().text()
    assert "import numpy as np" in program
    assert all(one.code in program for one in lens.trace.program.statements[2:])


def test_the_lit_line_has_the_accents_ground(make: Make, lens: Lens, qtbot: QtBot) -> None:
    card = make()
    lens.go_to(4)
    qtbot.waitUntil(lambda: not card.lines.is_under_way)
    image = card.lines.viewport().grab().toImage()
    corner = card.lines.visualRect(card.model.index(4)).topRight() - QPoint(2, -8)
    assert image.pixelColor(corner).name() == theme.current().accent_soft


def test_without_a_step_it_is_empty(make: Make, lens: Lens) -> None:
    card = make()
    lens.look_at(None)
    assert card.model.rowCount() == 0


def test_a_line_far_away_is_in_sight_at_once(make: Make, lens: Lens) -> None:
    card, last = make(), len(lens.trace.program.statements) - 1
    for row in (last, 0, last // 2, 1):
        lens.go_to(row)
        assert not card.lines.is_under_way
        rect = card.lines.visualRect(card.model.index(row))
        assert card.lines.viewport().rect().contains(rect), row


def test_code_is_never_broken_within_a_name() -> None:
    code = "dz2 = np.sum(np.where(mask2, sigmoid(-z2), 0))"
    parts = breakable(code).split("\N{ZERO WIDTH SPACE}")
    assert "".join(parts) == code
    assert [part[-1] for part in parts[:-1]] == ["(", "("]


def test_a_program_of_too_many_numbers_is_not_copied(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = make()
    assert all(action.isEnabled() for action in card.made_menu(0).actions())
    monkeypatch.setattr(pseudocode_card, "MOST", 5)
    program = card.made_menu(0).actions()[-1]
    assert not program.isEnabled()
    count = length(card._lens.trace.program)
    assert program.text() == f"Copy as a NumPy program (too long: {count} numbers)"
