"""Recurrent layers show how their gradient goes back through time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.spec import LayerSpec, NetworkSpec
from engine.telemetry.parts import EVERYTHING, NOTHING, Part
from engine.telemetry.snapshot import LayerReading, Snapshot
from gui.plots import GradientPlot
from gui.plots.through_time import ThroughTime, explanation
from tests.gui.output.examples import snapshot_of
from tests.gui.plots.runs import Frame, Run, frame_of

RUN = Run(NetworkSpec((LayerSpec("input", "input"), LayerSpec("dense-1", "dense"),
                       LayerSpec("dense-2", "dense"), LayerSpec("dense-3", "dense"))),
          ("dense-1", "dense-2", "dense-3"))
DECAY = 10.0 ** np.arange(-5.0, 1.0)


def recurrent(**gradients: Any) -> Snapshot:
    readings = tuple(
        LayerReading(name.replace("_", "-"), step_gradients=values)
        for name, values in gradients.items())
    return replace(snapshot_of(), layers=(LayerReading("input"), *readings))


def frame(snapshot: Snapshot | None) -> Frame:
    return replace(frame_of(RUN, 20), snapshot=snapshot)


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.show()
    plot.set_run(RUN)
    return plot


def shown(plot: GradientPlot, snapshot: Snapshot) -> ThroughTime:
    plot.show_frame(frame(snapshot))
    plot.show_view("time")
    view = plot._views["time"]
    assert isinstance(view, ThroughTime)
    return view


def test_only_recurrent_layers_have_the_view(plot: GradientPlot) -> None:
    assert plot.views() == ("lines", "depth", "waterfall", "update")
    without = EVERYTHING - {Part.STEP_GRADIENTS}
    plot.show_frame(frame(replace(snapshot_of(), available=without)))
    assert "time" not in plot.views()
    assert plot.wanted() == NOTHING
    plot.show_frame(frame(recurrent(dense_1=DECAY)))
    assert plot.views() == ("lines", "depth", "waterfall", "update", "time")
    plot.show_view("time")
    plot.show_frame(frame(None))
    assert plot.view() == "time", "a frame without a snapshot says nothing new"
    assert plot.wanted() == {Part.STEP_GRADIENTS}
    plot.show_frame(frame(replace(recurrent(dense_1=None), parts=frozenset())))
    assert plot._views["time"]._y.size, "what was not asked for is not drawn"
    plot.show_frame(frame(replace(recurrent(dense_1=None), available=without)))
    assert plot.view() == "lines"
    assert plot.title() == "Gradient RMS by layer"


def test_one_curve_per_recurrent_layer_over_time(plot: GradientPlot) -> None:
    view = shown(plot, recurrent(dense_1=DECAY, dense_2=None, dense_3=DECAY * 0 + 0.1))
    assert len(view._strands.curves) == 2
    x, y = view._strands.curves[0].getData()
    assert x.tolist() == [1, 2, 3, 4, 5, 6]
    assert y == pytest.approx(np.arange(-5.0, 1.0))
    assert view.labels.shown() == ["1", "3"]


def test_items_persist_from_frame_to_frame(plot: GradientPlot) -> None:
    view = shown(plot, recurrent(dense_1=DECAY))
    before = list(view._strands.curves)
    plot.show_frame(frame(recurrent(dense_1=DECAY * 2)))
    assert view._strands.curves == before
    plot.show_frame(frame(recurrent(dense_1=DECAY, dense_2=DECAY)))
    assert len(view._strands.curves) == 2
    assert not set(before) & set(view.canvas.getPlotItem().items)


def test_it_is_shown_before_the_first_step(plot: GradientPlot) -> None:
    empty = replace(frame_of(RUN, 0), snapshot=recurrent(dense_1=DECAY))
    plot.show_frame(empty)
    plot.show_view("time")
    view = plot._views["time"]
    assert isinstance(view, ThroughTime)
    assert len(view._strands.curves) == 1


def test_sentence_speaks_of_the_selected_layer(plot: GradientPlot) -> None:
    view = shown(plot, recurrent(dense_1=DECAY, dense_3=DECAY * 0 + 0.1))
    assert view.sentence.text() == (
        "Vanishing through time: in layer 1, step 1 receives 1.0e-5 times the gradient of step 6.")
    plot.set_selected("dense-3")
    assert view.sentence.text().startswith(
        "Steady through time: in layer 3, step 1 receives 1 times")
    pens = [curve.opts["pen"].width() for curve in view._strands.curves]
    assert pens == [1, 2]


@pytest.mark.parametrize(("gradients", "start"), [
    ([3.0, 0.0], "Exploding through time: in layer 4, step 1 receives 1.0e3 times"),
    ([-np.inf, 0.0],
     "Vanishing through time: in layer 4, step 1 receives none of the gradient of step 2"),
    ([0.0, -np.inf], "No gradient reaches the last step"),
    ([np.nan, -3.0, 0.0], "Vanishing through time: in layer 4, step 2"),
    ([np.nan, 0.0], ""),
])
def test_sentence_in_every_case(gradients: list[float], start: str) -> None:
    assert explanation(4, np.array(gradients)).startswith(start)
    assert bool(explanation(4, np.array(gradients))) == bool(start)


def test_click_selects_and_hover_reads(plot: GradientPlot, qtbot: QtBot) -> None:
    view = shown(plot, recurrent(dense_1=DECAY, dense_3=DECAY * 0 + 1e-5))
    with qtbot.waitSignal(plot.layer_selected) as caught:
        view.canvas.pressed.emit(QPointF(6.0, -0.05))
    assert caught.args == ["dense-1"]
    view.canvas.hovered.emit(QPointF(5.1, -1.0))
    assert view.canvas.readout() == "Layer 1 · Dense   0.1 at time step 5, step 10"


def test_gradient_of_zero_runs_along_the_floor(plot: GradientPlot) -> None:
    view = shown(plot, recurrent(dense_1=np.array([0.0, 0.0, 1e-3, 1.0])))
    _, y = view._strands.curves[0].getData()
    assert np.isfinite(y).all()
    assert y[0] == y[1] < -3
    plot.grab()


def test_another_run_begins_empty(plot: GradientPlot) -> None:
    view = shown(plot, recurrent(dense_1=DECAY))
    plot.set_run(RUN)
    assert view._strands.curves == []
    assert view.sentence.text() == ""
    plot.grab()
