"""The last run in grey behind the new one, and what is counted along the axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.telemetry.history import History
from gui import theme
from gui.frames.ghost import Ghost
from gui.plots import GradientPlot, LossPlot
from gui.plots.axes import CountAxis
from gui.plots.count import Count
from gui.plots.ranges import widened
from tests.gui.plots.runs import Frame, Run, frame_of, run_of

RUN = run_of(3)


def ghost_of(run: Run, steps: int, height: float = 1.0) -> Ghost:
    """Return what a run leaves whose loss falls from ``height``, with gradients of 1e-2."""
    at = np.arange(1.0, steps + 1.0)
    checked = np.full(steps, np.nan)
    checked[24::25] = 2 * height / at[24::25]
    names = [f"{layer_id}/{figure}" for layer_id in run.weight_layers
             for figure in ("gradient_rms", "update_ratio")]
    return Ghost(at, at / 25, {"loss": height / at, "validation_loss": checked},
                 {name: np.full(steps, -2.0) for name in names},
                 ("classification", "cross_entropy"))


def begun(frame: Frame) -> Frame:
    """Return a frame before the first step."""
    return replace(frame, step=0, history=History(frame.history.columns))


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> LossPlot:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(620, 170)
    plot.show()
    plot.set_run(RUN)
    return plot


@pytest.fixture
def gradients(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(620, 220)
    plot.show()
    plot.set_run(RUN)
    return plot


def view(plot: LossPlot) -> tuple[tuple[float, float], tuple[float, float]]:
    (left, right), (low, high) = plot._canvas.box.viewRange()
    return (left, right), (low, high)


def test_before_the_first_step_the_last_run_has_all_the_room(plot: LossPlot) -> None:
    plot.show_frame(begun(frame_of(RUN, 1)))
    assert plot._canvas._empty.isVisible()
    assert not plot._legend.last_run.isVisible()
    plot.show_frame(replace(begun(frame_of(RUN, 1)), ghost=ghost_of(RUN, 200)))
    assert not plot._canvas._empty.isVisible()
    assert plot._legend.last_run.isVisible()
    assert plot._legend.last_run.shown().strip() == "last run"
    (x, loss), (at, checked) = plot._ghosts.points()
    assert loss == pytest.approx(np.log10(1 / x))
    assert at.tolist() == list(range(25, 201, 25))
    assert checked == pytest.approx(np.log10(2 / at))
    (_, right), (low, high) = view(plot)
    assert right == pytest.approx(200)
    assert low < loss.min()
    assert high > loss.max()
    assert plot.points == 0


def test_it_goes_with_the_next_run(plot: LossPlot) -> None:
    plot.show_frame(replace(frame_of(RUN, 50), ghost=ghost_of(RUN, 200)))
    plot.set_run(RUN)
    assert plot._canvas._empty.isVisible()
    assert plot._ghosts.points() == []
    plot.show_frame(frame_of(RUN, 50))
    assert not plot._legend.last_run.isVisible()


@pytest.mark.parametrize("height", [1e7, 1e-9])
@pytest.mark.parametrize("log", [True, False])
def test_it_never_squeezes_the_new_run(plot: LossPlot, height: float, log: bool) -> None:
    plot.set_log(log)
    frame = frame_of(RUN, 60)
    plot.show_frame(replace(frame, ghost=ghost_of(RUN, 5000, height)))
    (_, right), (low, high) = view(plot)
    assert right == pytest.approx(60)
    mean = frame.history.mean("loss")
    shown = np.log10(mean) if log else mean
    assert shown.max() - shown.min() > 0.25 * (high - low)


def test_a_range_is_widened_by_its_own_width_at_most() -> None:
    assert widened(0.0, 1.0, np.array([]), 0.1) == (0.0, 1.0)
    assert widened(0.0, 1.0, np.array([0.2, 1.5]), 0.1) == (0.0, 1.5)
    assert widened(0.0, 1.0, np.array([-7.0, 9.0]), 0.1) == (-1.0, 2.0)
    assert widened(0.0, 0.01, np.array([-7.0]), 0.5) == (-0.5, 0.01)


def test_its_items_are_made_once_and_drawn_anew_only_for_another_ghost(plot: LossPlot) -> None:
    ghost = ghost_of(RUN, 3000)
    plot.show_frame(replace(frame_of(RUN, 50), ghost=ghost))
    items, points = list(plot._ghosts._curves), plot._ghosts.points()
    assert max(len(x) for x, _ in points) <= 400
    plot.show_frame(replace(frame_of(RUN, 60), ghost=ghost))
    assert plot._ghosts.points()[0][0] is points[0][0]
    plot.set_run(RUN)
    plot.show_frame(replace(frame_of(RUN, 60), ghost=ghost_of(RUN, 100)))
    assert plot._ghosts._curves == items


def test_it_takes_the_grey_of_the_theme(plot: LossPlot, app: QApplication) -> None:
    plot.show_frame(replace(frame_of(RUN, 50), ghost=ghost_of(RUN, 200)))
    for name, tokens in (("light", theme.LIGHT), ("dark", theme.DARK)):
        theme.apply(app, name)  # type: ignore[arg-type]
        pens = [curve.opts["pen"] for curve in plot._ghosts._curves]
        assert [pen.color().name() for pen in pens] == [tokens.ghost] * 2
        assert [pen.style() for pen in pens] == [Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine]
    theme.apply(app, "light")


def test_layers_that_are_there_still_have_their_curves(gradients: GradientPlot) -> None:
    ghost = ghost_of(run_of(2), 100)
    gradients.show_frame(replace(begun(frame_of(RUN, 1)), ghost=ghost))
    lines = gradients._views["lines"]
    assert len(lines._ghosts.points()) == 2
    assert gradients._last_run.isVisible()
    assert not lines.canvas._empty.isVisible()
    gradients.show_frame(replace(frame_of(RUN, 50), ghost=ghost))
    (_, right), _ = lines.canvas.box.viewRange()
    assert right == pytest.approx(50)
    gradients.show_view("waterfall")
    assert not gradients._last_run.isVisible()
    gradients.show_view("update")
    assert len(gradients._views["update"]._ghosts.points()) == 2
    gradients.show_view("lines")
    gradients.set_run(RUN)
    gradients.show_frame(begun(frame_of(RUN, 1)))
    assert lines._ghosts.points() == []
    assert lines.canvas._empty.isVisible()


def test_steps_their_logarithm_or_epochs_are_counted(
    plot: LossPlot, gradients: GradientPlot, qtbot: QtBot
) -> None:
    plot.count_changed.connect(gradients.set_count)
    frame = replace(frame_of(RUN, 100), ghost=ghost_of(RUN, 100))
    for one in (plot, gradients):
        one.show_frame(frame)
    steps = frame.history.steps()
    curve = gradients._views["lines"]._strands.curves[0]
    for count, expected, word in ((Count.LOG_STEPS, np.log10(steps), "log steps"),
                                  (Count.EPOCHS, steps / 25, "epochs"),
                                  (Count.STEPS, steps, "steps")):
        action = next(a for a in plot._count_button.menu().actions() if a.data() is count)
        with qtbot.waitSignal(plot.count_changed):
            action.trigger()
        assert plot._count_button.text() == word
        assert action.isChecked()
        assert plot._first.curves["loss"].getData()[0] == pytest.approx(expected)
        assert plot._ghosts.points()[0][0] == pytest.approx(expected)
        assert curve.getData()[0] == pytest.approx(expected)
        assert view(plot)[0] == pytest.approx((0.0, expected[-1]))
        plot._canvas.hovered.emit(QPointF(float(expected[49]), 0.0))
        assert "Step 50   batch 0.0400" in plot._canvas.readout()
        assert plot._canvas.readout().startswith("Epoch 2 ") == (count is Count.EPOCHS)
        lines = gradients._views["lines"]
        lines.canvas.hovered.emit(QPointF(float(expected[49]), 0.0))
        assert lines.canvas.readout().endswith("at step 50")


def test_a_logarithmic_axis_shows_the_first_steps_of_a_long_run(plot: LossPlot) -> None:
    frame = frame_of(RUN, 40_000)
    beginning = frame_of(RUN, 200).history
    plot.set_count(Count.LOG_STEPS)
    plot.show_frame(replace(frame, beginning=beginning))
    assert plot._first.steps[:200].tolist() == list(range(1, 201))
    assert plot._first.curves["loss"].getData()[0][0] < np.log10(4)
    plot.set_count(Count.STEPS)
    assert len(plot._first.steps) <= 512


@pytest.mark.parametrize(("count", "ends", "texts"), [
    (Count.STEPS, (0.0, 4000.0), ["0", "1,000", "2,000", "3,000", "4,000"]),
    (Count.LOG_STEPS, (0.0, 4.3), ["1", "10", "100", "1,000", "10,000"]),
    (Count.LOG_STEPS, (0.0, 1.0), ["1", "2", "5", "10"]),
    (Count.EPOCHS, (0.0, 0.4), ["0.0", "0.1", "0.2", "0.3", "0.4"]),
])
def test_ticks_are_read_as_people_write_them(
    app: QApplication, count: Count, ends: tuple[float, float], texts: list[str]
) -> None:
    axis = CountAxis("bottom")
    axis.set_count(count)
    spacing, values = axis.tickValues(*ends, 500.0)[0]
    assert axis.tickStrings(values, 1.0, spacing) == texts


def test_the_switch_stands_at_the_end_of_the_axis(plot: LossPlot) -> None:
    plot.show_frame(frame_of(RUN, 100))
    button, box = plot._count_button, plot._canvas
    assert button.isVisible()
    assert box.rect().contains(button.geometry().adjusted(0, 0, -4, 0))
    assert button.y() >= box.mapFromScene(box.box.sceneBoundingRect()).boundingRect().bottom()
    before = button.width()
    plot.set_count(Count.LOG_STEPS)
    assert button.width() > before
    assert button.accessibleName() == "Axis: log steps"
