"""The instruments in the menu draw every layer, tell what is pointed at, and can be frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.diagnosis.rules import DEFAULTS, Limit
from engine.spec import LayerSpec, NetworkSpec
from engine.telemetry.looks import Looks
from engine.telemetry.parts import EVERYTHING, NOTHING, Part
from engine.telemetry.snapshot import MAGNITUDE_STEP, LayerReading, Snapshot
from gui import theme
from gui.plots import GradientPlot, LossPlot
from gui.plots.layer_view import LayerView
from gui.plots.look_curves import NOTHING_SEEN, WINDOW, LookCurves
from gui.plots.ridges import RidgeView
from tests.gui.plots.runs import Frame, Run, frame_of, run_of

INSTRUMENTS = ("activations", "magnitudes", "sizes", "shares", "noise")


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.show()
    plot.set_run(run_of(3))
    return plot


def reading(layer_id: str, place: int, step: int) -> LayerReading:
    """Layer i has gradients around 10**-i, activations from -i to i, and a sixth of i dead."""
    counts = np.array([1, 2, 4, 1]) * (place + 1)
    return LayerReading(
        layer_id, gradient_zero_share=0.2, magnitudes=counts, magnitudes_from=-float(place),
        histogram=np.array([0, 3, 1]), histogram_range=(-float(place), float(place)), values=4,
        weight_rms=0.1 * place, update_std=1e-4 * place * (1 + step), dead_share=place / 6,
        saturated_share=float("nan"), gradient_signal=4.0 * place, gradient_noise=float(place))


def snapshot(run: Run, step: int) -> Snapshot:
    layers = (LayerReading("input"), *(reading(layer_id, place, step) for place, layer_id
                                       in enumerate(run.weight_layers, 1)))
    return Snapshot(1, step, 0, 0.5, layers=layers, parts=EVERYTHING)


def looked(run: Run, steps: Sequence[int], last: int = 100) -> Frame:
    """Return a frame of a run that was looked at in some steps."""
    looks = Looks([layer.id for layer in run.network.layers])
    for step in steps:
        looks.note(snapshot(run, step))
    return replace(frame_of(run, last), snapshot=snapshot(run, steps[-1]), looks=looks)


def shown(plot: GradientPlot, key: str, frame: Frame | None = None) -> Any:
    plot.show_frame(looked(run_of(3), (0, 10, 60)) if frame is None else frame)
    plot.show_view(key)
    return plot._views[key]


def test_the_menu_offers_them_and_the_tabs_stay_as_they_were(plot: GradientPlot) -> None:
    assert plot.views() == ("lines", "depth", "waterfall", "update")
    assert plot.instruments() == INSTRUMENTS
    assert plot.view() == "lines"
    assert plot.wanted() == NOTHING
    assert not plot._more.isChecked()
    for key in INSTRUMENTS:
        assert plot._more.action(key).toolTip()


def test_choosing_one_shows_it_and_is_told(plot: GradientPlot, qtbot: QtBot) -> None:
    with qtbot.waitSignal(plot.instrument_chosen) as caught, qtbot.waitSignal(plot.wanted_changed):
        plot._more.action("magnitudes").trigger()
    assert caught.args == ["magnitudes"]
    assert plot.view() == "magnitudes"
    assert plot.title() == "Gradient histograms"
    assert plot.wanted() == {Part.MAGNITUDES}
    assert plot._more.isChecked()
    assert plot._tabs.current() == ""
    plot.set_run(run_of(2))
    assert plot.view() == "magnitudes", "it stays when another run begins"
    with qtbot.waitSignal(plot.instrument_chosen) as back:
        qtbot.mouseClick(plot._tabs.button("depth"), Qt.MouseButton.LeftButton)
    assert back.args == [""]
    assert not plot._more.isChecked()
    assert not plot._more.action("magnitudes").isChecked()
    plot.show_view("no such view")
    assert plot.view() == "depth"


@pytest.mark.parametrize(("key", "wanted"), [
    ("activations", Part.READINGS), ("magnitudes", Part.MAGNITUDES), ("sizes", Part.READINGS),
    ("shares", Part.READINGS), ("noise", Part.GRADIENT_NOISE)])
def test_each_asks_for_its_part_alone(plot: GradientPlot, key: str, wanted: Part) -> None:
    plot.show_view(key)
    assert plot.wanted() == {wanted}
    plot.set_frozen(True)
    plot.show_frame(looked(run_of(3), (0,)))
    plot.set_frozen(True)
    assert plot.wanted() == NOTHING, "what stands still needs nothing new"


@pytest.mark.parametrize(("key", "scheme"), [
    *zip(INSTRUMENTS, (*["light", "dark"] * 2, "light"), strict=True)])
def test_each_is_drawn_with_and_without_figures(
    app: QApplication, plot: GradientPlot, key: str, scheme: theme.Scheme
) -> None:
    theme.apply(app, scheme)
    plot.show_view(key)
    plot.grab()
    view = shown(plot, key)
    assert view.canvas.empty_text() == ""
    plot.set_selected("dense-2")
    plot.grab()
    plot.set_run(run_of(0))
    plot.show_frame(looked(run_of(0), (0,), 5))
    plot.grab()


def test_ridges_stand_on_one_axis_in_their_rows(plot: GradientPlot) -> None:
    view = shown(plot, "magnitudes")
    areas = view.ridges.areas()
    assert sorted(areas) == [0, 1, 2]
    for row, area in areas.items():
        points = list(area)
        assert points[0].y() == points[-1].y() == row + 1, "it stands on its row's lower edge"
        summit = min(points, key=lambda point: point.y())
        # The third of four bins is the fullest.
        assert summit.x() == pytest.approx(-(row + 1) + 2.5 * MAGNITUDE_STEP)
    heights = [row + 1 - min(point.y() for point in area) for row, area in areas.items()]
    assert max(heights) == pytest.approx(min(heights)), "each is as high as any other"
    low, high = view.canvas.box.viewRange()[0]
    assert low < -3
    assert high > -1 + 3 * MAGNITUDE_STEP


def test_ridges_say_layer_step_and_value(plot: GradientPlot, qtbot: QtBot) -> None:
    view = shown(plot, "magnitudes")
    view.canvas.hovered.emit(QPointF(-2.0 + 2.5 * MAGNITUDE_STEP, 1.5))
    assert view.canvas.readout() == (
        "Layer 2 · Dense   50.0% near 0.015, median 0.015, 20% zeros at step 60")
    with qtbot.waitSignal(plot.layer_selected) as caught:
        view.canvas.pressed.emit(QPointF(-2.0, 1.5))
    assert caught.args == ["dense-2"]
    view.canvas.hovered.emit(QPointF(-2.0, 7.0))
    assert view.canvas.readout() == ""
    view = shown(plot, "activations")
    view.canvas.hovered.emit(QPointF(-0.1, 2.5))
    assert view.canvas.readout().startswith(
        "Layer 3 · Dense   75.0% near \N{MINUS SIGN}0.1")


def test_a_table_of_ridges_has_every_bin(plot: GradientPlot) -> None:
    view = shown(plot, "magnitudes")
    names, columns = view.table()
    unit = "[unit of the loss per unit of weight]"
    assert names == ["layer", "title", f"|dL/dW|, from {unit}", f"|dL/dW|, to {unit}", "weights"]
    first = [column[columns[0] == 1] for column in columns]
    # A fifth of the weights has none: 4 of 20.
    assert first[4].tolist() == [4, 2, 4, 8, 2]
    assert first[1].tolist() == ["Layer 1 · Dense"] * 5
    assert first[2][1:] == pytest.approx(10.0 ** (-1 + MAGNITUDE_STEP * np.arange(4)))
    names, columns = shown(plot, "activations").table()
    assert columns[2][columns[0] == 3].tolist() == pytest.approx([-3, -1, 1])


def test_equal_activations_are_one_narrow_ridge(plot: GradientPlot) -> None:
    flat = LayerReading("dense-1", histogram=np.array([64, 0, 0]), histogram_range=(0.5, 0.5))
    infinite = LayerReading("dense-2", histogram_range=(-np.inf, np.inf))
    seen = replace(snapshot(run_of(3), 1), layers=(flat, infinite))
    view = shown(plot, "activations", replace(frame_of(run_of(3), 5), snapshot=seen))
    assert list(view.ridges.areas()) == [0]
    assert view._shown[0].quantiles(0.5) == pytest.approx([0.5])


def test_layers_without_weights_have_activations_and_shares(plot: GradientPlot) -> None:
    kinds = ("input", "dense", "activation", "dense")
    network = NetworkSpec(tuple(LayerSpec(f"l{i}", kind) for i, kind in enumerate(kinds)))
    run = Run(network, ("l1", "l3"))
    plot.set_run(run)
    for key in INSTRUMENTS:
        plot.show_view(key)
    assert plot._views["activations"]._layers.positions == (1, 2, 3)
    assert plot._views["shares"]._layers.positions == (1, 2, 3)
    assert plot._views["magnitudes"]._layers.positions == (1, 3)
    assert plot._views["noise"]._layers.positions == (1, 3)


def curves(view: LookCurves) -> tuple[Any, Any]:
    return ([one.getData() for one in view._strands.curves],
            [one.getData() for one in view._second.curves])


def test_sizes_are_those_of_the_looks(plot: GradientPlot) -> None:
    view = shown(plot, "sizes")
    solid, _ = curves(view)
    for place, (x, y) in enumerate(solid, 1):
        assert x.tolist() == [0, 10, 60]
        assert 10.0**y == pytest.approx(np.full(3, 0.1 * place))
    assert view._second.y[1] == pytest.approx(np.log10(2e-4 * np.array([1, 11, 61])))
    names, columns = view.table()
    assert names[:3] == ["step", "epoch", "Layer 1 · Dense: RMS of w [unit of weight]"]
    assert names[5] == "Layer 1 · Dense: std of Δw [unit of weight]"
    assert columns[0].tolist() == [0, 10, 60]
    assert columns[6] == pytest.approx(2e-4 * np.array([1, 11, 61])), "linear, not log10"
    view.canvas.hovered.emit(QPointF(11.0, float(view._second.y[1][1])))
    assert view.canvas.readout() == "Layer 2 · Dense   RMS of w 0.2, std of Δw 0.0022 at step 10"


def test_shares_are_those_of_the_looks_beside_the_doctors_limits(plot: GradientPlot) -> None:
    view = shown(plot, "shares")
    solid, _ = curves(view)
    assert [y[-1] for _, y in solid] == pytest.approx([1 / 6, 1 / 3, 1 / 2])
    assert not any(curve.isVisible() for curve in view._second.curves), "none can be saturated"
    assert [line.value() for line in view.limits.lines] == [0.2, 0.5]
    plot.set_thresholds(replace(DEFAULTS, dead=Limit(0.1, 0.3)))
    assert [line.value() for line in view.limits.lines] == [0.1, 0.3, 0.2, 0.5]
    view.canvas.hovered.emit(QPointF(58.0, 0.335))
    assert view.canvas.readout() == "Layer 2 · Dense   dead 33.3% at step 60"
    names, columns = view.table()
    assert names[2:] == [f"Layer {i} · Dense: dead [share of units]" for i in (1, 2, 3)]
    assert columns[4].tolist() == [0.5] * 3
    assert view.canvas.box.viewRange()[1][0] < 0 < 0.5 < view.canvas.box.viewRange()[1][1] < 1


def test_noise_is_compared_with_the_signal(plot: GradientPlot) -> None:
    view = shown(plot, "noise")
    assert 10.0 ** view._strands.y == pytest.approx(np.full((3, 3), 2.0))
    assert [line.value() for line in view.limits.lines] == [0.0]
    names, columns = view.table()
    assert names[2:5] == [f"Layer {i} · Dense: signal ÷ noise [ratio]" for i in (1, 2, 3)]
    assert columns[3] == pytest.approx([2, 2, 2])
    assert names[6].startswith("Layer 2 · Dense: squared gradient over all examples [")
    assert [columns[place][0] for place in (6, 9)] == [8, 2]


def test_signal_and_noise_are_averaged_before_they_are_compared(plot: GradientPlot) -> None:
    """The estimate of a signal may be negative; its mean over some looks is none the worse."""
    run, looks = run_of(1), Looks(("input", "dense-1"))
    signals = [-1.0, 3.0] * 10 + [-1.0] * WINDOW
    for step, signal in enumerate(signals):
        one = LayerReading("dense-1", gradient_signal=signal, gradient_noise=4.0)
        looks.note(Snapshot(1, step, 0, 0.5, layers=(LayerReading("input"), one),
                            parts=frozenset({Part.GRADIENT_NOISE})))
    plot.set_run(run)
    view = shown(plot, "noise", replace(frame_of(run, 40), looks=looks))
    ratios = 10.0 ** view._strands.y[0]
    assert ratios[0] == 0
    assert ratios[WINDOW - 1:20] == pytest.approx(np.full(21 - WINDOW, 0.5))
    assert ratios[-1] == 0
    view.canvas.hovered.emit(QPointF(len(signals) - 1.0, view._floor()))
    assert "too small to tell" in view.canvas.readout()


def test_what_has_not_been_looked_at_says_so(plot: GradientPlot) -> None:
    view = shown(plot, "noise", frame_of(run_of(3), 50))
    assert view.canvas.empty_text() == NOTHING_SEEN
    view = shown(plot, "noise", frame_of(run_of(3), 0))
    assert view.canvas.empty_text() == "Press Run to start"


@pytest.mark.parametrize("key", ["magnitudes", "shares"])
def test_hundred_layers_keep_one_item_each(plot: GradientPlot, key: str) -> None:
    run = run_of(100)
    plot.set_run(run)
    plot.show_view(key)
    plot.show_frame(looked(run, range(0, 90, 3), 90))
    plot.grab()
    view: LayerView = plot._views[key]
    items = list(view.canvas.getPlotItem().items)
    plot.show_frame(looked(run, range(0, 180, 3), 180))
    plot.grab()
    assert view.canvas.getPlotItem().items == items
    if isinstance(view, RidgeView):
        assert len(view.ridges.areas()) == 100
        assert view._height() == 10, "a ridge of a row's height could not be seen"


def test_frozen_plots_stand_still_and_say_so(plot: GradientPlot, qtbot: QtBot) -> None:
    lines = plot._views["lines"]
    frame = looked(run_of(3), (0, 10, 60))
    plot.show_frame(frame)
    with qtbot.waitSignal(plot.frozen) as caught:
        plot._more.freeze.trigger()
    assert caught.args == [True]
    assert plot._mark.isVisible()
    assert plot._mark.text() == "Frozen at step 100"
    # The history goes on growing behind what is shown.
    frame.history.extend(np.arange(101, 201), np.ones((100, len(frame.history.columns))))
    frame.looks.note(snapshot(run_of(3), 90))
    plot.show_frame(replace(frame, step=200, snapshot=snapshot(run_of(3), 90)))
    assert len(lines._strands.curves[0].getData()[0]) == 100
    plot.show_view("waterfall")
    assert plot._views["waterfall"].image.image.shape == (3, 100)
    plot.show_view("sizes")
    assert plot._views["sizes"]._strands.steps.tolist() == [0, 10, 60]
    assert plot._mark.isVisible()
    with qtbot.waitSignal(plot.frozen) as caught:
        qtbot.mouseClick(plot._mark, Qt.MouseButton.LeftButton)
    assert caught.args == [False]
    assert not plot._mark.isVisible()
    assert not plot._more.freeze.isChecked()
    assert plot._views["sizes"]._strands.steps.tolist() == [0, 10, 60, 90]
    plot.show_view("lines")
    assert len(lines._strands.curves[0].getData()[0]) == 200


def test_a_new_run_is_followed(plot: GradientPlot) -> None:
    plot.show_frame(looked(run_of(3), (0, 10)))
    plot.set_frozen(True)
    assert plot.is_frozen()
    plot.set_run(run_of(2))
    assert not plot.is_frozen()
    assert not plot._mark.isVisible()
    plot.set_frozen(True)
    assert not plot.is_frozen(), "there is nothing to stand still"
    assert not plot._more.freeze.isChecked()


def test_the_loss_can_be_frozen(app: QApplication, qtbot: QtBot) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.show()
    plot.set_run(run_of(1))
    frame = frame_of(run_of(1), 50)
    plot.show_frame(frame)
    plot.set_frozen(True)
    frame.history.extend(np.arange(51, 71), np.ones((20, len(frame.history.columns))))
    plot.show_frame(replace(frame, step=70))
    plot.set_log(False)
    assert plot.points == 50
    with qtbot.waitSignal(plot.frozen) as caught:
        qtbot.mouseClick(plot._mark, Qt.MouseButton.LeftButton)
    assert caught.args == [False]
    assert plot.points == 70


def test_zooming_draws_again_and_another_run_shows_all(plot: GradientPlot) -> None:
    view = shown(plot, "sizes")
    view.canvas._show_part(view.canvas._zoom.zoom((30.0, -3.0), (4.0, 4.0)))
    view.canvas.zoomed.emit()
    before = view.canvas.box.viewRange()
    plot.show_frame(looked(run_of(3), (0, 10, 60, 90)))
    assert view.canvas.box.viewRange() == before, "a frame does not take the part away"
    assert view.labels.shown() == [], "the newest is not in sight"
    plot.set_run(run_of(3))
    assert not view.canvas._zoom.is_on


def test_the_doctors_limits_stand_beside_the_updates(plot: GradientPlot) -> None:
    assert [line.value() for line in plot._guide._severe.lines] == pytest.approx([-5, -1])
    plot.set_thresholds(replace(DEFAULTS, update_small=Limit(1e-5, 1e-7)))
    assert plot._guide._region.getRegion() == pytest.approx((-5, -2))
    assert [line.value() for line in plot._guide._severe.lines] == pytest.approx([-7, -1])
