"""The left column: panels stand together where there is room, and take turns where not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui import theme
from gui.builder.inspector import Inspector
from gui.builder.palette import LayerPalette
from gui.data.data_panel import DataPanel
from gui.document.document import Document
from gui.window.left_column import SMALLEST_INSPECTOR, LeftColumn, stops


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


def settle() -> None:
    """Let Qt lay everything out; scroll bars come and go in a second round."""
    for _ in range(3):
        QApplication.processEvents()


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


def test_the_inspector_has_what_the_panel_above_leaves(
    column: LeftColumn, panels: dict[str, Panel]
) -> None:
    column.resize(250, 800)
    settle()
    below_data = column._panels["inspector"].height()
    column.show_panel("layers")
    settle()
    assert column._panels["inspector"].height() >= below_data + 300
    assert column._panels["layers"].height() < 120


def test_tabs_say_what_they_are_for_and_come_first(
    column: LeftColumn, panels: dict[str, Panel]
) -> None:
    for name, panel in panels.items():
        QVBoxLayout(panel).addWidget(QPushButton(name))
    for height in (800, 600, 1200, 800):
        column.resize(250, height)
        settle()
        names = [stop.accessibleName() or stop.text() for stop in stops(column)]
        # Only the tab that is chosen is a stop; arrow keys go to the others.
        tabs = ["Data"] if column.tabs() else []
        assert names == [*tabs, "data", "layers", "inspector"], height
    assert all(column._tabs.button(key).toolTip() for key in column.tabs())


@pytest.fixture
def real(qtbot: QtBot) -> Iterator[LeftColumn]:
    document = Document()
    data = DataPanel(document)
    column = LeftColumn(data, LayerPalette(), Inspector(document))
    qtbot.addWidget(column)
    column.show()
    yield column
    data.shut_down()


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("height", [500, 700, 846, 1300])
def test_nothing_is_cut_off_at_the_side(
    qapp: QApplication, real: LeftColumn, scale: float, height: int
) -> None:
    theme.set_scale(qapp, scale)
    try:
        # The narrowest that the window allows.
        real.resize(theme.px(240), theme.px(height))
        inspector = real.findChild(Inspector)
        inspector.extras.header.click()
        inspector.figures["activation"].setText("−2.0e+08 ± 3.4e+37")
        for key in real.tabs() or ("data",):
            real.show_panel(key)
            settle()
            for scrolled in real._panels.values():
                if not scrolled.isVisible():
                    continue
                room = scrolled.viewport().width()
                assert scrolled.widget().width() == room
                for part in scrolled.widget().findChildren(QWidget):
                    if part.isVisible():
                        right = part.mapTo(scrolled.widget(), QPoint(part.width(), 0)).x()
                        assert right <= room, part
                        assert part.width() >= min(part.minimumSizeHint().width(), theme.px(87)) \
                            or isinstance(part, QAbstractSpinBox), part
    finally:
        theme.set_scale(qapp, 1.0)


def test_a_long_message_is_whole_and_squeezes_nothing(real: LeftColumn) -> None:
    data = real.findChild(DataPanel)
    real.resize(252, 620)
    settle()
    heights = [tile.height() for tile in data.tiles.values()]
    data.message.show_message("The file cannot be read: line 37 has 12 cells where the line of "
                              "titles has 11, and 14 further lines have other numbers. " * 3, "bad")
    settle()
    message = data.message
    assert message.height() >= message.heightForWidth(message.width())
    assert [tile.height() for tile in data.tiles.values()] == heights
    assert real._panels["data"].verticalScrollBar().isVisible(), "the rest is scrolled to"


def test_at_1600_by_1000_the_inspector_fits_below_the_layers(real: LeftColumn) -> None:
    real.resize(252, 846)
    real.show_panel("layers")
    settle()
    assert not real._panels["inspector"].verticalScrollBar().isVisible()
    assert not real._panels["layers"].verticalScrollBar().isVisible()


def test_no_group_of_layers_pushes_the_inspector_out_of_sight(
    qtbot: QtBot, real: LeftColumn
) -> None:
    palette = real.findChild(LayerPalette)
    real.resize(252, 846)
    real.show_panel("layers")
    for group in palette.groups.options():
        palette.show_group(group)
        bar = real._panels["layers"].verticalScrollBar()
        settle()
        qtbot.waitUntil(lambda bar=bar: not bar.isVisible())
        settle()
        shown = [chip for chip in palette.chips if chip.isVisible()]
        assert {chip.kind.group for chip in shown} == {group}
        assert not bar.isVisible(), group
        card = real._cards["inspector"]
        assert card.height() >= theme.px(SMALLEST_INSPECTOR), group
        assert card.mapTo(real, QPoint(0, card.height())).y() <= real.height(), group
