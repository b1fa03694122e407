"""The loss of a pair of runs, of other seeds, of earlier runs, and where somebody looks back to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.frames.epochs import EpochScale
from gui.plots import LossPlot
from gui.plots.count import Count
from gui.plots.dashed import Dashes
from tests.gui.plots.runs import frame_of, pair_of, run_of, with_columns, with_values
from tests.gui.plots.spreads import spread_of
from tests.gui.plots.test_last_run import ghost_of

A, B = run_of(3), replace(run_of(3), run="B")


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> LossPlot:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(560, 170)
    plot.show()
    plot.set_run(replace(A, beside=B))
    return plot


def losses(plot: LossPlot, side: int, column: str = "loss") -> tuple[np.ndarray, np.ndarray]:
    x, y = plot._sides[side].curves[column].getData()
    return x, y


def view(plot: LossPlot) -> tuple[tuple[float, float], tuple[float, float]]:
    (left, right), (low, high) = plot._canvas.box.viewRange()
    return (left, right), (low, high)


@pytest.mark.parametrize("edits", ["A", "B"])
def test_a_is_solid_and_b_dashed_whichever_is_edited(plot: LossPlot, edits: str) -> None:
    a = frame_of(A, 100)
    b = with_values(B, "loss", [0.5] * 100)
    plot.show_frame(pair_of(a, b, edits=edits))
    x, y = losses(plot, 0)
    assert x.tolist() == a.history.steps().tolist()
    assert y == pytest.approx(np.log10(a.history.mean("loss")))
    x, y = losses(plot, 1)
    assert set(y.round(9)) == {round(float(np.log10(0.5)), 9)}
    assert plot._sides[0].curves["loss"].opts["connect"] == "all"
    drawn = plot._sides[1].curves["loss"].opts["connect"]
    assert 0.4 * len(drawn) < drawn.sum() < 0.8 * len(drawn)
    assert [entry.isVisible() for entry in plot._legend.single.values()] == [False, False]
    assert {key: entry.value() for key, entry in plot._legend.pair.items()} == {
        "A": "0.0200", "B": "0.5000"}
    assert "validation loss 0.0330" in plot._legend.pair["A"].toolTip()
    assert "validation loss unknown" in plot._legend.pair["B"].toolTip()


def test_dashes_are_as_long_on_the_screen_however_far_the_points_lie_apart() -> None:
    for x in (np.linspace(0, 100, 5), np.linspace(0, 100, 999)):
        dashes = Dashes.of(x, 6.0, 4.0)
        across, (along, drawn) = dashes.x, dashes.over(2 * x)
        assert along == pytest.approx(2 * across)
        lengths = np.diff(across)
        assert lengths[drawn[:-1] > 0].sum() == pytest.approx(60.0)
        middles = (across[:-1] + across[1:])[drawn[:-1] > 0] / 2
        assert (middles % 10 < 6).all()


def test_dashes_end_at_a_gap() -> None:
    x = np.arange(10.0)
    y = np.where((x > 3) & (x < 6), np.nan, 1.0)
    dashes = Dashes.of(x, 100.0, 1.0)
    across, (along, drawn) = dashes.x, dashes.over(y)
    assert np.isfinite(along).all()
    assert across[drawn > 0].tolist() == [0, 1, 2, 6, 7, 8]


def test_the_axes_hold_both(plot: LossPlot) -> None:
    a, b = with_values(A, "loss", [3.0] * 60), with_values(B, "loss", [0.01] * 90)
    plot.show_frame(pair_of(a, b))
    (_, right), (low, high) = view(plot)
    assert right == pytest.approx(90)
    assert low < -2.0
    assert high > np.log10(3.0)


def test_the_ends_have_letters_and_those_of_validation_only_where_they_lie_apart(
    plot: LossPlot
) -> None:
    plot.show_frame(pair_of(frame_of(A, 100), with_values(B, "loss", [3.0] * 100)))
    assert plot._labels.shown() == ["B", "A"], "the higher one stands above"
    apart = with_columns(B, {"loss": [1.0] * 120, "validation_loss": [9.0] * 120})
    plot.show_frame(pair_of(with_values(A, "loss", [0.1] * 120), apart))
    assert plot._labels.shown() == ["B", "B", "A"]
    plot.set_run(A)
    plot.show_frame(frame_of(A, 100))
    assert plot._labels.shown() == []


def test_losses_of_exactly_0_have_no_distance(plot: LossPlot) -> None:
    values = [0.5] * 99 + [0.0]
    a, b = (with_columns(run, {"loss": values, "validation_loss": values}) for run in (A, B))
    plot.show_frame(pair_of(a, b))
    assert np.isneginf(plot._sides[0].end("loss"))


def test_the_readout_tells_both_with_the_step(plot: LossPlot) -> None:
    plot.show_frame(pair_of(frame_of(A, 100), with_values(B, "loss", [0.5] * 100)))
    plot._canvas.hovered.emit(QPointF(50.2, 0.0))
    assert plot._canvas.readout() == "Step 50   A 0.0400, val 0.0732   B 0.5000"
    plot.show_frame(pair_of(frame_of(A, 100), with_values(B, "loss", [0.5] * 40)))
    assert plot._canvas.readout() == "A step 50: 0.0400, val 0.0732   B step 40: 0.5000"


def test_epochs_of_both_may_be_of_different_length(plot: LossPlot) -> None:
    b = replace(with_values(B, "loss", [0.5] * 100), epochs=EpochScale(50))
    plot.set_count(Count.EPOCHS)
    plot.show_frame(pair_of(frame_of(A, 100), b))
    assert losses(plot, 0)[0][-1] == pytest.approx(4.0)
    assert losses(plot, 1)[0][-1] == pytest.approx(2.0)
    assert view(plot)[0] == pytest.approx((0.0, 4.0))
    plot._canvas.hovered.emit(QPointF(1.0, 0.0))
    assert plot._canvas.readout() == \
        "Epoch 1   A step 25: 0.0800, val 0.1429   B step 50: 0.5000"


def test_b_is_drawn_before_the_edited_one_has_a_step(plot: LossPlot) -> None:
    empty = frame_of(B, 1)
    empty = replace(empty, history=type(empty.history)(empty.history.columns))
    plot.show_frame(pair_of(frame_of(A, 60), empty, edits="B"))
    assert plot.points == 60
    assert plot._canvas.empty_text() == ""
    plot._canvas.hovered.emit(QPointF(50.2, 0.0))
    assert plot._canvas.readout() == "Step 50   A 0.0400, val 0.0732"


def test_a_run_alone_again_has_its_legend_and_its_spread(plot: LossPlot) -> None:
    values = np.tile([0.4, 0.6], 1000).tolist()
    plot.show_frame(pair_of(with_values(A, "loss", values), with_values(B, "loss", values)))
    assert plot._band.polygon().isEmpty(), "two areas would hide where the curves part"
    plot.set_run(A)
    plot.show_frame(with_values(A, "loss", values))
    assert not plot._band.polygon().isEmpty()
    assert len(losses(plot, 1)[0]) == 0
    assert plot._legend.single["loss"].isVisible()
    assert not plot._legend.pair["A"].isVisible()


def test_other_seeds_are_two_areas_and_widen_the_axis(plot: LossPlot) -> None:
    frame = pair_of(with_values(A, "loss", [0.7] * 100), with_values(B, "loss", [0.3] * 100))
    plot.show_frame(frame)
    assert not plot._legend.seeds.isVisible()
    plot.set_bands(spread_of(100))
    tops = [max(point.y() for point in band.polygon()) for band in plot._seeds.bands]
    bottoms = [min(point.y() for point in band.polygon()) for band in plot._seeds.bands]
    assert tops == pytest.approx(np.log10([1.0, 0.1]).tolist())
    assert bottoms == pytest.approx(np.log10([0.5, 0.05]).tolist())
    assert view(plot)[1][0] < np.log10(0.05)
    assert plot._legend.seeds.isVisible()
    assert plot._legend.seeds.shown().strip() == "5 seeds"
    plot.set_bands(spread_of(100, seeds=0))
    assert not plot._legend.seeds.isVisible(), "nothing is finished yet"
    plot.set_bands(None)
    assert all(band.polygon().isEmpty() for band in plot._seeds.bands)


def test_earlier_runs_are_thin_grey_lines(plot: LossPlot) -> None:
    last, other = ghost_of(A, 200), ghost_of(A, 300)
    plot.show_frame(replace(frame_of(A, 50), ghost=last))
    plot.set_earlier((other, last))
    assert plot._legend.earlier.shown().strip() == "1 earlier", "the last run is drawn already"
    assert len(plot._earlier.points()) == 1
    plot.show_frame(frame_of(A, 50))
    assert plot._legend.earlier.shown().strip() == "2 earlier"
    assert [len(x) for x, _ in plot._earlier.points()] == [300, 200]
    pens = [curve.opts["pen"] for curve in plot._earlier._curves]
    assert {pen.color().name() for pen in pens} == {theme.LIGHT.ghost}
    assert {pen.width() for pen in pens} == {1}
    plot.set_earlier(())
    assert not plot._legend.earlier.isVisible()
    assert plot._earlier.points() == []


def test_the_step_that_is_looked_back_at_has_a_line_and_the_rest_a_veil(plot: LossPlot) -> None:
    frame = pair_of(frame_of(A, 100), frame_of(B, 100))
    plot.show_frame(replace(frame, cursor=40))
    mark = plot._cursor
    assert mark.step_text() == "step 40"
    assert mark._line.value() == 40.0
    assert mark._veil.rect().left() == pytest.approx(40.0)
    assert mark._veil.rect().right() == pytest.approx(100.0)
    assert losses(plot, 0)[0][-1] == 100.0, "history goes on behind it"
    plot.set_count(Count.EPOCHS)
    assert mark._line.value() == pytest.approx(40 / 25)
    plot.show_frame(frame)
    assert mark.step_text() == ""
    assert not mark._line.isVisible()


def test_to_look_elsewhere_draws_no_curve_anew(plot: LossPlot, monkeypatch: pytest.MonkeyPatch
                                               ) -> None:
    frame = replace(pair_of(frame_of(A, 100), frame_of(B, 100)), cursor=40)
    plot.show_frame(frame)
    drawn: list[object] = []
    for side in plot._sides:
        for curve in side.curves.values():
            monkeypatch.setattr(curve, "set_points", lambda *points: drawn.append(points))
    plot.show_frame(replace(frame, cursor=41))
    assert plot._cursor._line.value() == 41.0
    assert plot._legend.pair["A"].value() == "0.0488", "the loss at that step"
    assert not drawn
    plot.show_frame(replace(frame, cursor=41, beside=frame_of(B, 101)))
    assert drawn


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_of_the_legend_of_a_pair_is_cut(app: QApplication, plot: LossPlot, scale: float
                                                ) -> None:
    theme.set_scale(app, scale)
    plot.show_frame(replace(pair_of(frame_of(A, 100), frame_of(B, 100)), ghost=ghost_of(A, 90)))
    plot.set_bands(spread_of(100))
    for width in (400, 480, 560, 760):
        plot.resize(theme.px(width), theme.px(170))
        plot.grab()
        shown = [entry for entry in plot._legend._entries if entry.isVisible()]
        assert len(shown) == 5
        assert plot._title.shown() == "Loss"
        for entry in shown:
            assert entry.width() >= entry.width_for(entry._detail)
            assert entry.geometry().right() <= plot._legend.width()
        assert plot._legend.geometry().right() < plot._toggle.x()
        assert plot._legend.pair["B"].shown() == ("B  0.0200" if width >= 560 else "B")
