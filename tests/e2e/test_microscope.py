"""The microscope on a real run: open it, walk with the keys, edit, look at the new step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gui.microscope.lens import Lens
from tests.e2e.conftest import START_MS, Person

pytestmark = pytest.mark.e2e

KEY = Qt.Key
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(person: Person, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    person.qtbot.keyClick(QApplication.focusWidget() or person.window, key, modifier)


def opened(person: Person) -> Lens:
    """Open the page and wait for the step; kernels in float64 may have to be compiled first."""
    person.window.activateWindow()
    person.qtbot.waitUntil(person.window.isActiveWindow)
    press(person, KEY.Key_2, CONTROL)
    desk = person.lab.pages.desk
    assert desk is not None
    person.qtbot.waitUntil(lambda: not desk.lens.is_empty, timeout=START_MS)
    return desk.lens


def test_a_step_is_walked_through_with_keys_and_made_anew(person: Person) -> None:
    lens = opened(person)
    desk = person.lab.pages.desk
    assert desk is not None
    assert lens.dissection is not None
    assert lens.dissection.step == 0
    assert lens.dissection.disagreement() < 1e-12, "it is the step that the engine takes"
    for expected in range(1, 4):
        press(person, KEY.Key_Right)
        assert lens.place == expected
    press(person, KEY.Key_Left)
    assert lens.place == 2
    press(person, KEY.Key_Right, SHIFT)
    assert lens.micro_step.group == 1
    group = lens.micro_step.group

    # The run takes the step that was seen: what the microscope has said of it has come true.
    promised = {name: lens.trace.last(name) for name in ("W1", "b1")}
    person.click(person.lab.transport.step)
    person.qtbot.waitUntil(lambda: lens.dissection is not None and lens.dissection.step == 1,
                           timeout=START_MS)
    assert lens.micro_step.group == group, "it stays where it was"
    for name, values in promised.items():
        np.testing.assert_allclose(lens.trace.program.given[name], values, atol=1e-6)

    statements = len(lens.trace.program.statements)
    person.lab.document.remove_layer(person.lab.document.project.network.layers[-2].id)
    person.qtbot.waitUntil(lambda: not lens.is_empty
                           and len(lens.trace.program.statements) < statements,
                           timeout=START_MS)
    assert desk.page.notice.text() == "The network was changed: this is its step now."
    press(person, KEY.Key_1, CONTROL)
    assert person.lab.network.isVisible()


def number_named(lens: Lens, name: str) -> int:
    return [one.name for one in lens.trace.program.statements].index(name)


def test_a_number_is_followed_by_click_to_where_it_comes_from_and_back(person: Person) -> None:
    lens = opened(person)
    desk = person.lab.pages.desk
    assert desk is not None
    card = desk.page.number
    row = number_named(lens, "dW2")
    # By a click on the line, which stands below those in sight.
    lines = desk.page.lines.lines
    at = lines.model().index(row, 0)
    lines.scrollTo(at)
    person.click(lines.viewport(), lines.visualRect(at).center())
    assert lens.opened_statement == row
    shown = lens.number()
    # Summed in another order than the array is.
    assert shown.value == pytest.approx(lens.trace.values[row][lens.opened_index], rel=1e-12)
    np.testing.assert_allclose(shown.products.sum(), shown.value, rtol=1e-12)

    card.view.setFocus()
    press(person, KEY.Key_Home)
    press(person, KEY.Key_Return)
    assert lens.opened_statement != row, "a factor is computed in a line of its own"
    person.click(card.back_button)
    assert lens.opened_statement == row
    assert lens.number().value == shown.value


def test_a_mistake_is_hunted_to_the_end(person: Person) -> None:
    lens = opened(person)
    desk = person.lab.pages.desk
    assert desk is not None
    right, box = lens.trace, desk.page.check.hunt
    person.click(box.break_button)
    person.qtbot.waitUntil(lambda: box.hunt is not None, timeout=START_MS)
    hunt = box.hunt
    assert hunt is not None
    assert hunt.place is not None
    assert lens.trace is not right

    press(person, KEY.Key_Right)
    person.click(box.guess_button)
    assert box.more.text().endswith("This line is right, and so are its numbers.")
    while hunt.has_hints:
        person.click(box.hint_button)
    assert box.more.text() == f"What was done wrong: {hunt.place.title.text}."
    # Part by part, then line by line, to the one that is wrong.
    group = next(place for place, one in enumerate(lens.walk.groups)
                 if one.first <= hunt.place.statement < one.end)
    while lens.micro_step.group < group:
        press(person, KEY.Key_Right, SHIFT)
    while lens.micro_step.statement < hunt.place.statement:
        press(person, KEY.Key_Right)
    person.click(box.guess_button)
    assert box.told.text().startswith("Found with 2 guesses.")
    assert "wrong" in box.code.text()
    person.click(box.mend_button)
    assert lens.trace is right
