"""What a network draws: reconstructions, the latent plane, features."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.telemetry.parts import EVERYTHING, Part
from engine.telemetry.snapshot import Latent, LayerReading, Snapshot
from gui import theme
from gui.output import OutputPanel
from gui.output.features import NO_FEATURES, FeatureView
from gui.output.latent import LatentView, reach_of
from gui.output.reconstruction import ReconstructionView
from tests.gui.output.examples import Frame, Run, dataset_of, sample_of, snapshot_of
from tests.gui.output.scenes import SIDE, convolution, drawn, images

NOISY, CLEAN = images(), images(noise=0.0)
DIGITS = dataset_of(classes=10, on_plane=False, image_shape=(8, 8))


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> OutputPanel:
    panel = OutputPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 260)
    panel.show()
    return panel


def reconstruction(panel: OutputPanel) -> ReconstructionView:
    view = panel._views["reconstruction"]
    assert isinstance(view, ReconstructionView)
    return view


def latent(panel: OutputPanel) -> LatentView:
    panel.set_run(Run(CLEAN))
    panel.show_frame(Frame(drawn(CLEAN)))
    panel.show_view("latent")
    return panel._views["latent"]


def features(panel: OutputPanel, readings: tuple[LayerReading, ...], layer: str) -> FeatureView:
    panel.set_run(Run(DIGITS))
    panel.set_selected(layer)
    panel.show_frame(Frame(replace(sample_of(DIGITS), layers=readings)))
    panel.show_view("features")
    panel.grab()
    return panel._views["features"]


def test_network_brings_its_own_views(panel: OutputPanel) -> None:
    panel.set_run(Run(NOISY))
    assert panel.views() == ("reconstruction",)
    panel.grab()
    panel.show_frame(Frame(replace(drawn(NOISY), layers=convolution())))
    assert panel.views() == ("reconstruction", "latent", "features")
    panel.show_frame(Frame(replace(drawn(NOISY), latent=None, layers=(), parts=frozenset())))
    assert "latent" in panel.views(), "what was not asked for can still be had"
    without = EVERYTHING - {Part.LATENT, Part.PICTURES}
    panel.show_frame(Frame(replace(drawn(NOISY), latent=None, available=without)))
    assert panel.views() == ("reconstruction",)


def test_a_view_keeps_what_it_has_shown_of_its_run(panel: OutputPanel) -> None:
    view = latent(panel)
    shown, scores = view._latent, panel.scores()
    assert shown is not None
    panel.show_frame(Frame(Snapshot(1, 9, 0, 0.1, parts=frozenset())))
    assert view._latent is shown
    assert panel.scores() == scores
    panel.grab()
    for key in panel.views():
        panel.show_view(key)
        panel.grab()
    panel.set_run(Run(CLEAN))
    panel.show_view("latent")
    panel.show_frame(Frame(Snapshot(2, 0, 0, 0.1, parts=frozenset())))
    assert view._latent is None, "nothing of the run before"
    assert set(panel.scores().values()) == {"\N{EN DASH}"}


def test_what_it_wants_goes_with_the_view(panel: OutputPanel, qtbot: QtBot) -> None:
    latent(panel)
    assert panel.wanted() == {Part.EVALUATION, Part.LATENT}
    with qtbot.waitSignal(panel.wanted_changed):
        panel.show_view("reconstruction")
    assert panel.wanted() == {Part.EVALUATION, Part.SAMPLES}


def test_choice_of_a_networks_view_outlives_a_reset(panel: OutputPanel) -> None:
    view = latent(panel)
    panel.set_run(Run(CLEAN))
    assert panel.view() == "latent"
    assert view._latent is None, "what the run before has drawn is forgotten"
    panel.show_frame(Frame(drawn(CLEAN)))
    assert panel.view() == "latent"


def test_views_of_the_network_before_leave_with_its_data(panel: OutputPanel) -> None:
    latent(panel)
    panel.set_dataset(DIGITS)
    panel.show_frame(Frame(drawn(CLEAN)))
    assert panel.views() == ("images", "pad", "confusion")


def test_a_classifier_with_latent_numbers_draws_codes_alone(panel: OutputPanel) -> None:
    snapshot = drawn(CLEAN)
    assert snapshot.latent is not None
    eight = replace(snapshot.latent, grid=snapshot.latent.grid[..., :8])
    panel.set_run(Run(replace(CLEAN, task="classification", values=np.zeros((0, 0)))))
    panel.show_frame(Frame(replace(snapshot, latent=eight)))
    panel.show_view("latent")
    view = panel._views["latent"]
    assert isinstance(view, LatentView)
    assert (view.shows_pictures(), view.shows_codes()) == (False, True)
    assert not any(box.isEnabled() for box in view.controls)
    readout = view.readout_at(view.planes()["codes"].center())
    assert readout is None or "drawn by the decoder" not in readout.lines
    assert not panel.grab().isNull()
    assert all(box.isEnabled() for box in latent(panel).controls)


def test_columns_show_input_output_target_and_error(panel: OutputPanel) -> None:
    panel.set_run(Run(NOISY))
    panel.show_frame(Frame(drawn(NOISY, error=0.2)))
    view = reconstruction(panel)
    assert view.row_names() == ("Input", "Output", "Target")
    assert view.errors() == pytest.approx(0.04)
    assert view.columns() >= 4
    row = int(NOISY.validation[0])
    noise = ((NOISY.inputs[row] - NOISY.values[row]) ** 2).mean()
    assert view.column_text(0) == (
        f"Validation example {row + 1}, {NOISY.class_names[NOISY.labels[row]]}, is drawn with a "
        f"mean squared error of 0.04; the noise in the input has {noise:.2g}.")
    assert "0.04" in view.accessibleDescription()


def test_input_that_is_the_target_is_shown_once(panel: OutputPanel) -> None:
    panel.set_run(Run(CLEAN))
    panel.show_frame(Frame(drawn(CLEAN)))
    assert reconstruction(panel).row_names() == ("Target", "Output")
    assert "noise" not in reconstruction(panel).column_text(0)


def test_images_stand_in_their_rows(panel: OutputPanel) -> None:
    panel.set_run(Run(CLEAN))
    snapshot = drawn(CLEAN)
    black = replace(snapshot, sample_outputs=np.zeros_like(snapshot.sample_outputs))
    panel.show_frame(Frame(black))
    view = reconstruction(panel)
    picture, side, left = view.grab().toImage(), view._side(), view._beside()
    target = [picture.pixelColor(int(left + side * x), int(side * 0.5)).lightness()
              for x in np.linspace(0.1, 0.9, 40)]
    output = [picture.pixelColor(int(left + side * x), int(side * 1.5)).lightness()
              for x in np.linspace(0.1, 0.9, 40)]
    assert max(target) > 200
    assert max(output) == 0


def test_error_that_is_not_finite_is_said(panel: OutputPanel) -> None:
    panel.set_run(Run(CLEAN))
    panel.show_frame(Frame(drawn(CLEAN, error=float("nan"))))
    assert "not finite" in reconstruction(panel).column_text(0)
    panel.grab()


def test_reconstruction_of_a_table_is_a_scatter(panel: OutputPanel) -> None:
    table = replace(CLEAN, modality=None)
    panel.set_run(Run(table))
    assert panel.views() == ("scatter",)
    panel.show_frame(Frame(replace(drawn(CLEAN), latent=None)))
    panel.grab()


def test_pictures_and_codes_stand_side_by_side(panel: OutputPanel) -> None:
    planes = latent(panel).planes()
    assert planes["pictures"].right() < planes["codes"].left()
    assert planes["pictures"].width() == planes["pictures"].height() > 100
    panel._views["latent"].pictures.setChecked(False)
    alone = panel._views["latent"].planes()
    assert list(alone) == ["codes"]
    assert alone["codes"].width() >= planes["codes"].width()
    panel._views["latent"].codes.setChecked(False)
    assert list(panel._views["latent"].planes()) == ["pictures"], "one of them is always shown"


def test_spot_on_the_plane_says_where_it_is(panel: OutputPanel) -> None:
    view = latent(panel)
    area = view.planes()["pictures"]
    corner = view.readout_at(area.topRight() + QPointF(-3, 3))
    assert corner is not None
    assert corner.lines[:2] == ("z₁ = 3.00", "z₂ = 3.00")
    assert (corner.image.width(), corner.image.height()) == (SIDE, SIDE)
    lower = view.readout_at(area.bottomLeft() + QPointF(3, -3))
    assert lower is not None
    assert lower.lines[:2] == ("z₁ = −3.00", "z₂ = −3.00")


def test_grid_has_its_largest_second_number_at_the_top(panel: OutputPanel) -> None:
    panel.set_run(Run(CLEAN))
    grid = np.zeros((5, 5, SIDE * SIDE))
    grid[-1] = 1.0
    snapshot = snapshot_of(latent=Latent(grid, (-1.0, 1.0), np.zeros((0, 2)), np.zeros(0, int)))
    panel.show_frame(Frame(snapshot))
    panel.show_view("latent")
    view = panel._views["latent"]
    picture, area = view.grab().toImage(), view.planes()["pictures"]
    top = picture.pixelColor((area.topLeft() + QPointF(9, 9)).toPoint())
    low = picture.pixelColor((area.bottomLeft() + QPointF(9, -9)).toPoint())
    assert (top.lightness(), low.lightness()) == (255, 0)


def test_code_below_the_pointer_is_named(panel: OutputPanel) -> None:
    view = latent(panel)
    area = view.planes()["codes"]
    place = view._places(area)[4]
    readout = view.readout_at(QPointF(*place.tolist()))
    assert readout is not None
    assert readout.lines[0] == CLEAN.class_names[CLEAN.labels[4]]
    assert readout.lines[1] == "Training example 5"
    assert view.readout_at(area.center()) is None, "no code is near"


def test_codes_beyond_the_grid_are_seen() -> None:
    codes = np.array([[0.0, 0.1], [4.4, -1.0], [np.nan, 90.0]])
    grid = np.zeros((2, 2, 4))
    assert reach_of(Latent(grid, (-3.0, 3.0), codes, np.arange(3))) == 5.0
    assert reach_of(Latent(grid, (-3.0, 3.0), codes[:1], np.arange(1))) == 3.0


def test_arrow_keys_point_at_the_plane(panel: OutputPanel, qtbot: QtBot) -> None:
    view = latent(panel)
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    ring = view.grab().toImage().pixelColor(view.width() // 2, 0)
    assert ring.name() == theme.LIGHT.focus, "it can be seen where the keyboard is"
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.pointed == view.planes()["pictures"].center()
    for _ in range(40):
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.pointed is not None
    assert view.planes()["codes"].contains(view.pointed), "they lead from one plane to the other"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.pointed is None
    key = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Right,
                    Qt.KeyboardModifier.NoModifier)
    key.ignore()
    QApplication.sendEvent(view, key)
    assert key.isAccepted(), "the window's own key does not step"
    key = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Up,
                    Qt.KeyboardModifier.AltModifier)
    key.ignore()
    QApplication.sendEvent(view, key)
    assert not key.isAccepted(), "Alt+Up still moves a layer"


def test_codes_without_classes_or_images(panel: OutputPanel) -> None:
    plain = replace(CLEAN, labels=np.zeros(0, np.int64), class_names=(), modality=None)
    panel.set_run(Run(plain))
    panel.show_frame(Frame(drawn(CLEAN)))
    panel.show_view("latent")
    panel.grab()
    assert list(panel._views["latent"].planes()) == ["codes"]


def test_more_than_ten_classes_have_names_on_the_plane(panel: OutputPanel) -> None:
    many = images(noise=0.0, classes=14)
    panel.set_run(Run(many))
    panel.show_frame(Frame(drawn(many)))
    panel.show_view("latent")
    panel.grab()
    assert len({colour.name() for colour in theme.class_colours(14)}) == 14


def test_features_of_the_selected_layer(panel: OutputPanel) -> None:
    view = features(panel, convolution(), "conv")
    maps, filters = view.sections()
    assert maps.caption() == "6 feature maps, 12 × 12"
    assert filters.caption() == "6 filters, 5 × 5"
    panel.set_selected("pool")
    assert [one.kind for one in view.sections()] == ["maps"]
    panel.set_selected("input")
    assert [one.caption() for one in view.sections()] == [
        "Layer 1: 6 feature maps, 12 × 12", "Layer 1: 6 filters, 5 × 5"]
    panel.grab()


def test_without_a_convolution_there_are_no_features_to_choose_from(panel: OutputPanel) -> None:
    _input, _conv, *pools = convolution()
    view = features(panel, (_input, *pools), "input")
    assert view.sections() == []
    assert view.accessibleDescription() == NO_FEATURES


def test_filters_have_a_column_each_and_a_row_per_input(panel: OutputPanel) -> None:
    readings = convolution(inputs=3, filters=4)
    filters = features(panel, readings, "conv").sections()[1]
    weights = readings[1].filters
    assert weights is not None
    assert filters.caption() == "4 filters × 3 inputs, 5 × 5"
    assert (filters.values[1 * 4 + 2] == weights[:, :, 1, 2]).all()
    assert filters.sentence(1 * 4 + 2).startswith("Filter 3, input channel 2: weights from −")


def test_of_too_many_filters_the_first_are_shown(panel: OutputPanel) -> None:
    view = features(panel, convolution(inputs=64, filters=64, size=6), "conv")
    shown = view._arranged()[1]
    assert "of 64 filters" in shown.section.caption()
    assert shown.image.width() / shown.image.devicePixelRatio() <= view.width()


def test_feature_maps_are_signed_colours(panel: OutputPanel) -> None:
    maps = np.zeros((4, 4, 2))
    maps[..., 0], maps[..., 1] = -2.0, 2.0
    view = features(panel, (LayerReading("conv", feature_maps=maps),), "conv")
    placed = view._arranged()[0]
    picture = view.grab().toImage()
    spots = [placed.corner + QPointF(x, 3) for x in (3, placed.tiling.width + 5)]
    assert [picture.pixelColor(spot.toPoint()).name() for spot in spots] == [
        theme.LIGHT.negative, theme.LIGHT.positive]
    assert view.sentence_at(spots[1]) == "Feature map 2: activations from 2 to 2."
    assert view.sentence_at(QPointF(1, 1)) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(330, 200), (900, 420)])
def test_every_view_survives_every_size(
    app: QApplication, panel: OutputPanel, scheme: theme.Scheme, size: tuple[int, int]
) -> None:
    theme.apply(app, scheme)
    panel.set_run(Run(NOISY))
    panel.set_selected("conv")
    panel.show_frame(Frame(replace(drawn(NOISY), layers=convolution(inputs=6, filters=16))))
    panel.resize(*size)
    for key in panel.views():
        panel.show_view(key)
        assert not panel.grab().isNull()
