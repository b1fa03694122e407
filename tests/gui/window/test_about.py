"""What the program tells about itself, and that it can be handed on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from engine.facts import facts
from gui.program import version
from gui.window.about import About, LicenceText, licence_text
from gui.window.faults import about_this_machine
from tests.gui.themed import app

__all__ = ["app"]


@pytest.fixture
def dialog(app: QApplication, qtbot: QtBot) -> About:
    shown = About()
    # So that a test decides when it is gone.
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitUntil(lambda: bool(shown.facts))
    return shown


def texts(dialog: About) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def values(dialog: About) -> list[QLabel]:
    """Return what can be selected."""
    return [label for label in dialog.findChildren(QLabel)
            if label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse]


def test_version_machine_and_facts_are_shown(dialog: About) -> None:
    shown = texts(dialog)
    assert f"Backprop Lab {version()}" in shown
    assert {"System", about_this_machine().partition(", ")[2]} <= set(shown)
    for name, value in facts().items():
        assert {name, value} <= set(shown)
    assert {"Vectors", "Threads", "Threading layer"} <= set(shown)


def test_copy_puts_every_line_on_the_clipboard(dialog: About) -> None:
    QApplication.clipboard().clear()
    dialog.copy.click()
    assert QApplication.clipboard().text().splitlines() == [
        about_this_machine(), *(f"{name}: {value}" for name, value in facts().items())]


def test_licences_open_and_can_be_read(dialog: About) -> None:
    dialog.licences.click()
    (opened,) = dialog.findChildren(LicenceText)
    assert opened.isVisible()
    assert opened.view.isReadOnly()
    assert opened.view.toPlainText() == licence_text()
    assert "MIT License" in licence_text()
    opened.accept()


def test_texts_are_selected_with_the_keyboard(dialog: About) -> None:
    by_keyboard = Qt.TextInteractionFlag.TextSelectableByKeyboard
    assert len(values(dialog)) == 1 + len(facts())
    assert all(label.textInteractionFlags() & by_keyboard for label in values(dialog))
    text = values(dialog)[1]
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert text.selectedText() == text.text()


def test_the_tab_key_goes_through_the_texts_in_order(dialog: About) -> None:
    stops = []
    while (widget := dialog.focusWidget()) not in stops:
        stops.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    wanted = ["Close", *(label.text() for label in values(dialog)), "Copy", "Licences"]
    assert [stop.text() for stop in stops] == wanted
