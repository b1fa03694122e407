"""Of a pair, the output shows both runs side by side where that can be read, and says whose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Evaluation, Snapshot
from gui import theme
from gui.output import OutputPanel
from gui.output.confusion import ConfusionView
from gui.output.pair_page import PairPage
from gui.output.plane import PlaneView
from gui.output.view import PairedView
from tests.gui.output.examples import Frame, Run, dataset_of, sample_of, snapshot_of

PLANE = dataset_of()
NOISY = dataset_of(n=60)
DIGITS = dataset_of(classes=10, on_plane=False, image_shape=(8, 8))
SIZES = ((560, 260), (512, 278))
"""Of the card in windows of 1366 x 768 and of 1600 x 1000 px, under the pair's strips."""


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> OutputPanel:
    panel = OutputPanel()
    qtbot.addWidget(panel)
    panel.resize(*SIZES[0])
    panel.show()
    return panel


def surface(value: float, accuracy: float, loss: float) -> Snapshot:
    """Return a snapshot that is everywhere as sure of class 1 as ``value``."""
    grid = np.stack([np.full((9, 9), 1.0 - value), np.full((9, 9), value)], axis=-1)
    found = snapshot_of(surface=grid, surface_range=(-6.0, 6.0),
                        confusion=np.array([[4, 6], [1, 9]]))
    object.__setattr__(found, "training", Evaluation(loss, accuracy, 20))
    object.__setattr__(found, "validation", Evaluation(loss + 0.01, accuracy - 0.05, 20))
    return found


A, B = surface(0.0, 0.5, 0.693), surface(1.0, 0.95, 0.042)


def begin(panel: OutputPanel, a: Dataset = PLANE, b: Dataset = PLANE, edited: str = "B") -> None:
    one, two = Run(a, "A"), Run(b, "B")
    panel.set_run(Run(b, "B", one) if edited == "B" else Run(a, "A", two))


def tell(panel: OutputPanel, a: Snapshot | None = A, b: Snapshot | None = B,
         edited: str = "B") -> None:
    one, two = Frame(a, "A"), Frame(b, "B")
    panel.show_frame(Frame(b, "B", one) if edited == "B" else Frame(a, "A", two))
    QApplication.processEvents()


def page_of(panel: OutputPanel) -> PairPage:
    page = panel._pages[panel.view()]
    assert isinstance(page, PairPage)
    return page


def views_of(panel: OutputPanel) -> dict[str, PairedView]:
    """Return the views that are seen, by the letter on them."""
    return {view.letter: view for view in page_of(panel)._views.values() if view.isVisible()}


def middle_of(view: PairedView) -> str:
    assert isinstance(view, PlaneView)
    image: QImage = view.grab().toImage()
    # Right of the centre, and clear of points.
    spot = next(QPoint(x, y) for x in range(40, 70) for y in range(30, 80)
                if image.pixelColor(x, y) == image.pixelColor(x + 2, y + 2))
    return image.pixelColor(spot).name()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("edited", ["A", "B"])
def test_both_boundaries_are_seen_side_by_side(
    panel: OutputPanel, size: tuple[int, int], edited: str
) -> None:
    panel.resize(*size)
    begin(panel, edited=edited)
    tell(panel, edited=edited)
    views = views_of(panel)
    assert list(views) == ["A", "B"]
    assert views["A"].x() < views["B"].x()
    assert middle_of(views["A"]) != middle_of(views["B"])
    for view in views.values():
        assert isinstance(view, PlaneView)
        area = view.area()
        assert area.width() == area.height() >= theme.px(90)
        assert view.rect().contains(area.toRect())
        assert view.accessibleName().endswith(f"run {view.letter}")
    assert panel.title() == "Output"
    right = views["B"].mapTo(panel, views["B"].rect().topRight()).x()
    assert right <= panel._side.mapTo(panel, QPoint(0, 0)).x()
    for label in panel._side.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.width() >= label.sizeHint().width() or label.minimumSizeHint().width() \
                <= label.width(), label.text()


def test_each_run_has_its_own_examples(panel: OutputPanel) -> None:
    begin(panel, PLANE, NOISY)
    views = views_of(panel)
    assert views["A"]._dataset is PLANE
    assert views["B"]._dataset is NOISY
    # B is given other examples while A stays.
    other = dataset_of(n=30)
    panel.set_dataset(other)
    views = views_of(panel)
    assert views["A"]._dataset is PLANE
    assert views["B"]._dataset is other


def test_examples_of_another_kind_are_not_shown_beside(panel: OutputPanel) -> None:
    begin(panel, DIGITS, PLANE)
    tell(panel, a=None)
    assert panel.view() == "boundary"
    assert list(views_of(panel)) == [""]
    assert panel.title() == "Output of B"
    assert panel._views["boundary"].isVisible()
    panel.show_view("confusion")
    assert set(page_of(panel)._data) == {"A", "B"}


