"""The gallery: every template is there, by family, and can be chosen with mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from pytestqt.qtbot import QtBot

from engine.errors import FormatError
from engine.spec import LayerSpec, NetworkSpec
from gui.templates import Gallery, families, templates
from gui.templates.catalogue import FOLDER, INDEX
from gui.templates.gallery import ALL
from gui.templates.picture import bar_heights


@pytest.fixture
def gallery(qtbot: QtBot) -> Gallery:
    gallery = Gallery(families())
    qtbot.addWidget(gallery)
    gallery.show()
    return gallery


def test_every_project_beside_the_index_is_in_it_once() -> None:
    listed = [template.file for template in templates()]
    assert sorted(listed) == sorted(path.name for path in FOLDER.glob("*.json")
                                    if path.name != INDEX)


def test_every_template_says_what_it_is_and_what_to_see() -> None:
    names = [template.project().name for template in templates()]
    assert len(set(names)) == len(names)
    for template in templates():
        assert template.summary.endswith(".")
        assert template.watch.endswith(".")


def test_there_is_a_tile_with_a_picture_for_every_template(gallery: Gallery) -> None:
    assert [tile.template for tile in gallery.tiles] == list(templates())
    pictures = set()
    for tile in gallery.tiles:
        assert tile.accessibleName() == tile.template.project().name
        assert tile.template.watch in tile.accessibleDescription()
        pictures.add(bytes(tile.grab().toImage().constBits()))
    assert len(pictures) == len(gallery.tiles)


def test_a_family_is_shown_alone(gallery: Gallery) -> None:
    for family in families():
        gallery.tabs.button(family.title).click()
        assert [tile.template for tile in gallery.tiles if tile.isVisibleTo(gallery)] \
            == list(family.templates)
    gallery.tabs.button(ALL).click()
    assert all(tile.isVisibleTo(gallery) for tile in gallery.tiles)


def test_keys_go_from_tile_to_tile_and_choose(qtbot: QtBot, gallery: Gallery) -> None:
    gallery.activateWindow()
    gallery.tiles[0].setFocus()
    qtbot.waitUntil(gallery.tiles[0].hasFocus)
    qtbot.keyClick(gallery.tiles[0], Qt.Key.Key_Right)
    assert gallery.tiles[1].hasFocus()
    qtbot.keyClick(gallery.tiles[1], Qt.Key.Key_Down)
    assert gallery.tiles[3].hasFocus()
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.keyClick(gallery.tiles[3], Qt.Key.Key_Return)
    assert chosen.args == [templates()[3]]
    assert not gallery.isVisible()


def test_every_word_is_seen_at_any_width(qtbot: QtBot, gallery: Gallery) -> None:
    for size in (QSize(1010, 640), QSize(780, 500)):
        gallery.resize(size)
        qtbot.waitUntil(lambda: all(
            tile.height() >= tile.heightForWidth(tile.width()) for tile in gallery.tiles))


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="list of templates"):
        families(tmp_path)
    (tmp_path / INDEX).write_text("[{}]")
    with pytest.raises(FormatError, match="list of templates"):
        families(tmp_path)


def test_a_wider_layer_is_a_taller_bar() -> None:
    network = NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("a", "dense", {"units": 64}),
        LayerSpec("b", "dropout"), LayerSpec("c", "dense", {"units": 2}),
        LayerSpec("d", "unknown")))
    wide, dropout, narrow, unknown = bar_heights(network)
    assert wide == dropout == 1.0
    assert 0 < narrow == unknown < 0.5
