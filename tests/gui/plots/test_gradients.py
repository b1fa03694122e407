"""The gradient plot shows every layer, in three ways, and selects by click."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.spec import LayerSpec, NetworkSpec
from gui import theme
from gui.plots import GradientPlot
from gui.plots.curves import LayerCurves
from gui.plots.waterfall import Waterfall
from tests.gui.plots.runs import Run, frame_of, run_of, with_columns, with_values


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.show()
    plot.set_run(run_of(5))
    return plot


def lines(plot: GradientPlot, key: str = "lines") -> LayerCurves:
    view = plot._views[key]
    assert isinstance(view, LayerCurves)
    return view


def waterfall(plot: GradientPlot) -> Waterfall:
    view = plot._views["waterfall"]
    assert isinstance(view, Waterfall)
    return view


def data(curve: Any) -> tuple[Any, Any]:
    x, y = curve.getData()
    return x, y


def test_one_curve_per_layer_on_a_log_axis(plot: GradientPlot) -> None:
    plot.show_frame(frame_of(run_of(5), 100))
    curves = lines(plot)._strands.curves
    assert len(curves) == 5
    assert [data(curve)[1][-1] for curve in curves] == pytest.approx([-4, -3, -2, -1, 0])


def test_items_persist_from_frame_to_frame(plot: GradientPlot) -> None:
    plot.show_frame(frame_of(run_of(5), 100))
    before = list(lines(plot)._strands.curves)
    plot.show_frame(frame_of(run_of(5), 200))
    assert lines(plot)._strands.curves == before
    plot.set_run(run_of(3))
    assert len(lines(plot)._strands.curves) == 3
    items = lines(plot).canvas.getPlotItem().items
    assert not set(before) & set(items), "curves of the run before are taken out"


def test_click_on_a_curve_selects_its_layer(plot: GradientPlot, qtbot: QtBot) -> None:
    plot.show_frame(frame_of(run_of(5), 100))
    with qtbot.waitSignal(plot.layer_selected) as caught:
        lines(plot).canvas.pressed.emit(QPointF(40.0, -2.95))
    assert caught.args == ["dense-2"]


def test_click_on_nothing_selects_nothing(plot: GradientPlot, qtbot: QtBot) -> None:
    plot.show_frame(frame_of(run_of(5), 100))
    assert lines(plot).layer_at(QPointF(40.0, -2.5)) == ""
    with qtbot.assertNotEmitted(plot.layer_selected):
        lines(plot).canvas.pressed.emit(QPointF(40.0, -2.5))


def test_selected_layer_is_thicker_and_on_top(plot: GradientPlot) -> None:
    plot.set_selected("dense-2")
    widths = [curve.opts["pen"].width() for curve in lines(plot)._strands.curves]
    assert widths == [1, 2, 1, 1, 1]
    plot.set_selected("input")
    assert all(curve.opts["pen"].width() == 1 for curve in lines(plot)._strands.curves)


def test_nan_is_a_gap_and_zero_lies_on_the_floor(plot: GradientPlot) -> None:
    frame = with_values(run_of(5), "dense-1/gradient_rms", [0.1, 0.0, np.nan, 0.001])
    plot.show_frame(frame)
    y = data(lines(plot)._strands.curves[0])[1]
    assert np.isnan(y).tolist() == [False, False, True, False]
    bottom = lines(plot).canvas.box.viewRange()[1][0]
    assert bottom < y[1] < bottom + 0.1 < -3
    assert np.isnan(data(lines(plot)._strands.curves[1])[1]).all()


def test_label_of_a_layer_without_gradient_says_zero(plot: GradientPlot) -> None:
    frame = with_columns(run_of(3), {
        "dense-1/gradient_rms": [0.1] * 9 + [0.0] * 9, "dense-2/gradient_rms": [0.1] * 18,
        "dense-3/gradient_rms": [0.1] * 9 + [np.nan] * 9})
    plot.set_run(run_of(3))
    plot.show_frame(frame)
    assert lines(plot).labels.shown() == ["2", "1=0"], "and a curve that ended long ago has none"
    curves = lines(plot)
    at = QPointF(16.0, curves._floor())
    assert curves.layer_at(at) == "dense-1"
    curves.canvas.hovered.emit(at)
    assert curves.canvas.readout() == "Layer 1 · Dense   0 at step 16"


def test_curve_is_the_mean_of_logarithms(plot: GradientPlot) -> None:
    """One batch with a huge gradient must not lift the curve above what every other one shows."""
    run = run_of(1)
    values = np.full(1024, 1e-6)
    values[::32] = 1.0
    plot.set_run(run)
    plot.show_frame(with_values(run, "dense-1/gradient_rms", values.tolist()))
    y = data(lines(plot)._strands.curves[0])[1]
    assert y[-1] == -6.0
    assert np.allclose(y[::8], -5.0, atol=2.1)
    plot.show_view("waterfall")
    waterfall(plot).canvas.hovered.emit(QPointF(1020.0, 0.5))
    assert "1.0e-6" in waterfall(plot).canvas.readout()


def test_selected_layer_shows_its_spread(plot: GradientPlot) -> None:
    run = run_of(2)
    values = np.tile([0.001, 0.1], 1000)
    values[:8] = 0.0
    others = np.repeat([1e-5, 1.0], 1000)
    frame = with_columns(run, {"dense-1/gradient_rms": values.tolist(),
                               "dense-2/gradient_rms": others.tolist()})
    plot.set_run(run)
    plot.show_frame(frame)
    band = lines(plot)._band
    assert band.polygon().isEmpty()
    plot.set_selected("dense-1")
    heights = sorted({round(point.y(), 3) for point in band.polygon()})
    assert heights[1:] == [-3.0, -1.0]
    assert heights[0] == pytest.approx(lines(plot)._ends[0], abs=1e-3), "zeros reach the floor"
    plot.set_selected("nothing")
    assert band.polygon().isEmpty()


def test_layers_have_the_colours_of_their_rows(plot: GradientPlot) -> None:
    """Rows colour by position among all layers, those without weights included."""
    kinds = ("input", "dense", "dropout", "dense", "activation", "dense")
    network = NetworkSpec(tuple(LayerSpec(f"l{i}", kind) for i, kind in enumerate(kinds)))
    run = Run(network, ("l1", "l3", "l5"))
    plot.set_run(run)
    plot.show_frame(frame_of(run, 20))
    wanted = theme.depth_colours(len(kinds))
    got = [curve.opts["pen"].color().name() for curve in lines(plot)._strands.curves]
    assert got == [wanted[i].name() for i in (1, 3, 5)]
    assert got == [colour.name() for colour in lines(plot).labels._colours]


def test_one_step_is_a_dot(plot: GradientPlot) -> None:
    plot.show_frame(frame_of(run_of(5), 1))
    for curve in lines(plot)._strands.curves:
        assert [point.x() for point in curve.dots()] == [1.0]
    colour = theme.depth_colours(6)[5].name()
    image = lines(plot).canvas.grab().toImage()
    seen = {image.pixelColor(x, y).name()
            for x in range(image.width()) for y in range(image.height())}
    assert colour in seen
    plot.show_frame(frame_of(run_of(5), 2))
    assert all(curve.dots().isEmpty() for curve in lines(plot)._strands.curves)


def test_labels_end_where_the_plot_does(plot: GradientPlot) -> None:
    plot.show_frame(frame_of(run_of(5), 50))
    plot.resize(500, 180)
    plot.grab()
    labels, canvas = lines(plot).labels, lines(plot).canvas
    bottom = canvas.mapFromScene(canvas.box.sceneBoundingRect()).boundingRect().bottom()
    assert abs(labels.geometry().bottom() - bottom) <= 4


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_title_is_shortened_and_never_cut(
    app: QApplication, plot: GradientPlot, scale: float
) -> None:
    theme.set_scale(app, scale)
    plot.resize(theme.px(330), theme.px(200))
    plot.grab()
    assert plot._title.shown() == "Gradients"
    plot.show_view("update")
    plot.grab()
    assert plot._title.shown() == "Updates"
    plot.resize(theme.px(640), theme.px(200))
    plot.grab()
    assert plot._title.shown() == plot.title() == "Update ÷ weight by layer"


def test_guide_stays_in_sight(plot: GradientPlot) -> None:
    plot.show_view("update")
    for low, high, shown, top in ((-3.5, -2.5, True, -2.5), (-6.0, 0.0, True, -2.0),
                                  (-9.0, -5.0, False, 0)):
        lines(plot, "update").canvas.set_ranges((0.0, 10.0), (low, high))
        assert plot._guide._label.isVisible() is shown
        assert not shown or plot._guide._label.pos().y() == top


def test_deleted_plot_hears_of_no_other_theme(app: QApplication, qtbot: QtBot) -> None:
    plot = GradientPlot()
    kept = list(plot._views.values())
    plot.deleteLater()
    qtbot.waitSignal(plot.destroyed).wait()
    theme.apply(app, "dark")
    assert kept


def test_nothing_measured_is_an_empty_plot(plot: GradientPlot) -> None:
    plot.show_frame(with_values(run_of(5), "dense-1/gradient_rms", [np.nan, np.nan]))
    assert lines(plot).canvas._empty.isVisible()
    for key in ("waterfall", "update"):
        plot.show_view(key)
        plot.grab()


def test_only_the_view_that_is_seen_is_drawn(plot: GradientPlot) -> None:
    plot.show_frame(frame_of(run_of(5), 100))
    assert len(data(lines(plot, "update")._strands.curves[0])[0]) == 0
    plot.show_view("update")
    assert len(data(lines(plot, "update")._strands.curves[0])[0]) == 100
    plot.hide()
    plot.show_frame(frame_of(run_of(5), 200))
    assert len(data(lines(plot, "update")._strands.curves[0])[0]) == 100
    plot.show()
    assert len(data(lines(plot, "update")._strands.curves[0])[0]) == 200


def test_update_ratio_is_log10_already(plot: GradientPlot) -> None:
    plot.show_frame(frame_of(run_of(5), 50))
    plot.show_view("update")
    assert plot.title() == "Update ÷ weight by layer"
    assert set(data(lines(plot, "update")._strands.curves[2])[1]) == {-3.0}
    assert plot._guide._region.getRegion() == (-4.0, -2.0)


def test_waterfall_has_a_row_per_layer_and_a_column_per_bucket(plot: GradientPlot) -> None:
    plot.show_frame(frame_of(run_of(5), 60))
    plot.show_view("waterfall")
    picture = waterfall(plot).image.image
    assert picture.shape == (5, 60)
    assert picture[:, 0].tolist() == [1, 64, 128, 191, 255], "equal factors, equal ways"
    assert waterfall(plot).layer_at(QPointF(30.0, 9.0)) == ""


def test_waterfall_leaves_gaps_clear(plot: GradientPlot) -> None:
    plot.show_frame(with_values(run_of(5), "dense-1/gradient_rms", [0.1, 0.0, 0.001]))
    plot.show_view("waterfall")
    assert (waterfall(plot).image.image[1:] == 0).all()
    assert waterfall(plot).image.image[0, 1] == 0
    assert waterfall(plot).image.lut[0, 3] == 0


def test_click_on_a_row_selects_its_layer(plot: GradientPlot, qtbot: QtBot) -> None:
    plot.show_frame(frame_of(run_of(5), 60))
    plot.show_view("waterfall")
    with qtbot.waitSignal(plot.layer_selected) as caught:
        waterfall(plot).canvas.pressed.emit(QPointF(30.0, 3.5))
    assert caught.args == ["dense-4"]
    plot.set_selected("dense-4")
    assert waterfall(plot)._frame.rect().y() == 3.0
    assert waterfall(plot)._frame.isVisible()


def test_hover_names_the_layer_for_people(plot: GradientPlot) -> None:
    plot.show_frame(frame_of(run_of(5), 2000))
    lines(plot).canvas.hovered.emit(QPointF(1000.0, -1.02))
    said = lines(plot).canvas.readout()
    assert said.startswith("Layer 4 · Dense   0.1 at step 998")
    assert "dense-" not in said


def test_hundred_layers_are_thinned_and_named_where_there_is_room(
    app: QApplication, plot: GradientPlot
) -> None:
    run = run_of(100)
    plot.set_run(run)
    plot.show_frame(frame_of(run, 500))
    assert len(lines(plot)._strands.x) == 250
    labels = lines(plot).labels
    line = labels.fontMetrics().height() * 0.85
    placed = labels._arranged(line)
    tops = [y for _, y in placed]
    assert {0, 99} <= {index for index, _ in placed}
    assert all(b - a >= line - 1e-6 for a, b in pairwise(tops))


def test_run_without_weights(plot: GradientPlot) -> None:
    run = run_of(0)
    plot.set_run(run)
    plot.show_frame(frame_of(run, 5))
    for key in ("waterfall", "update", "lines"):
        plot.show_view(key)
        plot.grab()


def test_another_run_may_know_a_selected_layer_that_this_one_did_not(plot: GradientPlot) -> None:
    plot.set_run(run_of(2))
    plot.show_frame(frame_of(run_of(2), 100))
    plot.set_selected("dense-3")
    plot.set_run(run_of(3))
    plot.show_frame(frame_of(run_of(3), 10))
    assert len(lines(plot)._strands.curves) == 3
