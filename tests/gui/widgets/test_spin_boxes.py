from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets import CalmDoubleSpinBox, CalmSpinBox

Spin = CalmSpinBox | CalmDoubleSpinBox
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture(params=[CalmSpinBox, CalmDoubleSpinBox])
def spin(qtbot: QtBot, window: QWidget, request: pytest.FixtureRequest) -> Spin:
    spin: Spin = request.param()
    spin.setSuffix(" s")
    spin.setValue(12)
    spin.setKeyboardTracking(False)
    layout = QVBoxLayout(window)
    layout.addWidget(QWidget())
    layout.addWidget(spin)
    window.show()
    window.activateWindow()
    window.setFocus()
    qtbot.waitUntil(window.isActiveWindow)
    return spin


def click(qtbot: QtBot, spin: Spin) -> None:
    """Click it as a window does, which gives the keyboard first."""
    spin.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(spin.hasFocus)
    qtbot.mouseClick(spin.lineEdit(), LEFT)


def test_a_click_begins_another_number_and_return_ends_it(qtbot: QtBot, spin: Spin) -> None:
    click(qtbot, spin)
    qtbot.keyClicks(spin.lineEdit(), "7")
    assert spin.value() == 12
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert spin.value() == 7
    assert QApplication.focusWidget() is not spin
    assert not spin.lineEdit().hasSelectedText()


def test_a_second_click_places_the_cursor(qtbot: QtBot, spin: Spin) -> None:
    click(qtbot, spin)
    assert spin.lineEdit().selectedText() == spin.lineEdit().text()
    qtbot.mouseClick(spin.lineEdit(), LEFT)
    assert not spin.lineEdit().hasSelectedText()


def test_who_came_with_the_tab_key_stays(qtbot: QtBot, spin: Spin) -> None:
    spin.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(spin.lineEdit(), "7")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert spin.value() == 7
    assert spin.hasFocus()


def test_escape_takes_back_what_is_typed_and_only_that(qtbot: QtBot, spin: Spin) -> None:
    escapes: list[bool] = []
    shortcut = QShortcut("Esc", spin.window())
    shortcut.activated.connect(lambda: escapes.append(True))
    click(qtbot, spin)
    before = spin.lineEdit().text()
    qtbot.keyClicks(spin.lineEdit(), "7")
    assert spin.lineEdit().text() != before
    qtbot.keyClick(spin, Qt.Key.Key_Escape)
    assert spin.lineEdit().text() == before
    assert spin.value() == 12
    assert not escapes
    qtbot.keyClick(spin, Qt.Key.Key_Escape)
    assert escapes
    assert isinstance(spin, QDoubleSpinBox) == ("." in before)
