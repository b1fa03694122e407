"""The microscope on a real run: open it, walk with the keys, edit, look at the new step."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gui.microscope.lens import Lens
from tests.e2e.conftest import START_MS, Person

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
