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
    wanted = [k.title for k in kinds() if k.insertable and k.fewest_inputs == 1]
    assert [chip.text() for chip in palette.chips] == wanted
    for chip in palette.chips:
        assert chip.kind.help.split(".")[0] in chip.toolTip()
        assert chip.accessibleName()
        assert not chip.icon().isNull()


def test_double_click_and_enter_ask_for_a_layer(palette: LayerPalette, qtbot: QtBot) -> None:
    asked: list[str] = []
    palette.insert_requested.connect(asked.append)
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
