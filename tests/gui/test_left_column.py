"""The left column: panels stand together where there is room, and take turns where not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.left_column import LeftColumn


class Panel(QWidget):
    def __init__(self, height: int) -> None:
        super().__init__()
        self._height = height

    def sizeHint(self) -> QSize:
        return QSize(200, self._height)


@pytest.fixture
def panels() -> dict[str, Panel]:
    return {"data": Panel(400), "layers": Panel(80), "inspector": Panel(500)}


@pytest.fixture
def column(qtbot: QtBot, panels: dict[str, Panel]) -> LeftColumn:
    column = LeftColumn(*panels.values())
    qtbot.addWidget(column)
    column.resize(250, 600)
    column.show()
    return column


def seen(panels: dict[str, Panel]) -> set[str]:
    return {name for name, panel in panels.items() if panel.isVisible()}


@pytest.mark.parametrize(("height", "tabs", "visible"), [
    (600, ("data", "layers", "inspector"), {"data"}),
    (800, ("data", "layers"), {"data", "inspector"}),
    (1200, (), {"data", "layers", "inspector"}),
])
def test_what_fits_stands_together(
    column: LeftColumn, panels: dict[str, Panel], height: int, tabs: tuple[str, ...],
    visible: set[str],
) -> None:
    for other in (1200, 600, height):
        column.resize(250, other)
    assert column.tabs() == tabs
    assert seen(panels) == visible


def test_a_tab_brings_its_panel(
    qtbot: QtBot, column: LeftColumn, panels: dict[str, Panel]
) -> None:
    for name in ("layers", "inspector", "data"):
        qtbot.mouseClick(column._tabs.button(name), Qt.MouseButton.LeftButton)
        assert seen(panels) == {name}
        assert column.current() == name


def test_a_panel_on_a_card_of_its_own_needs_no_turn(
    column: LeftColumn, panels: dict[str, Panel]
) -> None:
    column.resize(250, 800)
    column.show_panel("inspector")
    assert column.current() == "data"
    assert seen(panels) == {"data", "inspector"}
