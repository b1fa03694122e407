"""The microscope's page as a whole: its parts keep the room that they need."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.microscope.lens import Lens
from gui.microscope.page import MicroscopePage


@pytest.mark.parametrize("size", [(1366, 700), (1000, 480), (760, 360)])
def test_no_card_is_squeezed_below_its_least_size(lens: Lens, qtbot: QtBot,
                                                  size: tuple[int, int]) -> None:
    page = MicroscopePage(lens)
    qtbot.addWidget(page)
    page.show_step()
    page.resize(*size)
    page.show()
    qtbot.waitExposed(page)
    for card in (page.lines, page.number, page.check, page.network, page.ladder):
        least = card.minimumSizeHint()
        assert card.height() >= least.height(), card.accessibleName()
        assert card.width() >= least.width(), card.accessibleName()
    needed = page.area.widget().minimumSizeHint().height()
    assert (page.area.verticalScrollBar().maximum() > 0) == (
        needed > page.area.viewport().height())
