"""Sounds in the views of the output: their spectrograms, and what a click lets one hear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.data.modality import Modality
from engine.data.waveform import Waveform
from engine.errors import DataError
from gui import theme
from gui.output import OutputPanel
from gui.output.pixels import example_image
from gui.output.sample_grid import LARGEST_TILE_PX, SampleGrid
from tests.gui.output.examples import Frame, Run, dataset_of, sample_of
from tests.gui.widgets.sound_library import Library, with_library, without_library

FRAMES, BANDS = 6, 4


def sounds() -> Dataset:
    plain = dataset_of(classes=3, on_plane=False)
    inputs = np.random.default_rng(0).random((len(plain.labels), FRAMES * BANDS))
    return replace(plain, inputs=inputs, modality=Modality("sound", (FRAMES, BANDS)),
                   sound_of=lambda row: Waveform(8000, np.full(100 + row, 0.1, np.float32)))


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> OutputPanel:
    panel = OutputPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 260)
    panel.show()
    return panel


def grid_of(panel: OutputPanel, data: Dataset) -> SampleGrid:
    panel.set_run(Run(data))
    panel.show_frame(Frame(sample_of(data)))
    panel.show_view("images")
    panel.grab()
    grid = panel.findChild(SampleGrid)
    assert isinstance(grid, SampleGrid)
    return grid


def click(grid: SampleGrid, place: int = 0) -> None:
    tiles = grid._tiles
    QTest.mouseClick(tiles, Qt.MouseButton.LeftButton, pos=tiles._place(place).center())


def test_a_spectrogram_has_time_to_the_right_and_loud_as_bright(app: QApplication) -> None:
    example = Modality("sound", (FRAMES, BANDS))
    values = np.zeros((FRAMES, BANDS))
    values[5, 0] = 1.0
    picture = example_image(values.ravel(), example, (0.0, 1.0))
    assert (picture.width(), picture.height()) == (FRAMES, BANDS)
    loud = picture.pixelColor(5, BANDS - 1)
    quiet = picture.pixelColor(0, 0)
    scale = theme.sequential_map()
    assert (loud.red(), loud.green(), loud.blue()) == tuple(scale[255])
    assert (quiet.red(), quiet.green(), quiet.blue()) == tuple(scale[0])


def test_a_click_plays_the_example(panel: OutputPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    library = with_library(monkeypatch, Library())
    data = sounds()
    grid = grid_of(panel, data)
    click(grid, 1)
    row = grid.shown()[1].row
    assert [len(samples) for samples, _ in library.played] == [100 + row]
    assert "Click to hear it." in grid._tiles._said_of(grid.shown()[0])
    grid.set_dataset(data)
    assert library.stops == 1


def test_a_click_says_why_nothing_is_heard(panel: OutputPanel,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: said.append(text))
    without_library(monkeypatch)
    click(grid_of(panel, sounds()))
    assert "sounddevice" in said[-1]

    def gone(_row: int) -> Waveform:
        raise DataError("sound.no-bytes", place="a.wav")

    click(grid_of(panel, replace(sounds(), sound_of=gone)))
    assert said[-1].startswith("a.wav: a file of 0 bytes")


def test_a_tile_is_wide_enough_for_the_names_of_the_classes(panel: OutputPanel) -> None:
    data = dataset_of(classes=3, on_plane=False, image_shape=(4, 4))
    tiles = grid_of(panel, replace(data, class_names=("0", "1", "2")))._tiles
    narrow = tiles._tile().width()
    tiles = grid_of(panel, replace(data, class_names=("aeroplane", "frog", "ship")))._tiles
    assert tiles._tile().width() > narrow
    # A very long name is cut instead.
    tiles = grid_of(panel, replace(data, class_names=("a" * 400, "frog", "ship")))._tiles
    assert tiles._columns() >= 2
    assert tiles._least <= theme.px(LARGEST_TILE_PX)


def test_images_are_silent(panel: OutputPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    library = with_library(monkeypatch, Library())
    grid = grid_of(panel, dataset_of(classes=3, on_plane=False, image_shape=(4, 4)))
    click(grid)
    QTest.mouseClick(grid._tiles, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert library.played == []
    assert "hear" not in grid._tiles._said_of(grid.shown()[0])
