"""What gives way in a small window, and what stands together in a large one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui import theme
from gui.builder.columns import MINI
from gui.window.body import Body
from gui.window.lab_page import LabPage
from tests.gui.documents import make_deep

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def large_text(qapp: QApplication, lab: LabPage) -> Iterator[LabPage]:
    theme.set_scale(qapp, 1.5)
    lab.resize(1366, 768)
    yield lab
    theme.set_scale(qapp, 1.0)


def seen(lab: LabPage, widget: QWidget) -> QRect:
    """Return which part of the window a widget has that can be seen."""
    return widget.visibleRegion().boundingRect().translated(widget.mapTo(lab, QPoint(0, 0)))


def test_at_one_and_a_half_times_the_size_rows_and_output_are_seen(
    qtbot: QtBot, large_text: LabPage
) -> None:
    lab, body = large_text, large_text.body
    make_deep(lab.document, 10, 16, "sigmoid")
    qtbot.waitUntil(body.is_folded)
    qtbot.wait(10)
    for bar in (body.horizontalScrollBar(), body.verticalScrollBar()):
        assert bar.maximum() == 0, "nothing has to be scrolled to"
    rows = lab.network.rows
    assert rows.density is MINI
    whole = [n for n in range(12) if rows.viewport().rect().contains(
        rows.visualRect(rows.model_of_rows.index(n)))]
    assert len(whole) >= 11
    assert lab.output.isVisible()
    assert seen(lab, lab.output) == QRect(lab.output.mapTo(lab, QPoint(0, 0)), lab.output.size())
    assert lab.output.height() >= theme.px(200)


def test_the_rail_lays_a_panel_over_the_network_and_takes_it_away(
    qtbot: QtBot, large_text: LabPage
) -> None:
    lab, body = large_text, large_text.body
    qtbot.waitUntil(body.is_folded)
    buttons = body.rail.buttons
    assert not lab.left.isVisible()
    width = lab.network.width()
    qtbot.mouseClick(buttons["data"], LEFT)
    assert lab.data_panel.isVisible()
    assert lab.network.width() == width
    qtbot.mouseClick(buttons["inspector"], LEFT)
    assert lab.inspector.isVisible()
    assert not lab.data_panel.isVisible()
    assert lab.left.geometry().left() >= body.rail.width()
    qtbot.mouseClick(buttons["inspector"], LEFT)
    assert not lab.left.isVisible()
    qtbot.mouseClick(buttons["layers"], LEFT)
    lab.window().activateWindow()
    qtbot.waitUntil(lab.isActiveWindow)
    qtbot.keyClick(lab, Qt.Key.Key_Escape)
    assert not lab.left.isVisible()
    qtbot.mouseClick(buttons["layers"], LEFT)
    lab.sheet.show_over(lab.network)
    for _ in range(2):
        qtbot.keyClick(lab, Qt.Key.Key_Escape)
    assert not lab.left.isVisible()
    assert not lab.sheet.isVisible()
    for button in buttons.values():
        assert button.accessibleName()
        assert button.toolTip()


def test_what_was_folded_comes_back(qtbot: QtBot, large_text: LabPage, qapp: QApplication) -> None:
    lab, body = large_text, large_text.body
    qtbot.waitUntil(body.is_folded)
    theme.set_scale(qapp, 1.0)
    qtbot.waitUntil(lambda: not body.is_folded())
    assert lab.left.isVisible()
    assert not body.rail.isVisible()
    qtbot.waitUntil(lambda: lab.right.turns() == ())
    for view in (lab.loss, lab.gradients, lab.output):
        assert view.isVisible()
    assert lab.left.width() >= theme.px(240)
    assert lab.left.mapTo(body, QPoint(lab.left.width(), 0)).x() <= \
        lab.network.mapTo(body, QPoint(0, 0)).x()


@pytest.mark.parametrize(("height", "turns", "shown"), [
    (768, (), ("loss", "gradients", "output")),
    (600, ("loss", "gradients"), ("loss", "output")),
    (460, ("loss", "gradients", "output"), ("output",)),
])
def test_instruments_take_turns_where_the_window_is_low(
    qtbot: QtBot, lab: LabPage, height: int, turns: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    lab.resize(1366, height)
    qtbot.waitUntil(lambda: lab.right.turns() == turns)
    views = {"loss": lab.loss, "gradients": lab.gradients, "output": lab.output}
    assert tuple(key for key, view in views.items() if view.isVisible()) == shown
    if turns:
        lab.right.show_view("gradients")
        assert lab.gradients.isVisible()
        assert not lab.loss.isVisible()
        assert lab.output.isVisible() == ("output" not in turns)


@pytest.mark.parametrize(("width", "height"), [(1600, 900), (1600, 1000), (1920, 1080)])
def test_from_1600_px_on_palette_and_inspector_stand_together(
    qtbot: QtBot, lab: LabPage, width: int, height: int
) -> None:
    assert not lab.left.is_wide()
    lab.resize(width, height)
    qtbot.waitUntil(lab.left.is_wide)
    lab.left.show_panel("layers")
    qtbot.wait(10)
    for panel in (lab.palette_panel, lab.inspector):
        assert seen(lab, panel).size() == panel.size(), "nothing of it has to be scrolled to"
    lab.resize(1366, 768)
    qtbot.waitUntil(lambda: not lab.left.is_wide())
    assert isinstance(lab.body, Body)
    assert lab.left.width() < theme.px(300)
