"""The gradients of a pair of runs: over the steps, over depth, and where somebody looks back to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.spec import LayerSpec, NetworkSpec
from gui import theme
from gui.plots import GradientPlot
from gui.plots.count import Count
from gui.plots.curves import LayerCurves
from gui.plots.dashed import DashedCurve
from gui.plots.over_depth import OverDepth
from gui.plots.pair_layers import merged, pair_text
from gui.plots.weight_layers import WeightLayers
from tests.gui.plots.runs import (
    Frame,
    Run,
    frame_of,
    pair_of,
    read_out,
    run_of,
    with_columns,
)
from tests.gui.plots.test_last_run import ghost_of
from tests.gui.plots.test_through_time import recurrent as recurrent_snapshot

A = run_of(3)
NORMED = Run(NetworkSpec((LayerSpec("input", "input"), LayerSpec("dense-1", "dense"),
                          LayerSpec("norm-1", "batch_norm"), LayerSpec("dense-2", "dense"),
                          LayerSpec("dense-3", "dense"))),
             ("dense-1", "norm-1", "dense-2", "dense-3"), "B")


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(620, 262)
    plot.show()
    plot.set_run(replace(A, beside=NORMED))
    return plot


def lines(plot: GradientPlot) -> LayerCurves:
    view = plot._views["lines"]
    assert isinstance(view, LayerCurves)
    return view


def depth(plot: GradientPlot) -> OverDepth:
    plot.show_view("depth")
    view = plot._views["depth"]
    assert isinstance(view, OverDepth)
    return view


def both(*, edits: str = "A", steps: int = 100) -> Frame:
    """A's gradients are 1e-2, 1e-1 and 1; B's 1e-3 in all four layers."""
    b = with_columns(NORMED, {f"{i}/gradient_rms": [1e-3] * steps for i in NORMED.weight_layers})
    return pair_of(frame_of(A, steps), b, edits=edits)


def strands(plot: GradientPlot) -> dict[str, Any]:
    return {one.layers.run: one for one in lines(plot)._all()}


@pytest.mark.parametrize("edits", ["A", "B"])
def test_a_is_solid_and_b_dashed_in_the_colours_of_the_layers(plot: GradientPlot, edits: str
                                                               ) -> None:
    if edits == "B":
        plot.set_run(replace(NORMED, beside=A))
    plot.show_frame(both(edits=edits))
    a, b = (strands(plot)[key] for key in "AB")
    assert not any(isinstance(curve, DashedCurve) for curve in a.curves)
    assert all(isinstance(curve, DashedCurve) for curve in b.curves)
    assert [curve.getData()[1][-1] for curve in a.curves] == pytest.approx([-2, -1, 0])
    assert [curve.getData()[1][-1] for curve in b.curves] == pytest.approx([-3] * 4)
    colours = [[curve.opts["pen"].color().name() for curve in one.curves] for one in (a, b)]
    assert colours[0] == [colours[1][i] for i in (0, 2, 3)], "one layer has one colour"
    low, high = lines(plot).canvas.box.viewRange()[1]
    assert low < -3
    assert high > 0


def test_the_selected_layer_of_both_stands_out(plot: GradientPlot) -> None:
    plot.show_frame(both())
    plot.set_selected("dense-2")
    a, b = (strands(plot)[key] for key in "AB")
    assert [curve.opts["pen"].width() for curve in a.curves] == [1, 2, 1]
    assert [curve.opts["pen"].width() for curve in b.curves] == [1, 1, 2, 1]
    opacities = [curve.opts["pen"].color().alphaF() for one in (a, b) for curve in one.curves]
    assert sorted(opacities)[-2:] == [1.0, 1.0]
    assert max(sorted(opacities)[:-2]) < 0.5
    plot.set_selected("norm-1")
    assert [curve.opts["pen"].width() for curve in b.curves] == [1, 2, 1, 1]
    assert all(curve.opts["pen"].width() == 1 for curve in a.curves)
    assert lines(plot)._band.polygon().isEmpty()


def test_the_ends_tell_run_and_layer(plot: GradientPlot) -> None:
    plot.show_frame(both())
    shown = lines(plot).labels.shown()
    assert {"A1", "A3", "B1", "B4"} <= set(shown)
    plot.resize(620, 150)
    plot.set_selected("dense-2")
    plot.grab()
    assert {"A2", "B3"} <= set(lines(plot).labels.shown())


def test_the_readout_tells_both_runs_and_the_ratio(plot: GradientPlot) -> None:
    plot.show_frame(both())
    view = lines(plot)
    view.canvas.hovered.emit(QPointF(50.2, -1.02))
    assert view.canvas.readout() == "Layer 2 · Dense   A 0.1   B 0.001   B/A 0.01× at step 50"
    assert view.layer_at(QPointF(50.0, -1.02)) == "dense-2"
    view.canvas.hovered.emit(QPointF(50.2, -3.0))
    assert "B 0.001" in view.canvas.readout()
    view.canvas.hovered.emit(QPointF(50.2, -1.5))
    assert view.canvas.readout() == ""


def test_what_only_one_run_has_is_told_of_that_one() -> None:
    assert pair_text({"A": np.nan, "B": -3.0}) == "B 0.001"
    assert pair_text({"B": -3.2, "A": -7.6}) == "A 2.5e-8   B 6.3e-4   B/A 25,000×"
    assert pair_text({"A": -np.inf, "B": -3.0}) == "A 0   B 0.001"
    a, b = WeightLayers.of(A), WeightLayers.of(NORMED)
    assert merged(a, b) == ["dense-1", "norm-1", "dense-2", "dense-3"]
    assert merged(b, a) == ["dense-1", "norm-1", "dense-2", "dense-3"]
    assert merged(WeightLayers(), a) == list(a.ids)


def test_views_of_one_run_say_which(plot: GradientPlot) -> None:
    plot.set_run(replace(NORMED, beside=A))
    plot.show_frame(both(edits="B"))
    assert plot.title() == "Gradient RMS by layer"
    assert plot._sides.isVisible()
    plot.show_view("waterfall")
    assert plot.title() == "Gradient RMS by layer · B"
    assert not plot._sides.isVisible()
    assert plot._views["waterfall"].image.image.shape[0] == 4
    plot.show_view("update")
    assert plot.title() == "Update ÷ weight by layer · B"
    assert len(plot._views["update"]._all()) == 1
    plot.set_run(A)
    assert plot.title() == "Update ÷ weight by layer"


def test_a_pair_that_is_over_leaves_no_curve_behind(plot: GradientPlot) -> None:
    plot.show_frame(both())
    gone = list(strands(plot)["B"].curves)
    plot.set_run(A)
    plot.show_frame(frame_of(A, 50))
    assert not set(gone) & set(lines(plot).canvas.getPlotItem().items)
    assert lines(plot).labels.shown() == ["3", "2", "1"]
    assert plot._sides.isHidden()


def test_epochs_of_both_have_their_own_length(plot: GradientPlot) -> None:
    plot.set_count(Count.EPOCHS)
    frame = both()
    plot.show_frame(replace(frame, beside=replace(frame.beside, epochs=type(frame.epochs)(50))))
    assert strands(plot)["A"].x[-1] == pytest.approx(4.0)
    assert strands(plot)["B"].x[-1] == pytest.approx(2.0)
    assert lines(plot).canvas.box.viewRange()[0] == pytest.approx([0.0, 4.0])


@pytest.mark.parametrize("key", ["lines", "waterfall", "update"])
def test_every_view_over_steps_shows_where_somebody_looks_back_to(
    plot: GradientPlot, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot.show_view(key)
    view = plot._views[key]
    plot.show_frame(replace(both(), cursor=40))
    assert view.mark.step_text() == "step 40"
    assert view.mark._line.value() == 40.0
    read: list[str] = []
    monkeypatch.setattr(WeightLayers, "log_means", lambda *_: read.append("anew"))
    plot.show_frame(replace(both(), cursor=44))
    assert view.mark._line.value() == 44.0
    assert not read, "the picture is what it was"
    monkeypatch.undo()
    plot.show_frame(both())
    assert view.mark.step_text() == ""


def test_depth_shows_the_figures_of_a_single_run_with_their_verdicts(plot: GradientPlot) -> None:
    plot.set_run(A)
    view = depth(plot)
    assert view.canvas.empty_text() == "Press Run to start"
    plot.show_frame(read_out(frame_of(A, 9), {"dense-1": 1e-6, "dense-2": 0.0, "dense-3": 0.1},
                             {"dense-1": "vanishing", "dense-2": "dead", "dense-3": "healthy"}))
    assert view.canvas.empty_text() == ""
    x, y = view._lines["A"].getData()
    assert x.tolist() == [1, 2, 3]
    floor = view.canvas.box.viewRange()[1][0]
    assert y[[0, 2]] == pytest.approx([-6, -1])
    assert floor < y[1] < floor + 0.3, "no gradient at all lies on the floor"
    assert [(place, code) for place, _, code, _ in view._shapes.shapes()] == [
        (1, "vanishing"), (2, "dead"), (3, "healthy")]
    view.canvas.hovered.emit(QPointF(1.2, -3.0))
    assert view.canvas.readout() == "Layer 1 · Dense   1.0e-6   vanishing"
    assert view.labels.shown() == []
    plot.grab()


def test_depth_of_a_pair_matches_layers_by_id(plot: GradientPlot, qtbot: QtBot) -> None:
    view = depth(plot)
    frame = both()
    plot.show_frame(replace(
        read_out(frame, {"dense-1": 1e-6, "dense-2": 1e-4, "dense-3": 0.1}, {"dense-1": "dead"}),
        beside=read_out(frame.beside, dict.fromkeys(NORMED.weight_layers, 1e-3),
                        {"norm-1": "healthy"})))
    assert view._lines["A"].getData()[0].tolist() == [1, 3, 4], "A has no layer that normalizes"
    assert view._lines["B"].getData()[0].tolist() == [1, 2, 3, 4]
    assert view._numbers.tickStrings([1.0, 2.0, 3.0, 4.0], 1.0, 1.0) == ["layer 1", "B2", "2", "3"]
    assert view.labels.shown() == ["A", "B"]
    assert {(place, code) for place, _, code, _ in view._shapes.shapes()} == {
        (1, "dead"), (2, "healthy")}
    view.canvas.hovered.emit(QPointF(2.1, -3.0))
    assert view.canvas.readout() == "Layer 2 · Batch norm   B 0.001   B healthy"
    view.canvas.hovered.emit(QPointF(3.1, -3.0))
    assert view.canvas.readout() == "Layer 2 · Dense   A 1.0e-4   B 0.001   B/A 10×"
    with qtbot.waitSignal(plot.layer_selected) as caught:
        view.canvas.pressed.emit(QPointF(2.2, -1.0))
    assert caught.args == ["norm-1"]
    plot.set_selected("norm-1")
    assert view._column.isVisible()
    assert view._column.rect().center().x() == pytest.approx(2.0)


def test_depth_has_the_figures_of_the_step_that_is_looked_back_at(plot: GradientPlot) -> None:
    plot.set_run(A)
    view = depth(plot)
    for rms in (1e-2, 1e-5):
        plot.show_frame(replace(read_out(frame_of(A, 9), {"dense-1": rms}, {}), cursor=4))
        assert view._lines["A"].getData()[1] == pytest.approx([np.log10(rms)])


def test_shapes_of_depth_are_drawn_where_the_line_is(plot: GradientPlot, app: QApplication
                                                     ) -> None:
    plot.set_run(A)
    view = depth(plot)
    plot.show_frame(read_out(frame_of(A, 9), {"dense-1": 1e-6, "dense-2": 1e-3, "dense-3": 0.1},
                             {"dense-2": "vanishing"}))
    image = view.canvas.grab().toImage()
    at = view.canvas.mapFromScene(view.canvas.box.mapViewToScene(QPointF(2.0, -3.0)))
    assert image.pixelColor(at.x(), at.y()).name() == theme.LIGHT.vanishing


@pytest.mark.parametrize("recurrent", [False, True])
def test_the_tabs_of_a_pair_fit_into_a_small_window(plot: GradientPlot, recurrent: bool) -> None:
    snapshot = recurrent_snapshot(dense_1=np.array([0.1, 0.2])) if recurrent else None
    frame = replace(both(), snapshot=snapshot, ghost=ghost_of(A, 90))
    plot.show_frame(frame)
    assert ("time" in plot.views()) is recurrent
    for key in plot.views():
        plot.show_view(key)
        plot.show_frame(frame)
        assert plot.minimumSizeHint().width() <= 544, key
    plot.show_view("lines")
    plot.resize(544, 200)
    plot.grab()
    assert any(entry.shown() for entry in plot._sides._entries)
    assert plot._tabs.geometry().right() <= plot.width()
