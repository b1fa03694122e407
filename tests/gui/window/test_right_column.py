"""The column of instruments has room for what stands in it."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from gui import theme
from gui.widgets import Segmented, ViewCard
from gui.window.right_column import LEAST_PX, RightColumn
from tests.gui.themed import app

__all__ = ["app"]


def test_tabs_that_come_later_are_not_cut(app: QApplication, qtbot: QtBot) -> None:
    tabs, card, column, body = Segmented(("Lines",)), ViewCard("Gradients"), RightColumn(), \
        QSplitter()
    qtbot.addWidget(body)
    card.add_header_widget(tabs)
    column.addWidget(card)
    body.addWidget(QWidget())
    body.addWidget(column)
    body.resize(700, 300)
    body.show()
    body.setSizes([700, 1])
    assert column.width() == theme.px(LEAST_PX)
    tabs.set_options(("Lines", "Waterfall", "Update by weight", "Through time", "Histograms"))
    qtbot.waitUntil(lambda: column.width() > theme.px(LEAST_PX))
    assert tabs.width() >= tabs.sizeHint().width()
