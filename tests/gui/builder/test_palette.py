from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from pytestqt.qtbot import QtBot

from engine.layers import kinds
from gui.builder.palette import LayerPalette
from gui.builder.rows_model import MIME_KIND


@pytest.fixture
def palette(qtbot: QtBot) -> LayerPalette:
    palette = LayerPalette()
    qtbot.addWidget(palette)
    palette.resize(210, 200)
    palette.show()
    return palette


def test_there_is_a_chip_for_every_kind_that_can_be_inserted(palette: LayerPalette) -> None:
    wanted = [k.title for k in kinds() if k.insertable]
    assert sorted(chip.text() for chip in palette.chips) == sorted(wanted)
    assert {"Add", "Concatenate"} <= set(wanted)
    for chip in palette.chips:
        assert chip.kind.help.split(".")[0] in chip.toolTip()
        assert chip.accessibleName()
        assert not chip.icon().isNull()


def test_double_click_and_enter_ask_for_a_layer(palette: LayerPalette, qtbot: QtBot) -> None:
    asked: list[str] = []
    palette.insert_requested.connect(asked.append)
    palette.show_group("Basic")
    qtbot.mouseDClick(palette.chips[0], Qt.MouseButton.LeftButton)
    qtbot.keyClick(palette.chips[1], Qt.Key.Key_Enter)
    qtbot.mouseClick(palette.chips[2], Qt.MouseButton.LeftButton)
    assert asked == [chip.kind.key for chip in palette.chips[:2]]


def test_dragging_a_chip_carries_its_kind(palette: LayerPalette, qtbot: QtBot,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[bytes] = []

    def fake_exec(drag: QDrag, *_actions: Qt.DropAction) -> Qt.DropAction:
        carried.append(bytes(drag.mimeData().data(MIME_KIND).data()))
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", fake_exec)
    chip = palette.chips[-1]
    palette.show_group(chip.kind.group)
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(chip, left, pos=QPoint(10, 10))
    qtbot.mouseMove(chip, QPoint(12, 11))
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    for way in (2, 60):
        point = QPointF(10 + way, 10)
        chip.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, point, point, left, left,
                                        Qt.KeyboardModifier.NoModifier))
    assert carried == [chip.kind.key.encode()]


def test_groups_show_their_chips_alone(palette: LayerPalette, qtbot: QtBot) -> None:
    assert palette.groups.options() == tuple(dict.fromkeys(
        kind.group for kind in kinds() if kind.insertable))
    for group in palette.groups.options():
        qtbot.mouseClick(palette.groups.button(group), Qt.MouseButton.LeftButton)
        shown = [chip.text() for chip in palette.chips if chip.isVisible()]
        assert shown == [k.title for k in kinds() if k.insertable and k.group == group]
        assert all(title in palette.groups.button(group).toolTip() for title in shown)


def test_arrow_keys_go_from_group_to_group(palette: LayerPalette, qtbot: QtBot) -> None:
    first, second = palette.groups.options()[:2]
    qtbot.keyClick(palette.groups.button(first), Qt.Key.Key_Right)
    assert palette.groups.current() == second
    assert {chip.kind.group for chip in palette.chips if chip.isVisible()} == {second}


def test_groups_go_to_new_lines_where_it_is_narrow(palette: LayerPalette) -> None:
    buttons = [palette.groups.button(key) for key in palette.groups.options()]
    assert all(button.geometry().right() <= palette.width() for button in buttons)
    assert len({button.y() for button in buttons}) > 1
    assert "&&" in palette.groups.button("Normalize & regularize").text()
