"""Sweeps on their way out of the program: as a picture, as a drawing, and as numbers."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from pytestqt.qtbot import QtBot

from engine.experiments.sweep import Axis, Sweep
from gui.experiments.sweep_card import NOT_COMPUTED, SweepCard
from gui.experiments.sweep_picture import SweepPicture
from gui.widgets.drawings import svg_of
from gui.widgets.pictures import png_of
from gui.window.lab_page import LabPage
from gui.window.pages import EXPERIMENTS, LAB
from tests.engine.experiments.boards import deep_project, filled, grid_sweep
from tests.gui.experiments.conftest import describe, picture_of
from tests.gui.window.test_plot_exports import answer, open_menu

GAINS, DEPTHS = (0.5, 1.0, 1.5, 2.0), (1, 2, 3)
AXES = {"lines": (Axis("gain", GAINS),), "map": (Axis("gain", GAINS), Axis("depth", DEPTHS)),
        "strands": (Axis("gain", GAINS), Axis("depth", DEPTHS), Axis("width", (4, 8)))}


def shown(kind: str) -> SweepPicture:
    """Return a picture that is drawn as map, lines or strands; its last setting broke."""
    sweep = Sweep(kind, deep_project(), AXES[kind])
    return picture_of(filled(sweep, lambda *values: None if values[0] == GAINS[-1] else
                             float(values[0]) * (values[1] if len(values) > 1 else 1)))


@pytest.fixture
def card(lab: LabPage) -> SweepCard:
    lab.pages.show(EXPERIMENTS)
    assert lab.pages.experiments is not None
    lab.pages.experiments.queue.shut_down()
    return lab.pages.experiments.page.sweep


@pytest.mark.parametrize("kind", list(AXES))
def test_each_kind_is_saved_as_a_picture_a_drawing_and_a_table(
        lab: LabPage, card: SweepCard, kind: str, tmp_path: Path, qtbot: QtBot,
        monkeypatch: pytest.MonkeyPatch) -> None:
    picture = shown(kind)
    card.show_sweep(f"My {kind}", "A setting", picture, describe)
    assert lab.exports.current() is card
    said: list[Path] = []
    lab.exports.saved.connect(said.append)
    # What is said of a saved file takes some of its height.
    size = card.size()
    for ending in (".png", ".svg"):
        asked = answer(monkeypatch, tmp_path / f"{kind}{ending}")
        lab.exports.ask_picture()
        assert asked[0][0] == f"My {kind}.png", "the project's name says nothing of a sweep"
    answer(monkeypatch, tmp_path / f"{kind}.csv")
    lab.exports.ask_figures()
    assert [path.suffix for path in said] == [".png", ".svg", ".csv"]
    image = QImage(str(said[0]))
    assert image.size() == 2 * size
    drawing = ET.parse(said[1]).getroot()
    tags = [element.tag.rpartition("}")[2] for element in drawing.iter()]
    # Shapes and texts, of which other programs can change every one; pixels are the sign of what
    # it shows alone.
    assert tags.count("image") <= 1
    assert tags.count("text") > 5
    shapes = sum(tags.count(tag) for tag in ("rect", "path", "polyline", "circle"))
    assert shapes >= picture.board.sweep.size
    rows = list(csv.reader(said[2].read_text().splitlines()))
    assert len(rows) == 1 + picture.board.sweep.size
    assert rows[0][0] == "Initial scale"
    assert said[2].name in lab.message.text()


def test_a_right_click_on_the_map_opens_the_menu(lab: LabPage, card: SweepCard, qtbot: QtBot
                                                 ) -> None:
    card.show_sweep("My map", "A setting", shown("map"), describe)
    menu = open_menu(qtbot, card.map, QContextMenuEvent.Reason.Mouse)
    assert [action.text() for action in menu.actions()] == [
        "Save as PNG…", "Save as SVG…", "Save figures as CSV…"]
    menu.close()


def test_a_picture_is_at_rest(lab: LabPage, card: SweepCard, qtbot: QtBot) -> None:
    card.show_sweep("My map", "A setting", shown("map"), describe)
    calm = lab.exports._drawn(card, is_svg=False), lab.exports._drawn(card, is_svg=True)
    lab.activateWindow()
    card.map.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(card.map.hasFocus)
    assert (png_of(card), svg_of(card)) != calm, "the keyboard's cell is marked on the screen"
    assert (lab.exports._drawn(card, is_svg=False), lab.exports._drawn(card, is_svg=True)) == calm
    assert card.map.hasFocus()


def test_before_anything_is_computed_that_is_said(lab: LabPage, card: SweepCard, qtbot: QtBot
                                                  ) -> None:
    card.show_sweep("My map", "A setting", picture_of(filled(grid_sweep(), lambda *_: 1.0, ())),
                    describe)
    with qtbot.waitSignal(lab.exports.refused) as told:
        lab.exports.ask_figures()
    assert told.args == [NOT_COMPUTED]


def test_on_the_other_page_a_sweep_is_not_offered(lab: LabPage, card: SweepCard) -> None:
    lab.pages.show(LAB)
    assert lab.exports.current() is not card
