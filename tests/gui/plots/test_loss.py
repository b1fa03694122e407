"""The loss plot shows what the history holds."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.plots import LossPlot
from tests.gui.plots.runs import frame_of, run_of, with_values


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> LossPlot:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(560, 170)
    plot.show()
    plot.set_run(run_of(2))
    return plot


def test_empty_plot_says_what_to_do(plot: LossPlot) -> None:
    assert plot._canvas._empty.text() == "Press Run to start"
    assert plot._canvas._empty.isVisible()
    plot.show_frame(frame_of(run_of(2), 5))
    assert not plot._canvas._empty.isVisible()
    plot.set_run(run_of(2))
    assert plot._canvas._empty.isVisible()


def test_curves_are_log10_of_the_means(plot: LossPlot) -> None:
    frame = frame_of(run_of(2), 100)
    plot.show_frame(frame)
    x, y = plot._curves["loss"].getData()
    assert x.tolist() == frame.history.steps().tolist()
    assert np.allclose(y, np.log10(frame.history.mean("loss")))
    x, y = plot._curves["validation_loss"].getData()
    assert len(x) == 10, "only where it was measured"
    assert np.allclose(y, np.log10(3.0 / x))


def test_plain_axis_shows_the_loss_itself(plot: LossPlot, qtbot: QtBot) -> None:
    frame = frame_of(run_of(2), 100)
    plot.show_frame(frame)
    with qtbot.waitSignal(plot.log_changed):
        plot.toggle_log()
    assert not plot.is_log()
    assert not plot._toggle.isChecked()
    assert np.allclose(plot._curves["loss"].getData()[1], frame.history.mean("loss"))


def test_every_mean_is_inside_the_frame(plot: LossPlot) -> None:
    plot.show_frame(frame_of(run_of(2), 3000))
    (left, right), (low, high) = plot._canvas.box.viewRange()
    x, y = plot._curves["loss"].getData()
    assert left <= x.min()
    assert x.max() <= right
    assert low <= y.min()
    assert y.max() <= high


def test_legend_tells_the_last_values(plot: LossPlot) -> None:
    plot.show_frame(frame_of(run_of(2), 100))
    assert plot._entries["loss"].value() == "0.0200"
    assert plot._entries["validation_loss"].value() == "0.0330"


def test_hover_reads_out_step_and_values(plot: LossPlot) -> None:
    plot.show_frame(frame_of(run_of(2), 100))
    plot._canvas.hovered.emit(QPointF(50.2, 0.0))
    assert plot._canvas.readout() == "Step 50   train 0.0400   validation 0.0732"
    plot._canvas.hovered.emit(None)
    assert plot._canvas.readout() == ""


def test_divergence_is_a_gap_and_no_crash(plot: LossPlot) -> None:
    plot.show_frame(with_values(run_of(2), "loss", [1.0, np.inf, np.nan, 0.0]))
    y = plot._curves["loss"].getData()[1]
    assert y[0] == 0.0
    assert np.isnan(y[1:]).all()
    plot.show_frame(with_values(run_of(2), "loss", [np.nan]))
    plot.grab()


def test_hidden_plot_waits_until_it_is_seen(plot: LossPlot) -> None:
    plot.hide()
    plot.show_frame(frame_of(run_of(2), 100))
    assert len(plot._curves["loss"].getData()[0]) == 0
    plot.show()
    assert len(plot._curves["loss"].getData()[0]) == 100


def test_curves_take_the_colours_of_the_theme(plot: LossPlot, app: QApplication) -> None:
    theme.apply(app, "dark")
    assert plot._curves["loss"].opts["pen"].color().name() == theme.DARK.train
    image = plot._canvas.grab().toImage()
    corner = image.pixelColor(image.width() - 2, image.height() - 2)
    assert corner.name() == theme.DARK.surface
