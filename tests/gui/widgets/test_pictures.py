"""Pictures of cards: twice the pixels, text that is text, and no control in them."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QPoint, QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui import theme
from gui.output import OutputPanel
from gui.plots import GradientPlot, LossPlot
from gui.plots.axes import ValueAxis
from gui.plots.canvas import Canvas
from gui.plots.curve import FramedCurve
from gui.plots.graph import pg
from gui.widgets.card import PictureCard, ViewCard
from gui.widgets.drawings import svg_of
from gui.widgets.pictures import png_of
from tests.gui.output.examples import Frame as OutputFrame
from tests.gui.output.examples import Run as OutputRun
from tests.gui.output.examples import dataset_of, snapshot_of
from tests.gui.plots.runs import frame_of, read_out, run_of
from tests.gui.themed import app

__all__ = ["app"]
SVG = "{http://www.w3.org/2000/svg}"
RUN = run_of(4)


def loss() -> ViewCard:
    plot = LossPlot()
    plot.set_run(RUN)
    plot.show_frame(frame_of(RUN, 300))
    return plot


def gradients(view: str) -> ViewCard:
    plot = GradientPlot()
    plot.set_run(RUN)
    plot.show_view(view)
    rms = {layer_id: 10.0**-i for i, layer_id in enumerate(RUN.weight_layers)}
    plot.show_frame(read_out(frame_of(RUN, 300), rms, {"dense-2": "vanishing"}))
    return plot


def output(view: str) -> ViewCard:
    panel = OutputPanel()
    panel.set_run(OutputRun(dataset_of()))
    panel.show_frame(OutputFrame(snapshot_of(
        surface=np.random.default_rng(0).uniform(size=(8, 8, 2)),
        confusion=np.array([[7, 3], [1, 9]]))))
    panel.show_view(view)
    return panel


MAKE = {"loss": loss, **{view: (lambda view=view: gradients(view)) for view in (
    "lines", "depth", "waterfall", "update")}, **{view: (lambda view=view: output(view))
                                                for view in ("boundary", "confusion")}}


@pytest.fixture(params=MAKE)
def card(request: pytest.FixtureRequest, app: QApplication, qtbot: QtBot) -> ViewCard:
    card = MAKE[request.param]()
    qtbot.addWidget(card)
    card.resize(600, 262)
    card.show()
    qtbot.waitExposed(card)
    card.draw()
    return card


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.array(image.constBits()).reshape(image.height(), -1, 4)[:, :image.width(), :3]


def ink(image: QImage) -> np.ndarray:
    """Return which pixels are not white."""
    return (pixels(image) < 200).any(axis=2)


def test_png_has_twice_the_pixels_and_svg_shows_the_same(card: ViewCard) -> None:
    picture = QImage.fromData(png_of(card))
    assert (picture.width(), picture.height()) == (1200, 524)
    content = svg_of(card)
    root = ET.fromstring(content)
    assert root.get("viewBox") == "0 0 600 262"
    assert b"vector-effect" not in content, "few programs know it"
    assert all(float(part.get("stroke-width", "1")) < 12 for part in root.iter())
    words = ["".join(part.itertext()) for part in root.iter(f"{SVG}text")]
    assert card.title() in words or card.title().split()[0] in words
    assert len(words) > 3, "labels of axes are text"
    redrawn = QImage(1200, 524, QImage.Format.Format_RGB32)
    redrawn.fill("white")
    renderer, painter = QSvgRenderer(QByteArray(content)), QPainter(redrawn)
    renderer.render(painter)
    painter.end()
    first, second = ink(picture), ink(redrawn)
    assert 0.005 < first.mean() < 0.9, "neither blank nor full"
    assert 0.8 * first.mean() < second.mean() < 1.25 * first.mean()
    # Wherever there is much of one in a field of 40 px, there is of the other.
    fields = [one[:520, :1200].reshape(13, 40, 30, 40).mean(axis=(1, 3)) > 0.15
              for one in (first, second)]
    assert (fields[0] == fields[1]).mean() > 0.95


def test_no_button_and_no_reading_of_the_moment_is_in_it(app: QApplication, qtbot: QtBot) -> None:
    plot = loss()
    assert isinstance(plot, LossPlot)
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.show()
    plot.draw()
    plot._canvas.hovered.emit(QPointF(50.0, 0.0))
    content = svg_of(plot).decode()
    assert "log y" not in content
    assert "Step 50" not in content
    assert plot._canvas.readout() == ""


def test_what_lies_beyond_the_axes_is_cut_off_in_the_place_of_the_plot(
        app: QApplication, qtbot: QtBot) -> None:
    plot = loss()
    assert isinstance(plot, LossPlot)
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.show()
    plot.draw()
    root = ET.fromstring(svg_of(plot))
    boxes = {clip.get("id"): clip[0].get("d", "") for clip in root.iter(f"{SVG}clipPath")}
    canvas = plot._canvas
    moved = canvas.mapTo(plot, QPoint())
    group = next(one for one in root.iter(f"{SVG}g")
                 if one.get("transform") == f"translate({moved.x()},{moved.y()})" and any(
                     part.get("clip-path") for part in one.iter() if part is not one))
    box = canvas.box.sceneBoundingRect()
    used = [boxes[part.get("clip-path", "")[5:-1]] for part in group.iter()
            if part is not group and part.get("clip-path")]
    # Where the curves are, seen from the corner of the plot that its group is moved to.
    corners = [tuple(map(float, path.split()[0][1:].split(","))) for path in used]
    assert any(corner == pytest.approx((box.left(), box.top()), abs=0.01) for corner in corners)


class Labelled(PictureCard):
    """A curve above a word, which stands at a height in the plot."""

    def __init__(self, height: float) -> None:
        super().__init__("Labelled")
        self.canvas = Canvas(ValueAxis(logarithmic=False))
        word, curve = pg.TextItem("level"), FramedCurve(smooth=True)
        word.setZValue(-10)
        word.setPos(1.0, height)
        self.canvas.addItem(word)
        self.canvas.addItem(curve)
        self.body.addWidget(self.canvas)
        self.canvas.set_ranges((0.0, 10.0), (0.0, 1.0))
        curve.setPen(pg.mkPen("#ff0000", width=2))
        curve.set_bounds(QRectF(0.0, 0.0, 10.0, 1.0))
        curve.set_points(np.array([0.0, 5.0, 10.0]), np.array([0.1, 0.9, 0.2]))

    def pictured(self) -> tuple[QWidget, ...]:
        return (self.canvas,)


@pytest.mark.parametrize("height", [0.9, 30.0], ids=["in sight", "out of sight"])
def test_a_word_cuts_nothing_off_but_itself(app: QApplication, qtbot: QtBot, height: float) -> None:
    card = Labelled(height)
    qtbot.addWidget(card)
    card.resize(400, 240)
    card.show()
    qtbot.waitExposed(card)
    root = ET.fromstring(svg_of(card))
    clips = {clip.get("id"): clip[0].get("d", "") for clip in root.iter(f"{SVG}clipPath")}
    group = next(one for one in root.iter(f"{SVG}g") if one.get("clip-path") and any(
        inner.get("stroke") == "#ff0000" and len(inner) for inner in one))
    path = clips[group.get("clip-path", "")[5:-1]]
    across = [float(pair.split(",")[0][1:]) for pair in path.split() if pair[0] in "ML"]
    assert max(across) - min(across) > 250, "as wide as the plot"


def test_points_are_drawn_for_the_file_and_not_enlarged(app: QApplication, qtbot: QtBot) -> None:
    panel = output("boundary")
    qtbot.addWidget(panel)
    panel.resize(600, 262)
    panel.show()
    panel.draw()
    root = ET.fromstring(svg_of(panel))
    points = len(dataset_of().training)
    assert len([*root.iter(f"{SVG}circle"), *root.iter(f"{SVG}ellipse")]) == points
    assert len([*root.iter(f"{SVG}image")]) == 1, "the surface"


def test_a_dark_theme_has_a_dark_ground(app: QApplication, qtbot: QtBot) -> None:
    plot = loss()
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    theme.apply(app, "dark")
    assert QImage.fromData(png_of(plot)).pixelColor(2, 2).name() == theme.DARK.surface
    with theme.in_light(app):
        assert QImage.fromData(png_of(plot)).pixelColor(2, 2).name() == "#ffffff"
    assert theme.current() is theme.DARK
    assert theme.scheme() == "dark"


@pytest.mark.parametrize("program", ["rsvg-convert", "inkscape", "resvg"])
def test_another_program_draws_the_same(program: str, app: QApplication, qtbot: QtBot,
                                        tmp_path: Path) -> None:
    where = shutil.which(program)
    if where is None:
        pytest.skip(f"{program} is not installed")
    plot = gradients("depth")
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.show()
    plot.draw()
    source, target = tmp_path / "plot.svg", tmp_path / "plot.png"
    source.write_bytes(svg_of(plot))
    arguments = {"rsvg-convert": [str(source), "-o", str(target)],
                 "inkscape": [str(source), "-o", str(target)],
                 "resvg": [str(source), str(target)]}[program]
    subprocess.run([where, *arguments], check=True, capture_output=True, timeout=120)
    theirs, ours = ink(QImage(str(target))), ink(QImage.fromData(png_of(plot)))
    assert 0.3 * ours.mean() < theirs.mean() < 3 * ours.mean()
