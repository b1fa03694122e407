"""The script of another library stands beside the network, and follows it while it trains."""

from __future__ import annotations

import ast

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from gui.translation.pane import TranslationPane
from gui.workbench.state import State
from tests.e2e.conftest import START_MS, Person

pytestmark = pytest.mark.e2e


def opened(person: Person) -> TranslationPane:
    """Press Ctrl+E, and wait for the script."""
    person.window.activateWindow()
    person.qtbot.waitUntil(person.window.isActiveWindow)
    person.qtbot.keyClick(person.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    return settled(person)


def settled(person: Person) -> TranslationPane:
    desk = person.lab.translation
    person.qtbot.waitUntil(lambda: desk.pane is not None and not desk.is_busy, timeout=START_MS)
    assert desk.pane is not None
    return desk.pane


def line_below(person: Person, pane: TranslationPane, line: int) -> QPoint:
    """Return a point on a line, counted from 1, that is seen."""
    places = {block.blockNumber() + 1: rect for block, rect in pane.code._seen()}
    return QPoint(60, places[line].center().y())


def test_the_network_is_read_in_three_libraries(person: Person) -> None:
    layers = [layer.id for layer in list(person.lab.document.project.network)[1:]]
    pane = opened(person)
    for library, word in (("numpy", "class Dense"), ("pytorch", "nn.Linear("),
                          ("keras", "layers.Dense(")):
        if library != pane.library:
            person.click(pane.switch.button(library))
            settled(person)
        script = pane.code.script
        assert script is not None, pane.refusal
        assert word in script.text
        ast.parse(script.text)
        assert set(script.lines) == set(layers)
        person.click(pane.copy_button)
        assert QGuiApplication.clipboard().text() == script.text


def test_rows_and_lines_light_one_another_and_share_what_is_selected(person: Person) -> None:
    lab = person.lab
    pane = opened(person)
    person.click_layer(2)
    layers = [layer.id for layer in lab.document.project.network]
    script = pane.code.script
    assert script is not None
    first, last = script.lines[layers[2]][0]
    assert pane.code.lit()[:last - first + 1] == list(range(first, last + 1))
    other = script.lines[layers[1]][0][0]
    at = line_below(person, pane, other)
    QTest.mouseMove(pane.code.viewport(), at)
    person.qtbot.waitUntil(lambda: lab.network.rows.hovered == 1)
    person.click(pane.code.viewport(), at)
    assert lab.document.selected == layers[1]
    assert lab.network.rows.currentIndex().row() == 1
    assert lab.inspector.isVisible()


def test_it_follows_edits_while_the_run_goes_on(person: Person) -> None:
    lab, bench = person.lab, person.lab.workbench
    pane = opened(person)
    person.click(lab.transport.toggle)
    person.qtbot.waitUntil(lambda: bench.runs["A"].step > 200, timeout=START_MS)
    lab.document.set_training(learning_rate=0.00123)
    settled(person)
    script = pane.code.script
    assert script is not None
    assert "LEARNING_RATE = 0.00123" in script.text
    assert "weights of step" in pane.foot.text()
    assert bench.state is State.RUNNING, "nothing has stopped the run for it"
    before = bench.runs["A"].step
    person.qtbot.waitUntil(lambda: bench.runs["A"].step > before, timeout=START_MS)
    person.click(lab.transport.toggle)
    lab.document.select(lab.document.project.network.layers[1].id)
    lab.document.set_option(lab.document.selected, "units", 11)
    settled(person)
    assert pane.code.script is not None
    assert "11" in pane.code.script.text.split("def make", 1)[-1]
    assert "first weights" in pane.foot.text()
