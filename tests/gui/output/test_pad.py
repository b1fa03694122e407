"""The pad: what is drawn, what the network sees of it, and what it answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.data import load
from engine.data.drawing.kept import drawing_of, kept
from engine.data.drawing.load import recipe_of, with_own
from engine.data.drawing.stages import Recipe, picture
from engine.data.drawing.strokes import Drawing
from engine.spec import DataSpec, DrawnSpec
from gui import theme
from gui.output import OutputPanel
from gui.output.pad import PadView
from tests.gui.output.examples import Frame, Run, dataset_of, snapshot_of
from tests.handwriting import strokes

SHAPES = load(DataSpec(source="drawn_shapes", scaling="standard"))
DIGITS = load(DataSpec(source="digits"))


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> OutputPanel:
    panel = OutputPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 240)
    panel.show()
    panel.set_run(Run(DIGITS))
    panel.show_view("pad")
    return panel


def draw(pad: PadView, digit: str, hand: str = "round") -> tuple[np.ndarray[Any, Any], ...]:
    drawn = strokes(hand, digit)
    pad.canvas.set_strokes([[(x, y, 0.0) for x, y in stroke.tolist()] for stroke in drawn])
    return drawn


def test_it_suits_grey_images_with_classes(panel: OutputPanel) -> None:
    assert panel.views() == ("images", "pad", "confusion")
    panel.set_run(Run(dataset_of(on_plane=False)))
    assert "pad" not in panel.views()


@pytest.mark.parametrize("data", [SHAPES, DIGITS], ids=["28, standardised", "8"])
def test_it_asks_with_what_training_examples_are_made_of(
    panel: OutputPanel, qtbot: QtBot, data: Any
) -> None:
    panel.set_run(Run(data))
    with qtbot.waitSignal(panel.pad.asked) as asked:
        drawn = draw(panel.pad, "2")
    assert data.image_shape is not None
    seen = picture(Drawing(drawn), recipe_of(data.image_shape))
    np.testing.assert_allclose(asked.args[0], data.as_inputs(seen.reshape(1, -1)))


def test_it_asks_again_when_the_network_has_learned(panel: OutputPanel, qtbot: QtBot) -> None:
    draw(panel.pad, "2")
    with qtbot.waitSignal(panel.pad.asked):
        panel.show_frame(Frame(snapshot_of()))
    panel.pad.canvas.clear()
    with qtbot.assertNotEmitted(panel.pad.asked):
        panel.show_frame(Frame(snapshot_of()))


def test_the_answer_is_shown_until_the_sheet_is_clear(panel: OutputPanel) -> None:
    pad = panel.pad
    draw(pad, "2")
    shares = np.full((1, 10), 0.02)
    shares[0, 2] = 0.82
    pad.show_answer(shares)
    assert pad.bars.best() == "2"
    assert pad.bars.shares()["2"] == pytest.approx(0.82)
    assert pad.bars.accessibleDescription() == "2 with 82 %."
    # Of another network, or of numbers that are none.
    for strange in (np.ones((1, 3)), np.full((1, 10), np.nan), None):
        pad.show_answer(strange)
        assert pad.bars.shares() == {}
    pad.show_answer(shares)
    pad.canvas.clear()
    assert pad.bars.shares() == {}
    pad.show_answer(shares)
    assert pad.bars.shares() == {}, "an answer that comes late"


def test_a_single_output_is_the_probability_of_the_second_class(panel: OutputPanel) -> None:
    panel.set_run(Run(dataset_of(classes=2, on_plane=False, image_shape=(8, 8))))
    draw(panel.pad, "1")
    panel.pad.show_answer(np.array([[0.9]]))
    assert panel.pad.bars.shares() == {"class 0": pytest.approx(0.1),
                                       "class 1": pytest.approx(0.9)}


def test_a_step_is_left_out_by_its_picture(panel: OutputPanel, qtbot: QtBot) -> None:
    pad = panel.pad
    panel.set_run(Run(load(DataSpec(source="drawn_digits"))))
    draw(pad, "7")
    before = pad.inputs()
    with qtbot.waitSignal(pad.asked) as asked:
        QTest.mouseClick(pad.strip.tiles["centre"], Qt.MouseButton.LeftButton)
    moved = picture(pad.drawing(), Recipe().switched("centre", on=False))
    np.testing.assert_allclose(asked.args[0], moved.reshape(1, -1))
    QTest.mouseClick(pad.strip.tiles["centre"], Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(pad.inputs(), before)


def test_on_a_light_ground_the_ink_is_dark(panel: OutputPanel) -> None:
    paper = replace(DIGITS, inputs=1 - np.asarray(DIGITS.inputs))
    panel.set_run(Run(DIGITS))
    draw(panel.pad, "4")
    bright = panel.pad.inputs()
    panel.set_run(Run(paper))
    dark = panel.pad.inputs()
    assert bright is not None
    assert dark is not None
    np.testing.assert_allclose(dark, 1 - bright)
    own = (kept(Drawing(strokes("round", "4")), "4"),)
    added = with_own(paper, DataSpec(source="digits", drawings=own)).inputs[-1]
    assert np.median(added) > 0.5


def test_the_small_digits_are_not_centred_by_mass(panel: OutputPanel) -> None:
    tiles = panel.pad.strip.tiles
    assert {key for key, tile in tiles.items() if tile.isChecked()} == {
        "crop", "scale", "pen"}
    panel.set_run(Run(SHAPES))
    assert tiles["centre"].isChecked()


def test_a_drawing_is_added_under_a_class(panel: OutputPanel, qtbot: QtBot) -> None:
    pad = panel.pad
    assert not pad.add.isEnabled()
    drawn = draw(pad, "3")
    assert not pad.add.isEnabled(), "of which class?"
    pad.classes.setCurrentText("3")
    with qtbot.waitSignal(pad.added) as added:
        pad.add.click()
    one = added.args[0]
    assert isinstance(one, DrawnSpec)
    assert one.word == "3"
    # Within a step of the grid; points that fall together are one.
    found = drawing_of(one).points / 256
    gaps = np.abs(found[:, None] - np.concatenate(drawn)).max(axis=2).min(axis=1)
    assert len(found) > 30
    assert gaps.max() <= 1 / 256
    assert not pad.canvas.is_empty(), "until it is kept"
    pad.make_room()
    assert pad.canvas.is_empty()
    pad.set_own(1)
    assert pad.count.text() == "1 of your own"
    # Another word can be typed, and Enter adds.
    draw(pad, "3")
    pad.classes.lineEdit().setText("  a   tree ")
    with qtbot.waitSignal(pad.added) as added:
        QTest.keyClick(pad.classes.lineEdit(), Qt.Key.Key_Return)
    assert added.args[0].word == "a tree"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(420, 200), (560, 240), (900, 500)])
def test_nothing_is_cut(
    panel: OutputPanel, app: QApplication, scheme: theme.Scheme, size: tuple[int, int]
) -> None:
    theme.apply(app, scheme)
    panel.resize(*size)
    draw(panel.pad, "5")
    panel.grab()
    pad = panel.pad
    assert pad.canvas.sheet().width() >= 100
    for part in (pad.bars, pad.strip, pad.undo, pad.clear, pad.thickness):
        assert part.visibleRegion().boundingRect().size() == part.size(), part.accessibleName()
        assert part.height() >= part.minimumSizeHint().height()
    for child in (pad.canvas, pad.strip.tiles["pen"], pad.undo, pad.clear, pad.thickness,
                  pad.classes, pad.add, pad.files):
        assert child.accessibleName()
        assert child.focusPolicy() & Qt.FocusPolicy.TabFocus
