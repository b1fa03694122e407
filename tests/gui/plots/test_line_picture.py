"""Many layers are drawn as one picture, which looks as curves do and is none in files."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.telemetry.history import History
from gui import theme
from gui.plots import GradientPlot, LossPlot
from gui.plots.curves import LayerCurves
from gui.plots.layer_strands import SMOOTH_CURVES
from gui.plots.line_picture import LinePicture
from gui.plots.weight_layers import WeightLayers
from gui.widgets.drawings import svg_of
from tests.gui.plots.runs import Frame, Run, frame_of, pair_of, run_of
from tests.gui.plots.test_last_run import begun, ghost_of

MANY = 60
RUN = run_of(MANY)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    plot.show()
    plot.set_run(RUN)
    plot.show_frame(frame_of(RUN, 200))
    return plot


def lines(plot: GradientPlot) -> LayerCurves:
    view = plot._views["lines"]
    assert isinstance(view, LayerCurves)
    return view


def pixels(plot: GradientPlot) -> np.ndarray:
    """Return the plot's area, uint32[height, width]."""
    canvas = lines(plot).canvas
    area = canvas.mapFromScene(canvas.box.sceneBoundingRect()).boundingRect()
    image = canvas.grab(area).toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.array(image.constBits()).view(np.uint32).reshape(image.height(), -1)[
        :, :image.width()]


def row_of(plot: GradientPlot, value: float) -> int:
    """Return how many pixels below the top of the area a value is drawn."""
    low, high = lines(plot).canvas.box.viewRange()[1]
    height = lines(plot).canvas.box.sceneBoundingRect().height()
    return round((high - value) / (high - low) * height)


