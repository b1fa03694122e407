"""The two switches beside the doctor's line say what the menu says, and the document with them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.widgets import IconButton
from gui.window.lab_page import LabPage
from gui.window.run_switches import RunSwitches
from gui.workbench.state import State
from tests.gui.windows import Open, lab_of

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_person_says_what_is_wanted_and_a_program_does_not(qtbot: QtBot) -> None:
    switches = RunSwitches()
    qtbot.addWidget(switches)
    wished: list[tuple[str, bool]] = []
    switches.compare_requested.connect(lambda wanted: wished.append(("compare", wanted)))
    switches.recorder_requested.connect(lambda wanted: wished.append(("recorder", wanted)))
    for button in (switches.compare, switches.recorder):
        button.setChecked(True)
        button.setChecked(False)
    assert not wished
    qtbot.mouseClick(switches.compare, LEFT)
    qtbot.mouseClick(switches.recorder, LEFT)
    qtbot.mouseClick(switches.compare, LEFT)
    assert wished == [("compare", True), ("recorder", True), ("compare", False)]


@pytest.mark.parametrize("name", ["compare", "recorder"])
def test_every_switch_has_a_name_and_says_what_it_does(qtbot: QtBot, name: str) -> None:
    switches = RunSwitches()
    qtbot.addWidget(switches)
    button: IconButton = getattr(switches, name)
    assert button.accessibleName().lower() == name
    assert button.toolTip().startswith(f"<p>{name.capitalize()}.")


def test_compare_is_the_same_in_switch_menu_and_document(qtbot: QtBot, lab: LabPage) -> None:
    switch, action = lab.switches.compare, lab.desk.compare_action

    def all_say() -> set[bool]:
        return {switch.isChecked(), action.isChecked(), lab.document.compares}

    qtbot.mouseClick(switch, LEFT)
    assert all_say() == {True}
    action.trigger()
    assert all_say() == {False}
    action.trigger()
    assert all_say() == {True}
    lab.document.set_training(learning_rate=0.5)
    assert lab.document.sides.is_pair
    assert all_say() == {True}
    lab.document.compares = False
    lab.document.undo_stack.undo()
    assert all_say() == {False}


def test_the_recorder_is_the_same_in_switch_and_menu_and_is_seen(
    qtbot: QtBot, lab: LabPage
) -> None:
    switch, action = lab.switches.recorder, lab.desk.recorder_action
    qtbot.mouseClick(switch, LEFT)
    assert lab.timeline.isVisible()
    assert action.isChecked()
    action.trigger()
    assert not switch.isChecked()
    assert not lab.timeline.isVisible()


def test_keys_put_a_copy_beside_and_show_the_recorder(qtbot: QtBot, open_window: Open) -> None:
    window = open_window()
    lab = lab_of(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    qtbot.keyClick(window, Qt.Key.Key_R, CONTROL)
    assert lab.timeline.isVisible()
    assert lab.workbench.state is not State.PREPARING, "R alone is the key that resets"
    qtbot.keyClick(window, Qt.Key.Key_R, CONTROL)
    assert not lab.timeline.isVisible()
    project = lab.document.project
    qtbot.keyClick(window, Qt.Key.Key_D, CONTROL)
    second = lab.document.sides.second
    assert second is not None
    assert second.project == replace(project)
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)
