"""The pane says what it shows, why it shows nothing, and hands it out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from engine.export.targets import TARGETS
from gui import theme
from gui.translation.pane import FOLLOWING, LIBRARIES, WRITING, TranslationPane
from tests.gui.translation.scripts import script

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(qtbot: QtBot, qapp: QApplication) -> TranslationPane:
    theme.apply(qapp, "light")
    pane = TranslationPane()
    qtbot.addWidget(pane)
    pane.resize(520, 400)
    pane.show()
    qtbot.waitExposed(pane)
    return pane


def test_libraries_are_targets_of_the_engine() -> None:
    assert set(LIBRARIES) < set(TARGETS)
    assert all(TARGETS[key].title.startswith(title) for key, title in LIBRARIES.items())


def test_it_says_how_long_the_script_is_and_whose_weights_it_has(pane: TranslationPane) -> None:
    assert pane.foot.text() == WRITING
    pane.show_script(script(("first",)), "the weights of step 12")
    assert pane.foot.text() == "8 lines, with the weights of step 12."
    assert pane.code.isVisible()
    pane.wait()
    assert pane.foot.text() == FOLLOWING
    assert pane.code.isVisible(), "the script before stays until the next is there"
    assert not pane.copy_button.isEnabled()


def test_a_refusal_stands_in_the_place_of_the_script(pane: TranslationPane) -> None:
    pane.show_script(script(("first",)), "the first weights")
    pane.refuse("Keras cannot say this.", "Layer 1 (Bag): expected SGD.")
    assert pane.refusal == "Layer 1 (Bag): expected SGD."
    assert not pane.code.isVisible()
    assert not pane.copy_button.isEnabled()
    assert not pane.export_button.isEnabled()
    pane.show_script(script(("first",)), "the first weights")
    assert pane.refusal == ""
    assert pane.code.isVisible()
    assert pane.export_button.isEnabled()


def test_the_whole_script_is_copied(pane: TranslationPane, qtbot: QtBot) -> None:
    shown = script(("first", "second"))
    pane.show_script(shown, "the first weights")
    qtbot.mouseClick(pane.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == shown.text
    assert pane.foot.text() == f"Copied {shown.count} lines."


def test_export_asks_for_the_library_that_is_seen(pane: TranslationPane, qtbot: QtBot) -> None:
    pane.show_script(script(("first",)), "the first weights")
    qtbot.mouseClick(pane.switch.button("keras"), LEFT)
    with qtbot.waitSignal(pane.export_requested) as told:
        qtbot.mouseClick(pane.export_button, LEFT)
    assert told.args == ["keras"]


def test_escape_within_it_closes_it(pane: TranslationPane, qtbot: QtBot) -> None:
    pane.activateWindow()
    pane.code.setFocus()
    qtbot.waitUntil(pane.code.hasFocus)
    with qtbot.waitSignal(pane.closed):
        qtbot.keyClick(pane.code, Qt.Key.Key_Escape)


def test_every_control_says_what_it_does_and_the_tab_key_comes_to_it(pane: TranslationPane) -> None:
    buttons = [one for one in pane.findChildren(QAbstractButton) if one.isVisible()]
    assert len(buttons) == len(LIBRARIES) + 3
    assert all(one.toolTip() and (one.accessibleName() or one.text()) for one in buttons)
    assert pane.code.accessibleName()
    reached = [one for one in buttons if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    # Of the libraries one; the arrow keys go from it to the others.
    assert len(reached) == 4
