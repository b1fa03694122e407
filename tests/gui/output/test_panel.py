"""The output panel offers the views that suit the data, and they show what the snapshot says."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Evaluation
from gui import theme
from gui.output import OutputPanel
from gui.output.confusion import ConfusionView
from gui.output.outcomes import Outcome, outcomes
from gui.output.plane import PlaneView
from gui.output.sample_grid import SampleGrid
from gui.output.sample_table import SampleTable
from gui.widgets import ElidedLabel
from tests.gui.output.examples import Frame, Run, dataset_of, sample_of, snapshot_of
from tests.gui.output.scenes import sentences

PLANE = dataset_of()
DIGITS = dataset_of(classes=10, on_plane=False, image_shape=(8, 8))
TABLE = dataset_of(classes=3, on_plane=False)


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> OutputPanel:
    panel = OutputPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 245)
    panel.show()
    return panel


@pytest.mark.parametrize(("dataset", "views"), [
    (PLANE, ("boundary", "confusion")),
    (dataset_of("regression"), ("surface", "scatter")),
    (dataset_of("regression", on_plane=False), ("scatter",)),
    (DIGITS, ("images", "pad", "confusion")),
    (TABLE, ("table", "confusion")),
], ids=["points", "regression plane", "regression table", "digits", "table"])
def test_views_suit_the_data(
    panel: OutputPanel, dataset: Dataset, views: tuple[str, ...]
) -> None:
    panel.set_run(Run(dataset))
    assert panel.views() == views
    assert panel.view() == views[0]
    for view in views:
        panel.show_view(view)
        panel.grab()


def test_choice_of_view_outlives_a_reset(panel: OutputPanel) -> None:
    panel.set_run(Run(PLANE))
    panel.show_view("confusion")
    panel.set_run(Run(PLANE))
    assert panel.view() == "confusion"


def test_scores_of_a_classification(panel: OutputPanel) -> None:
    panel.set_run(Run(dataset_of(classes=4)))
    panel.set_chance(math.log(4))
    assert panel.scores()["Accuracy, train"] == "–"
    panel.show_frame(Frame(snapshot_of()))
    assert panel.scores() == {
        "Accuracy, train": "90.0 %", "Accuracy, validation": "87.5 %", "Loss, train": "0.250",
        "Loss, validation": "0.500", "Loss at chance −ln(1/4)": "1.386",
    }
    # Of ten sigmoid units, and of a loss that has no such number.
    panel.set_chance(0.325)
    assert panel.scores()["Loss at chance"] == "0.325"
    panel.set_chance(math.nan)
    assert not any("chance" in name for name in panel.scores())


def test_scores_stand_in_a_table(panel: OutputPanel) -> None:
    panel.set_run(Run(dataset_of(classes=4)))
    panel.set_chance(math.log(4))
    panel.show_frame(Frame(snapshot_of()))
    panel.grab()
    spots = {label.text(): label.mapTo(panel, label.rect().topRight())
             for label in panel._scores.findChildren(QLabel)}
    train, validation = spots["train"].x(), spots["validation"].x()
    assert spots["90.0 %"].x() == spots["0.250"].x() == train < validation
    assert spots["87.5 %"].x() == spots["0.500"].x() == spots["1.386"].x() == validation
    assert spots["Accuracy"].y() == spots["90.0 %"].y() < spots["Loss"].y() == spots["0.250"].y()


def cut_labels(panel: OutputPanel) -> list[str]:
    cut = []
    for label in panel._scores.findChildren(QLabel):
        text = label.shown() if isinstance(label, ElidedLabel) else label.text()
        right = label.mapTo(panel, label.rect().topRight()).x()
        if label.fontMetrics().horizontalAdvance(text) > label.width() or right >= panel.width():
            cut.append(text)
    return cut


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("view", ["boundary", "confusion"])
def test_no_score_is_cut_where_room_is_short(
    app: QApplication, panel: OutputPanel, qtbot: QtBot, view: str, scale: float
) -> None:
    theme.set_scale(app, scale)
    panel.resize(theme.px(330), theme.px(200))
    panel.set_run(Run(PLANE))
    panel.set_chance(math.log(2))
    panel.show_view(view)
    loss = Evaluation(3.1e10, 1.0, 20)
    panel.show_frame(Frame(replace(snapshot_of(), training=loss, validation=loss)))
    assert panel.scores()["Loss, train"] == "3.10e10"
    qtbot.waitUntil(lambda: cut_labels(panel) == [])
    assert panel._scores._chance.shown().startswith("Loss at chance")
    assert panel._title.shown() == "Output"


def test_small_losses_keep_their_width(panel: OutputPanel) -> None:
    panel.set_run(Run(PLANE))
    widths = set()
    for value in (0.5, 1.25e-4, 3.1e-9):
        loss = Evaluation(value, 1.0, 20)
        panel.show_frame(Frame(replace(snapshot_of(), training=loss, validation=loss)))
        panel.grab()
        widths.add(panel._side.sizeHint().width())
    assert panel.scores()["Loss, train"] == "3.10e-9"
    assert len(widths) == 1, "the picture beside them would jump"


def test_points_are_shown_before_there_is_a_run(panel: OutputPanel) -> None:
    panel.set_dataset(PLANE)
    assert panel.views() == ("boundary", "confusion")
    assert points_drawn(panel._views["boundary"]) > 0
    assert panel.scores()["Accuracy, train"] == "–"
    panel.set_run(Run(PLANE))
    panel.show_frame(Frame(snapshot_of()))
    panel.set_dataset(PLANE)
    assert panel.scores()["Accuracy, train"] == "90.0 %", "the data shown already change nothing"


def test_frames_of_the_run_before_tell_of_other_examples(panel: OutputPanel) -> None:
    panel.set_run(Run(PLANE))
    panel.set_dataset(DIGITS)
    panel.show_frame(Frame(snapshot_of(confusion=np.array([[8, 2], [1, 9]]))))
    assert panel.scores()["Accuracy, train"] == "–"
    panel.show_view("confusion")
    panel.grab()
    panel.set_run(Run(DIGITS))
    panel.show_frame(Frame(sample_of(DIGITS)))
    assert panel.scores()["Accuracy, train"] == "90.0 %"


def test_images_stand_two_in_a_row_at_least(panel: OutputPanel) -> None:
    panel.set_run(Run(DIGITS))
    panel.show_frame(Frame(sample_of(DIGITS)))
    panel.resize(theme.px(300), theme.px(220))
    panel.grab()
    grid = panel.findChild(SampleGrid)
    assert isinstance(grid, SampleGrid)
    first, second = grid._tiles._place(0), grid._tiles._place(1)
    assert first.top() == second.top()
    assert first.right() < second.left()


def test_scores_of_a_regression(panel: OutputPanel) -> None:
    panel.set_run(Run(dataset_of("regression")))
    panel.show_frame(Frame(snapshot_of()))
    assert panel.scores()["R², validation"] == "0.875"
    assert not any("chance" in name for name in panel.scores())


def test_frame_without_a_snapshot_changes_nothing(panel: OutputPanel) -> None:
    panel.set_run(Run(PLANE))
    panel.show_frame(Frame(snapshot_of()))
    panel.show_frame(Frame(None))
    assert panel.scores()["Accuracy, train"] == "90.0 %"


def test_hidden_panel_waits_until_it_is_seen(panel: OutputPanel) -> None:
    panel.set_run(Run(PLANE))
    panel.hide()
    panel.show_frame(Frame(snapshot_of()))
    assert panel.scores()["Accuracy, train"] == "–"
    panel.show()
    assert panel.scores()["Accuracy, train"] == "90.0 %"


def test_boundary_is_painted_where_it_belongs(panel: OutputPanel) -> None:
    empty = dataset_of(n=4)
    panel.set_run(Run(empty))
    surface = np.zeros((16, 16, 1))
    surface[8:, :8] = 1.0
    panel.show_frame(Frame(snapshot_of(surface=surface)))
    plane = panel._views["boundary"]
    image = plane.grab().toImage()

    def colour(x1: float, x2: float) -> QColor:
        return image.pixelColor(plane.position(x1, x2).toPoint())

    assert colour(-5.5, 5.5).name() == theme.LIGHT.map_positive, "upper left"
    assert colour(5.5, 5.5).name() == theme.LIGHT.map_negative, "upper right"
    assert colour(-5.5, -5.5).name() == theme.LIGHT.map_negative, "lower left"


def test_picture_is_square_and_scores_stand_beside_it(
    panel: OutputPanel, qtbot: QtBot
) -> None:
    panel.set_run(Run(PLANE))
    panel.show_frame(Frame(snapshot_of(surface=np.zeros((8, 8, 1)))))
    area = panel._views["boundary"].area()
    assert area.width() == area.height() > 120

    def gap() -> int:
        right = panel._views["boundary"].area().topRight().toPoint()
        return panel._side.x() - panel._views["boundary"].mapTo(panel, right).x()

    qtbot.waitUntil(lambda: 0 < gap() < 40)


def points_drawn(plane: PlaneView) -> int:
    return plane._drawn_points().toImage().bits().tobytes().count(b"\xff")


def test_test_data_are_shown_on_demand(panel: OutputPanel) -> None:
    panel.set_run(Run(PLANE))
    before = points_drawn(panel._views["boundary"])
    panel._views["boundary"].shows_validation.setChecked(True)
    assert points_drawn(panel._views["boundary"]) > before > 0


def test_options_belong_to_their_views(panel: OutputPanel) -> None:
    panel.set_run(Run(PLANE))
    assert panel._views["boundary"].discrete.isVisible()
    assert not panel._views["images"].wrong_first.isVisible()
    panel.show_view("confusion")
    assert not panel._views["boundary"].discrete.isVisible()
    panel.set_run(Run(DIGITS))
    panel.show_view("images")
    assert panel._views["images"].wrong_first.isVisible()


@pytest.mark.parametrize(("dataset", "view"), [(DIGITS, SampleGrid), (TABLE, SampleTable)],
                         ids=["images", "table"])
def test_wrong_ones_come_first_on_demand(
    panel: OutputPanel, dataset: Dataset, view: type[SampleGrid | SampleTable]
) -> None:
    panel.set_run(Run(dataset))
    panel.show_frame(Frame(sample_of(dataset, wrong=3)))
    shown = panel.findChild(view)
    assert isinstance(shown, SampleGrid | SampleTable)
    assert [one.is_right for one in shown.shown()] == [True] * 7 + [False] * 3
    shown.wrong_first.setChecked(True)
    assert [one.is_right for one in shown.shown()] == [False] * 3 + [True] * 7
    panel.grab()


def test_table_of_samples_says_it_in_words(panel: OutputPanel) -> None:
    panel.set_run(Run(TABLE))
    panel.show_frame(Frame(sample_of(TABLE, wrong=1)))
    table = panel.findChild(SampleTable)
    assert isinstance(table, SampleTable)
    model = table.model()
    last = model.rowCount() - 1
    assert model.index(last, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "wrong"
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "right"
    assert model.index(0, 3).data() == "80.0 %"
    assert "wrong" in model.index(last, 1).data(Qt.ItemDataRole.ToolTipRole)


class Asked(list[Outcome]):
    """Counts how often one of it is asked for."""

    times = 0

    def __getitem__(self, place: Any) -> Any:
        self.times += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("dataset", [TABLE, sentences()], ids=["numbers", "texts"])
def test_cells_of_the_table_are_asked_for_what_is_painted_alone(
    qapp: QApplication, panel: OutputPanel, qtbot: QtBot, dataset: Dataset
) -> None:
    panel.set_run(Run(dataset))
    panel.show_frame(Frame(sample_of(dataset, wrong=1)))
    panel.show()
    table = panel.findChild(SampleTable)
    assert isinstance(table, SampleTable)
    assert table.isVisible()
    asked = Asked(table.shown())
    table._outcomes.shown = asked
    theme.set_scale(qapp, 1.25)
    theme.apply(qapp, "dark")
    qtbot.waitUntil(lambda: table.window().updatesEnabled())
    panel.grab()
    cells = (1 + table.rowAt(table.viewport().height() - 1)) * table.model().columnCount()
    # Painted twice, a cell is asked for text, sides and mark.
    assert asked.times < 10 * cells
    for column in range(table.model().columnCount()):
        room = table.columnWidth(column)
        text = table.model().index(0, column).data()
        if text and table.model().headerData(column, Qt.Orientation.Horizontal) != "Text":
            assert table.fontMetrics().horizontalAdvance(text) + theme.px(6) < room


def test_single_output_decides_at_one_half() -> None:
    snapshot = snapshot_of(
        samples=np.array([0, 1]), sample_outputs=np.array([[0.3], [0.9]]))
    low, high = outcomes(PLANE, snapshot)
    assert (low.predicted, low.probability) == (0, pytest.approx(0.7))
    assert (high.predicted, high.probability) == (1, pytest.approx(0.9))
    assert (low.held_back, high.held_back) == (False, True)


def confusion(panel: OutputPanel, counts: list[list[int]], classes: int) -> ConfusionView:
    panel.set_run(Run(dataset_of(classes=classes)))
    panel.show_view("confusion")
    panel.show_frame(Frame(snapshot_of(confusion=np.array(counts))))
    view = panel.findChild(ConfusionView)
    assert isinstance(view, ConfusionView)
    return view


def test_confusion_says_it_in_sentences(panel: OutputPanel) -> None:
    view = confusion(panel, [[8, 2], [1, 9]], 2)
    assert view.cell_text(0, 1) == (
        "2 of 10 validation examples of class 0 are taken for class 1 (20.0 %).")
    assert view.accessibleDescription() == "class 0: recall 80 %; class 1: recall 90 %"


def test_confusion_finds_the_cell_below_the_pointer(panel: OutputPanel) -> None:
    view = confusion(panel, [[8, 2], [1, 9]], 2)
    area = view._area()
    at = area.topRight() + QPoint(-4, 4).toPointF()
    assert view._cell_at(at) == (0, 1)
    assert view._cell_at(area.topLeft() - QPoint(9, 9).toPointF()) is None


def test_confusion_tells_right_from_wrong_without_colours_of_classes(panel: OutputPanel) -> None:
    view = confusion(panel, [[10, 0], [10, 0]], 2)
    image, area = view.grab().toImage(), view._area()

    def colour(row: int, column: int) -> str:
        x = area.left() + (column + 0.1) * area.width() / 2
        y = area.top() + (row + 0.1) * area.height() / 2
        return image.pixelColor(int(x), int(y)).name()

    assert colour(0, 0) == theme.LIGHT.good
    assert colour(1, 0) == theme.LIGHT.bad
    assert colour(1, 1) == theme.LIGHT.surface_sunken
    edge = image.pixelColor(int(area.left() + area.width() / 2) + 3, int(area.bottom()) - 4)
    assert edge.name() == theme.LIGHT.good, "a shape says so, too, where there is no shade"


def test_confusion_of_an_absent_class(panel: OutputPanel) -> None:
    view = confusion(panel, [[0, 0], [1, 9]], 2)
    assert view.cell_text(0, 0).startswith("0 of 0")
    panel.grab()


def test_scatter_survives_what_is_not_finite(panel: OutputPanel) -> None:
    dataset = dataset_of("regression", on_plane=False)
    panel.set_run(Run(dataset))
    outputs = np.full((4, 1), np.nan)
    panel.show_frame(Frame(snapshot_of(samples=dataset.validation[:4], sample_outputs=outputs)))
    panel.grab()


def test_panel_repaints_in_the_other_theme(panel: OutputPanel, app: QApplication) -> None:
    panel.set_run(Run(dataset_of(n=4)))
    panel.show_frame(Frame(snapshot_of(surface=np.ones((8, 8, 1)))))
    theme.apply(app, "dark")
    plane = panel._views["boundary"]
    image = plane.grab().toImage()
    at = plane.position(-5.8, 5.8).toPoint()
    assert image.pixelColor(at).name() == theme.DARK.map_positive
