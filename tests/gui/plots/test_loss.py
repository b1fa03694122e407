"""The loss plot shows what the history holds."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.plots import LossPlot
from gui.plots.band import Band
from tests.gui.plots.runs import frame_of, run_of, with_columns, with_values


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
    x, y = plot._first.curves["loss"].getData()
    assert x.tolist() == frame.history.steps().tolist()
    assert np.allclose(y, np.log10(frame.history.mean("loss")))
    x, y = plot._first.curves["validation_loss"].getData()
    assert len(x) == 10, "only where it was measured"
    assert np.allclose(y, np.log10(3.0 / x))


def test_plain_axis_shows_the_loss_itself(plot: LossPlot, qtbot: QtBot) -> None:
    frame = frame_of(run_of(2), 100)
    plot.show_frame(frame)
    with qtbot.waitSignal(plot.log_changed):
        plot.toggle_log()
    assert not plot.is_log()
    assert not plot._toggle.isChecked()
    assert np.allclose(plot._first.curves["loss"].getData()[1], frame.history.mean("loss"))


def test_every_mean_is_inside_the_frame(plot: LossPlot) -> None:
    plot.show_frame(frame_of(run_of(2), 3000))
    (left, right), (low, high) = plot._canvas.box.viewRange()
    x, y = plot._first.curves["loss"].getData()
    assert left <= x.min()
    assert x.max() <= right
    assert low <= y.min()
    assert y.max() <= high


def test_legend_tells_the_last_values(plot: LossPlot) -> None:
    plot.show_frame(frame_of(run_of(2), 100))
    assert plot._legend.single["loss"].value() == "0.0200"
    assert plot._legend.single["validation_loss"].value() == "0.0330"


def test_hover_reads_out_step_and_values(plot: LossPlot) -> None:
    plot.show_frame(frame_of(run_of(2), 100))
    plot._canvas.hovered.emit(QPointF(50.2, 0.0))
    assert plot._canvas.readout() == "Step 50   batch 0.0400   validation 0.0732"
    plot._canvas.hovered.emit(None)
    assert plot._canvas.readout() == ""


def test_divergence_is_a_gap_and_no_crash(plot: LossPlot) -> None:
    plot.show_frame(with_values(run_of(2), "loss", [1.0, np.inf, np.nan, 0.0]))
    y = plot._first.curves["loss"].getData()[1]
    assert y[0] == 0.0
    assert np.isnan(y).tolist() == [False, True, True, False]
    plot.show_frame(with_values(run_of(2), "loss", [np.nan]))
    plot.grab()


def floor_of(plot: LossPlot) -> float:
    return float(plot._canvas.box.viewRange()[1][0])


def test_zero_loss_lies_on_the_floor_of_a_logarithmic_axis(plot: LossPlot) -> None:
    plot.show_frame(with_values(run_of(2), "loss", [1.0, 0.5, 0.0, 0.0, 0.25]))
    y = plot._first.curves["loss"].getData()[1]
    assert np.isfinite(y).all()
    assert floor_of(plot) < y[2] < floor_of(plot) + 0.05 < y.max() - 0.25
    plot.set_log(False)
    assert plot._first.curves["loss"].getData()[1][2] == 0.0


def test_a_loss_that_stays_tiny_is_shown_and_a_rare_one_squeezes_nothing(plot: LossPlot) -> None:
    rare = [0.5] * 400
    rare[300] = 1e-12
    plot.show_frame(with_values(run_of(2), "loss", rare))
    assert -7 < floor_of(plot) < -5
    plot.set_run(run_of(2))
    plot.show_frame(with_values(run_of(2), "loss", [0.5] * 300 + [1e-9] * 100))
    assert floor_of(plot) < -9
    y = plot._first.curves["loss"].getData()[1]
    assert y.min() == pytest.approx(-9)


def test_band_goes_down_to_the_floor_where_a_batch_has_no_loss(plot: LossPlot) -> None:
    losses = np.full(2000, 0.5)
    losses[1::4] = 0.4
    losses[1200:] = np.tile([0.5, 0.0], 400)
    plot.show_frame(with_values(run_of(2), "loss", losses.tolist()))
    area = plot._band.polygon()
    width = plot._still.frame.history.width
    right = max(point.x() for point in area)
    assert right >= 2000 - width
    lowest = [point.y() for point in area if point.x() > 1200 + width]
    assert min(lowest) == pytest.approx(floor_of(plot), abs=1e-6)
    first = [point.y() for point in area if point.x() < 1200 - width]
    assert min(first) == pytest.approx(np.log10(0.4))


def test_band_keeps_every_extreme_when_it_is_thinned(app: QApplication) -> None:
    band = Band()
    x = np.arange(512.0)
    low, high = np.zeros(512), np.ones(512)
    low[77], high[400] = -5.0, 7.0
    band.set_data(x, low, high, (-10.0, 10.0))
    area = list(band.polygon())
    assert len(area) <= 2 * 256
    assert (min(point.y() for point in area), max(point.y() for point in area)) == (-5.0, 7.0)


def test_nothing_but_zeros_is_drawn_too(plot: LossPlot) -> None:
    plot.show_frame(with_values(run_of(2), "loss", [0.0] * 20))
    y = plot._first.curves["loss"].getData()[1]
    assert np.isfinite(y).all()
    assert not plot._canvas._empty.isVisible()


def test_single_points_are_dots(plot: LossPlot) -> None:
    frame = with_columns(run_of(2), {"loss": [0.5], "validation_loss": [0.6]})
    plot.show_frame(frame)
    tokens = theme.LIGHT
    for column, colour in (("loss", tokens.train), ("validation_loss", tokens.validation)):
        assert [point.x() for point in plot._first.curves[column].dots()] == [1.0]
        image = plot._canvas.grab().toImage()
        assert colour in {image.pixelColor(x, y).name()
                          for x in range(image.width()) for y in range(image.height())}
    plot.show_frame(with_values(run_of(2), "loss", [0.5, 0.4, np.nan, 0.3, np.nan]))
    dots = plot._first.curves["loss"].dots()
    assert [point.x() for point in dots] == [4.0], "one between two gaps"


def legend(plot: LossPlot) -> list[str]:
    plot.grab()
    return [entry.shown() for entry in plot._legend.single.values()]


def test_legend_names_the_batch_and_explains(plot: LossPlot) -> None:
    plot.show_frame(frame_of(run_of(2), 100))
    assert legend(plot) == ["train (batch)  0.0200", "validation  0.0330"]
    assert all("Loss" in entry.toolTip() for entry in plot._legend.single.values())


@pytest.mark.parametrize("loss", [0.0123, 3.1e10, 1.23e-7, 987_654.0, 0.000123])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_value_and_no_title_is_ever_cut(
    app: QApplication, plot: LossPlot, scale: float, loss: float
) -> None:
    theme.set_scale(app, scale)
    plot.show_frame(with_columns(run_of(2), {"loss": [loss], "validation_loss": [loss]}))
    for width in (330, 365, 420, 500, 600):
        plot.resize(theme.px(width), theme.px(170))
        texts = legend(plot)
        assert plot._title.shown() == "Loss"
        for text, entry in zip(texts, plot._legend.single.values(), strict=True):
            assert entry.width() >= entry.width_for(entry._detail)
            assert entry.geometry().right() <= entry.parentWidget().width()
            assert entry.parentWidget().geometry().right() < plot._toggle.x()
            needed = entry.fontMetrics().horizontalAdvance(text) + theme.px(21)
            assert entry.width() >= needed
    assert texts[0].startswith("train (batch)  ")


def test_values_of_the_legend_go_before_its_names(app: QApplication, plot: LossPlot) -> None:
    theme.set_scale(app, 1.5)
    plot.show_frame(frame_of(run_of(2), 100))
    seen: list[list[str]] = []
    for width in range(800, 320, -5):
        plot.resize(width, 210)
        if not seen or legend(plot) != seen[-1]:
            seen.append(legend(plot))
    assert seen[0][0].startswith("train (batch)  ")
    assert seen[-2:] == [["train (batch)", "validation"], ["batch", "validation"]]


def test_hidden_plot_waits_until_it_is_seen(plot: LossPlot) -> None:
    plot.hide()
    plot.show_frame(frame_of(run_of(2), 100))
    assert len(plot._first.curves["loss"].getData()[0]) == 0
    plot.show()
    assert len(plot._first.curves["loss"].getData()[0]) == 100


def test_curves_take_the_colours_of_the_theme(plot: LossPlot, app: QApplication) -> None:
    theme.apply(app, "dark")
    assert plot._first.curves["loss"].opts["pen"].color().name() == theme.DARK.train
    app.processEvents()
    image = plot._canvas.grab().toImage()
    corner = image.pixelColor(image.width() - 2, image.height() - 2)
    assert corner.name() == theme.DARK.surface