def test_scores_stand_in_columns_of_a_and_b(panel: OutputPanel) -> None:
    panel.set_chance(math.log(2))
    begin(panel)
    tell(panel)
    assert panel.scores() == {
        "Accuracy, train, A": "50.0 %", "Accuracy, train, B": "95.0 %",
        "Accuracy, validation, A": "45.0 %", "Accuracy, validation, B": "90.0 %",
        "Loss, train, A": "0.693", "Loss, train, B": "0.042",
        "Loss, validation, A": "0.703", "Loss, validation, B": "0.052"}
    scores = panel._pair_scores
    assert scores is not None
    assert [value.text() for value in scores._chances] == ["", "0.693"]
    assert scores._chance.text() == "at chance, \N{MINUS SIGN}ln(1/2)"
    begin(panel, edited="A")
    panel.set_chance(math.log(2))
    assert [value.text() for value in scores._chances] == ["0.693", ""]


def test_a_frame_may_tell_of_one_run_alone(panel: OutputPanel) -> None:
    begin(panel)
    tell(panel, b=None)
    assert panel.scores()["Loss, train, A"] == "0.693"
    assert panel.scores()["Loss, train, B"] == "\N{EN DASH}"
    tell(panel, a=None)
    assert panel.scores()["Loss, train, A"] == "0.693"
    assert panel.scores()["Loss, train, B"] == "0.042"


def test_both_are_shown_alike(panel: OutputPanel) -> None:
    begin(panel)
    panel.show_view("boundary")
    first, second = views_of(panel).values()
    assert isinstance(first, PlaneView)
    assert isinstance(second, PlaneView)
    first.discrete.click()
    first.shows_validation.click()
    assert second.discrete.isChecked()
    assert second.shows_validation.isChecked()
    assert first.discrete.isVisible()
    assert not second.discrete.isVisible()
    assert not second.discrete.isWindow()


def test_switches_stand_right_under_the_pictures(panel: OutputPanel) -> None:
    begin(panel)
    for size in ((560, 420), (900, 420), (560, 420), (560, 230)):
        panel.resize(*size)
        for _ in range(3):
            QApplication.processEvents()
        first, second = views_of(panel).values()
        assert isinstance(first, PlaneView)
        assert first.height() == second.height()
        below = panel._below.mapTo(panel, QPoint(0, 0)).y()
        end = first.mapTo(panel, QPoint(0, first.height())).y()
        assert 0 <= below - end <= theme.px(4)
        used = first.area().bottom() + first._below()
        assert first.height() - used < theme.px(6) or first.area().width() >= theme.px(90)
        assert panel._below.mapTo(panel, QPoint(0, panel._below.height())).y() <= panel.height()


def test_two_matrices_that_can_be_read_stand_side_by_side(panel: OutputPanel) -> None:
    begin(panel)
    panel.show_view("confusion")
    tell(panel, b=snapshot_of(confusion=np.array([[9, 1], [2, 8]])))
    views = views_of(panel)
    assert list(views) == ["A", "B"]
    a, b = views.values()
    assert isinstance(a, ConfusionView)
    assert isinstance(b, ConfusionView)
    assert a.cell_text(0, 0).startswith("4 of 10")
    assert b.cell_text(0, 0).startswith("9 of 10")


def test_where_two_cannot_be_read_that_of_the_edited_run_is_seen(panel: OutputPanel) -> None:
    begin(panel, DIGITS, DIGITS)
    panel.show_view("confusion")
    QApplication.processEvents()
    assert list(views_of(panel)) == ["B"]
    assert panel.title() == "Output of B"
    begin(panel, DIGITS, DIGITS, edited="A")
    assert list(views_of(panel)) == ["A"]
    assert panel.title() == "Output of A"
    panel.resize(1100, 260)
    QApplication.processEvents()
    assert list(views_of(panel)) == ["A", "B"]
    assert panel.title() == "Output"


def test_other_views_show_the_edited_run_and_say_which(panel: OutputPanel) -> None:
    begin(panel, DIGITS, DIGITS)
    assert panel.view() == "images"
    assert panel.title() == "Output of B"
    tell(panel, a=sample_of(DIGITS, wrong=3), b=sample_of(DIGITS))
    grid = panel._views["images"]
    assert grid._snapshot is not None
    assert np.array_equal(grid._snapshot.sample_outputs,
                          sample_of(DIGITS).sample_outputs)


def test_a_single_run_looks_as_before_when_the_pair_has_gone(panel: OutputPanel) -> None:
    def picture() -> QImage:
        panel.set_run(Run(PLANE))
        panel.show_frame(Frame(A))
        for _ in range(2):  # What the switches leave free goes to the picture.
            QApplication.processEvents()
        return panel.grab().toImage()

    panel.grab()
    before = picture()
    begin(panel)
    tell(panel)
    assert panel.grab().toImage() != before
    assert picture() == before
    assert "Accuracy, train" in panel.scores()


def test_the_second_view_is_made_for_the_first_pair(panel: OutputPanel) -> None:
    panel.set_run(Run(PLANE))
    pages = {page for page in panel._pages.values() if isinstance(page, PairPage)}
    assert all(len(page._views) == 1 for page in pages)
    begin(panel)
    assert all(len(page._views) == 2 for page in pages)
    assert panel.findChildren(PlaneView, options=Qt.FindChildOption.FindChildrenRecursively)
