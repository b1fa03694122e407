"""A page beside the work: links, the way back, what is found, numbers, readable formulas."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.pages.catalogue import Catalogue
from gui import theme
from gui.pages.panel import PagesPanel
from gui.pages.sheet import OBJECT
from gui.pages.trail import Stop
from tests.gui.themed import app

__all__ = ["app"]
LEFT = Qt.MouseButton.LeftButton
KNOWN: dict[str, str] = {}


def known(names: Iterable[str]) -> dict[str, str]:
    return {name: KNOWN[name] for name in names if name in KNOWN}


@pytest.fixture
def panel(qtbot: QtBot, app: QApplication) -> PagesPanel:
    KNOWN.clear()
    panel = PagesPanel(Catalogue(), known)
    qtbot.addWidget(panel)
    panel.resize(520, 560)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def text_of(panel: PagesPanel) -> str:
    return panel.sheet.toPlainText()


def test_a_page_shows_title_formula_text_and_source(panel: PagesPanel) -> None:
    panel.open("theory/update")
    text = text_of(panel)
    assert text.startswith("Update")
    assert OBJECT in text
    assert "Cauchy" in text
    assert panel.sheet.verticalScrollBar().value() == 0
    assert "θ_(t+1) = θ_t" in panel.sheet.accessibleDescription()


def test_numbers_are_put_in_and_what_is_unknown_is_left_out(panel: PagesPanel) -> None:
    KNOWN.update(first_layer="layer 1", first_gradient="5.9e-08", last_layer="layer 11",
                 last_gradient="6.2e-02", ratio="9.5e-07", weight_layers="11", per_layer="0.25")
    panel.open("theory/vanishing")
    assert "Here layer 1 has a gradient of 5.9e-08" in text_of(panel)
    KNOWN["ratio"] = "1.2e-05"
    panel.show_numbers()
    assert "a ratio of 1.2e-05" in text_of(panel)
    del KNOWN["ratio"]
    panel.show_numbers()
    assert "Here layer 1" not in text_of(panel)
    assert "On its way back" in text_of(panel)


def test_a_page_stays_where_it_is_while_its_numbers_change(panel: PagesPanel) -> None:
    panel.resize(520, 260)
    KNOWN.update(gradient_norm="1.0e+00")
    panel.open("theory/exploding")
    bar = panel.sheet.verticalScrollBar()
    bar.setValue(30)
    KNOWN["gradient_norm"] = "2.0e+00"
    panel.show_numbers()
    assert "2.0e+00" in text_of(panel)
    assert bar.value() == 30
    panel.sheet.selectAll()
    KNOWN["gradient_norm"] = "3.0e+00"
    panel.show_numbers()
    assert "2.0e+00" in text_of(panel)


def test_links_lead_on_and_the_way_leads_back(panel: PagesPanel, qtbot: QtBot) -> None:
    panel.open("theory/update")
    with qtbot.waitSignal(panel.shown):
        panel.sheet.anchorClicked.emit(QUrl("page:theory/momentum"))
    assert panel.current() == "theory/momentum"
    qtbot.mouseClick(panel.back, LEFT)
    assert panel.current() == "theory/update"
    assert not panel.back.isEnabled()
    qtbot.mouseClick(panel.forward, LEFT)
    assert text_of(panel).startswith("Momentum")
    qtbot.mouseClick(panel.contents, LEFT)
    assert panel.current() == ""
    assert "Activation functions" in text_of(panel)
    panel.open("theory/no_such_page")
    assert panel.trail.here == Stop("contents")


def test_words_are_looked_for(panel: PagesPanel, qtbot: QtBot) -> None:
    panel.open("theory/update")
    qtbot.keyClicks(panel.search, "edge of chaos")
    assert "Chi, a factor for each layer" in text_of(panel)
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert panel.current() == "theory/chi"
    qtbot.mouseClick(panel.back, LEFT)
    assert panel.search.text() == "edge of chaos"
    panel.search.selectAll()
    qtbot.keyClicks(panel.search, "zzz")
    assert "Nothing found" in text_of(panel)
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert "Nothing found" in text_of(panel)


def test_escape_and_the_cross_close_it(panel: PagesPanel, qtbot: QtBot) -> None:
    panel.open("theory/update")
    with qtbot.waitSignal(panel.closed):
        qtbot.mouseClick(panel.close_button, LEFT)
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(panel.sheet, Qt.Key.Key_Escape)


def test_formulas_have_the_colour_of_the_text_and_of_another_theme(
        panel: PagesPanel, qapp: QApplication) -> None:
    panel.open("theory/update")
    for scheme in ("light", "dark"):
        theme.apply(qapp, scheme)
        qapp.processEvents()
        image = panel.sheet.grab().toImage()
        names = {image.pixelColor(x, y).name() for x in range(image.width())
                 for y in range(40, 100)}
        assert theme.current().text in names


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("key", ["theory/covariance", "layers/lstm", "theory/through_time"])
def test_the_widest_formulas_need_no_scrolling_sideways(
        panel: PagesPanel, qapp: QApplication, scale: float, key: str) -> None:
    theme.set_scale(qapp, scale)
    panel.resize(round(500 * scale), 560)
    panel.open(key)
    assert panel.sheet.horizontalScrollBar().maximum() == 0


def test_what_is_copied_has_formulas_as_signs(panel: PagesPanel) -> None:
    panel.open("theory/momentum")
    panel.sheet.moveCursor(QTextCursor.MoveOperation.Start)
    panel.sheet.selectAll()
    copied = panel.sheet.createMimeDataFromSelection().text()
    assert OBJECT not in copied
    assert "v_(t+1) = μv_t - ηg_t, θ_(t+1)" in copied
    assert copied.startswith("Momentum\n")


def test_a_spoiled_page_is_told_of(panel: PagesPanel, tmp_path: Path) -> None:
    folder = tmp_path / "theory"
    folder.mkdir()
    (folder / "bad.md").write_text("No title\n", "utf-8")
    spoiled = Catalogue(tmp_path)
    panel.catalogue = spoiled
    panel.open("theory/bad")
    assert "theory/bad.md, line 1" in text_of(panel)
