"""Lines light up with their layers, and tell of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.translation.code_view import CodeView
from tests.gui.translation.scripts import HEAD, script

LAYERS = ("first", "second", "third")
BEFORE = 80


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> CodeView:
    theme.apply(qapp, "light")
    view = CodeView()
    qtbot.addWidget(view)
    view.resize(420, 260)
    view.show()
    qtbot.waitExposed(view)
    view.show_script(script(LAYERS, BEFORE, 200))
    return view


def first_line(layer: str) -> int:
    """Return a layer's first line, counted from 1."""
    return len(HEAD) + BEFORE + 2 + 2 * LAYERS.index(layer)


def place_of(view: CodeView, line: int) -> QPoint:
    """Return a point in the viewport on a line, counted from 1, that is seen."""
    rects = {block.blockNumber() + 1: rect for block, rect in view._seen()}
    rect: QRect = rects[line]
    return QPoint(30, rect.center().y())


def seen(view: CodeView) -> range:
    lines = [block.blockNumber() + 1 for block, rect in view._seen()
             if rect.bottom() <= view.viewport().height()]
    return range(lines[0], lines[-1] + 1)


def test_a_script_is_shown_from_its_network_on(view: CodeView) -> None:
    assert view.toPlainText().splitlines()[0] == HEAD[0]
    assert first_line("first") in seen(view)
    assert 1 not in seen(view)
    assert view.lit() == []


def test_the_selected_layers_lines_are_lit_and_gone_to(view: CodeView) -> None:
    view.verticalScrollBar().setValue(0)
    view.set_selected("second")
    line = first_line("second")
    assert view.lit() == [line, line + 1]
    assert line in seen(view)
    assert line - 2 in seen(view), "something of what stands before it is seen, too"
    view.set_selected("")
    assert view.lit() == []


def test_a_layer_pointed_at_elsewhere_is_lit_beside_the_selected_one(view: CodeView) -> None:
    view.set_selected("first")
    view.set_hovered("third")
    assert view.lit() == [first_line("first"), first_line("first") + 1,
                          first_line("third"), first_line("third") + 1]
    grounds = [one.format.background().color() for one in view.extraSelections()]
    assert grounds[0] == QColor(theme.current().accent_soft)
    assert grounds[-1] != grounds[0]
    view.set_hovered("")
    assert view.lit() == [first_line("first"), first_line("first") + 1]


def test_pointing_at_a_line_tells_of_its_layer(view: CodeView, qtbot: QtBot) -> None:
    told: list[str] = []
    view.layer_hovered.connect(told.append)
    QTest.mouseMove(view.viewport(), place_of(view, first_line("second") + 1))
    qtbot.waitUntil(lambda: told == ["second"])
    assert view.lit() == [first_line("second"), first_line("second") + 1]
    QTest.mouseMove(view.viewport(), place_of(view, first_line("first") - 1))
    qtbot.waitUntil(lambda: told == ["second", ""])
    assert view.lit() == []


def test_a_click_chooses_and_a_drag_selects_text(view: CodeView, qtbot: QtBot) -> None:
    chosen: list[str] = []
    view.layer_chosen.connect(chosen.append)
    here = place_of(view, first_line("third"))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=here)
    assert chosen == ["third"]
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=here)
    QTest.mouseMove(view.viewport(), here + QPoint(120, 0))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=here + QPoint(120, 0))
    assert view.textCursor().hasSelection()
    assert chosen == ["third"]


def test_the_keyboards_cursor_tells_and_enter_chooses(view: CodeView, qtbot: QtBot) -> None:
    told: list[str] = []
    chosen: list[str] = []
    view.layer_hovered.connect(told.append)
    view.layer_chosen.connect(chosen.append)
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert chosen == []
    for _ in range(first_line("first") - 1):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert told == ["first"]
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert chosen == ["first"]


def test_another_script_keeps_the_selected_layer_where_it_was(view: CodeView) -> None:
    view.set_selected("second")
    bar = view.verticalScrollBar()
    bar.setValue(first_line("second") - 5)
    view.show_script(script(LAYERS, BEFORE + 7, 200))
    assert bar.value() == first_line("second") - 5 + 7
    assert view.lit() == [first_line("second") + 7, first_line("second") + 8]


def test_colours_follow_the_theme(view: CodeView, qapp: QApplication) -> None:
    def colours() -> set[str]:
        block = view.document().findBlockByNumber(1)
        return {one.format.foreground().color().name() for one in block.layout().formats()}

    assert colours() == {theme.LIGHT.code_keyword}
    theme.apply(qapp, "dark")
    try:
        assert colours() == {theme.DARK.code_keyword}
    finally:
        theme.apply(qapp, "light")