def test_every_layer_has_its_line_in_its_colour(plot: GradientPlot) -> None:
    strands = lines(plot)._strands
    assert not strands.curves
    picture = pixels(plot)
    wide = picture.shape[1]
    for layer, colour in enumerate(colours()):
        row = row_of(plot, layer + 1.0 - MANY)
        near = picture[max(row - 2, 0):row + 3, wide // 4:3 * wide // 4]
        assert (near == colour.rgb()).any(axis=0).all(), f"layer {layer + 1}"


def colours() -> list[QColor]:
    return WeightLayers(RUN.weight_layers, tuple(range(1, MANY + 1)), (), MANY + 1).colours()


def test_few_layers_are_curves(plot: GradientPlot) -> None:
    few = run_of(SMOOTH_CURVES)
    plot.set_run(few)
    plot.show_frame(frame_of(few, 300))
    assert len(lines(plot)._strands.curves) == SMOOTH_CURVES
    assert lines(plot)._strands.rest is None


def test_the_selected_layer_is_thicker_and_the_others_pale(plot: GradientPlot) -> None:
    before = pixels(plot)
    plot.set_selected("dense-30")
    after = pixels(plot)
    column, colour = before.shape[1] // 2, colours()[29].rgb()
    assert (before[:, column] == colour).sum() == 1
    assert (after[:, column] == colour).sum() == 2
    others = [one.rgb() for one in colours()[:29]]
    assert np.isin(before[:, column], others).sum() >= 25
    assert not np.isin(after[:, column], others).any()
    plot.set_selected("")
    assert (pixels(plot) == before).all()


def test_a_line_has_a_gap_where_nothing_is_known_and_a_dot_where_it_is_alone(
    plot: GradientPlot
) -> None:
    strands = lines(plot)._strands
    assert strands.rest is not None
    strands.y[10, 80:140] = np.nan
    strands.y[10, 110] = strands.y[10, 0]
    strands.draw(-100.0, 1.0)
    picture, colour = pixels(plot), colours()[10].rgb()
    row, wide = row_of(plot, 11.0 - MANY), picture.shape[1]
    band = picture[row - 4:row + 5] == colour
    assert band[:, :round(0.39 * wide)].any(axis=0).mean() > 0.95
    for begin, end in ((0.42, 0.53), (0.58, 0.68)):
        assert not band[:, round(begin * wide):round(end * wide)].any()
    dot = band[:, round(0.55 * wide):round(0.56 * wide) + 1]
    assert dot.sum() >= 6, "a dot is larger than a line"


def test_a_first_step_is_a_dot_for_every_layer(plot: GradientPlot) -> None:
    plot.show_frame(replace(frame_of(RUN, 1), run_id=2))
    assert np.isin(pixels(plot), [colour.rgb() for colour in colours()]).any()


def test_it_is_made_anew_only_where_something_has_changed(
    plot: GradientPlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    before = LinePicture._made
    monkeypatch.setattr(LinePicture, "_made", lambda *args: (made.append(1), before(*args))[1])
    lines(plot).canvas.grab()
    lines(plot).canvas.show_readout("here", 20.0)
    lines(plot).canvas.grab()
    assert not made
    lines(plot).canvas.resize(700, 300)
    lines(plot).canvas.grab()
    assert len(made) == 1


def test_a_drawing_has_lines_of_their_own_and_no_image(plot: GradientPlot) -> None:
    plot.set_selected("dense-30")
    root = ET.fromstring(svg_of(plot))
    assert not [*root.iter(f"{SVG}image")]
    strokes = {colour.name(): 0 for colour in colours()}
    for group in root.iter(f"{SVG}g"):
        drawn = [shape for shape in group if shape.tag in (f"{SVG}path", f"{SVG}polyline")]
        if drawn and group.get("stroke") in strokes:
            strokes[str(group.get("stroke"))] += len(drawn)
    assert all(strokes.values())


def test_b_is_dashed_in_a_pair(plot: GradientPlot) -> None:
    a, b = run_of(24), replace(run_of(24), run="B")
    plot.set_run(Run(a.network, a.weight_layers, "A", b))
    plot.show_frame(pair_of(frame_of(a, 200), shifted(frame_of(b, 200))))
    other = lines(plot)._other
    assert other.rest is not None
    assert other.rest.lines()[1][-1][0] == pytest.approx(0.5)
    # Its last layer's line lies above all others.
    row = row_of(plot, 0.5)
    share = drawn(pixels(plot))[row - 1:row + 2].any(axis=0).mean()
    assert 0.45 < share < 0.8


def drawn(picture: np.ndarray) -> np.ndarray:
    """Return which pixels are not those of the ground."""
    return picture != QColor(theme.current().surface).rgb()


def shifted(frame: Frame) -> Frame:
    """Return a frame with gradients half a decade above those of another."""
    history = History(frame.history.columns)
    rows = np.stack([frame.history.mean(name) for name in frame.history.columns], axis=1)
    rows[:, 3::2] *= 10**0.5
    history.extend(np.arange(1, len(rows) + 1), rows)
    return replace(frame, history=history)


def test_the_last_run_is_one_picture_behind(plot: GradientPlot) -> None:
    plot.show_frame(replace(begun(frame_of(RUN, 1)), ghost=ghost_of(RUN, 400), run_id=5))
    ghosts = lines(plot)._ghosts
    assert not any(curve.isVisible() for curve in ghosts._curves)
    assert ghosts._picture is not None
    assert ghosts._picture.isVisible()
    assert (pixels(plot) == QColor(theme.current().ghost).rgb()).sum() > 100
    plot.show_frame(replace(begun(frame_of(RUN, 1)), run_id=5))
    assert not ghosts._picture.isVisible()


def test_a_run_is_drawn_anew_when_it_has_grown_by_a_pixel(
    plot: GradientPlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    before = WeightLayers.log_means
    monkeypatch.setattr(WeightLayers, "log_means",
                        lambda *args: (read.append("anew"), before(*args))[1])
    frame = frame_of(RUN, 20_000)
    plot.show_frame(frame)
    assert len(read) == 1
    grown = {steps: replace(frame_of(RUN, steps), run_id=frame.run_id)
             for steps in (20_003, 20_100)}
    plot.show_frame(grown[20_003])
    assert len(read) == 1
    assert plot.table()[1][0][-1] > 19_900, "all that is known is in the table"
    plot.show_frame(grown[20_100])
    assert len(read) == 2
    # A pixel is worth fewer steps to somebody who looks at a part.
    lines(plot).canvas._show_part(lines(plot).canvas._zoom.zoom((20_000.0, -3.0), (500.0, 1.0)))
    lines(plot).canvas.zoomed.emit()
    assert len(read) == 3
    plot.show_frame(replace(frame_of(RUN, 20_103), run_id=frame.run_id))
    assert len(read) == 4


def test_the_loss_says_the_newest_value_also_where_its_curve_has_not_moved(
    app: QApplication, qtbot: QtBot
) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 200)
    plot.show()
    plot.set_run(RUN)
    plot.show_frame(frame_of(RUN, 20_000, buckets=32_768))
    drawn = plot._first.curves["loss"].getData()[0][-1]
    plot.show_frame(frame_of(RUN, 20_004, buckets=32_768))
    assert plot._first.curves["loss"].getData()[0][-1] == drawn
    assert plot._first.steps[-1] == 20_004
