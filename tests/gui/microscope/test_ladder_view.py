"""The chain rule's ladder: its rungs and factors, what is said of them, and where a click leads."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.microscope.names import PRIME
from engine.microscope.walk import Level
from gui import theme
from gui.microscope.ladder_model import Step, Steps, weakest
from gui.microscope.ladder_painter import LadderPainter, _tick_text, split_text, tip_text
from gui.microscope.ladder_places import labelled, place_ladder
from gui.microscope.ladder_view import LadderView
from gui.microscope.lens import Lens
from gui.microscope.network_ink import Ink, plain
from tests.engine.training.runs import clouds, dense, trainer
from tests.gui.microscope.steps import deep, first, lens_of, residual, sequences, statement

Make = Callable[..., LadderView]


@pytest.fixture
def make(app: QApplication, qtbot: QtBot) -> Make:
    def view(lens: Lens, width: int = 660, height: int = 260) -> LadderView:
        found = LadderView(lens)
        qtbot.addWidget(found)
        found.resize(width, height)
        found.grab()
        return found
    return view


def steps_of(*sizes: float) -> Steps:
    """Return a ladder of these sizes, the first layer's first."""
    factors = [a / b if b else math.nan for a, b in pairwise(sizes)]
    found = tuple(Step(f"layer {i + 1}", str(i + 1), size, math.nan, factor, math.nan, factor,
                       ("W", ""), i, i + 1)
                  for i, (size, factor) in enumerate(zip(sizes, [*factors, math.nan],
                                                         strict=True)))
    return Steps(found, sizes[0] / sizes[-1] if sizes[-1] else math.nan, weakest(found))


def test_factors_multiply_to_what_is_left(make: Make) -> None:
    lens = lens_of(first())
    ladder = make(lens).ladder
    assert [step.name for step in ladder.steps] == ["layer 1", "layer 2", "layer 3"]
    assert math.prod(step.factor for step in ladder.steps[:-1]) == pytest.approx(ladder.total)
    for step in ladder.steps[:-1]:
        assert step.weights * step.slope == pytest.approx(step.factor)
        values = lens.trace.values[statement(lens, f"dz{step.depth}")]
        assert step.size == pytest.approx(float(np.sqrt(np.mean(values ** 2))))
    assert plain(split_text(ladder.steps[0])).startswith("W2 ")
    assert f"tanh{PRIME} " in tip_text(ladder, 0)
    assert split_text(ladder.steps[-1]) == ""


def test_a_rung_that_is_clicked_is_gone_to(make: Make) -> None:
    lens = lens_of(first())
    view = make(lens)
    places = view.layout_of()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton,
                     pos=QPoint(round(places.xs[1]), round(places.y(0.1))))
    assert lens.micro_step.statement == statement(lens, "dz2")
    assert view.held() == 1
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert lens.micro_step.statement == statement(lens, "dz1")
    # The loss is no rung.
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(places.xs[-1]), 40))
    assert lens.micro_step.statement == statement(lens, "dz1")


def test_sizes_stand_on_a_logarithmic_axis(app: QApplication) -> None:
    places = place_ladder(steps_of(1e-6, 1e-4, 1e-2), QRectF(0, 0, 600, 260))
    heights = [places.y(size) for size in (1e-6, 1e-4, 1e-2)]
    assert heights[0] > heights[1] > heights[2]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2])
    assert all(places.plot.top() <= y <= places.plot.bottom() for y in heights)
    assert list(places.xs) == sorted(places.xs)
    assert math.isnan(places.floor)
    assert 2 <= len(places.ticks()) <= 8


def test_zeros_and_what_is_no_number_stand_apart(app: QApplication) -> None:
    ladder = steps_of(0.0, 1e-3, math.inf, 0.1)
    places = place_ladder(ladder, QRectF(0, 0, 600, 260))
    assert places.y(0.0) == places.floor > places.plot.bottom()
    assert places.y(math.inf) == places.y(math.nan) == places.plot.top()
    assert places.y(1e-3) < places.plot.bottom()


@pytest.mark.parametrize("sizes", [
    (0.0, 0.0, 0.0), (0.0, 0.2, 0.3), (math.nan, math.inf, 0.1), (1e-300, 1e-20, 1.0),
    (0.5, 0.5, 0.5), (1e9, 1e3, 1e-3), (0.2,)])
@pytest.mark.parametrize("width", [360, 660])
def test_every_ladder_is_drawn(make: Make, sizes: tuple[float, ...], width: int) -> None:
    view = make(lens_of(first()), width)
    view._ladder = steps_of(*sizes)
    view.grab()
    assert all(tip_text(view.ladder, place) for place in range(len(sizes)))


@pytest.mark.parametrize("sizes", [
    (0.3, 1e-8, 4e16, 0.16, 10.0, 5e16), (1e24, 4e28, 0.4, 0.025, 6.3e-22)])
def test_no_size_covers_the_names_of_layers(make: Make, sizes: tuple[float, ...]) -> None:
    view = make(lens_of(first()), 660, 200)
    ladder = steps_of(*sizes)
    places = place_ladder(ladder, QRectF(0, 0, 660, 200))
    painter = LadderPainter(Ink(theme.base_font()), ladder, places, 0, -1, -1, "")
    pixmap = view.grab()
    with QPainter(pixmap) as on:
        painter.paint(on)
    assert max(box.bottom() for box in painter._taken.boxes) <= painter._names_top()


def test_the_smallest_factor_is_pointed_out() -> None:
    assert steps_of(0.001, 0.05, 0.06).weakest == 0
    assert steps_of(0.001, 0.05, 0.06).is_killed
    assert steps_of(0.01, 0.03, 0.05).weakest == 0
    assert not steps_of(0.01, 0.03, 0.05).is_killed
    assert steps_of(0.4, 0.5, 0.6).weakest == -1
    # Of two alike, the one that comes first on the way back.
    assert steps_of(0.01, 0.04, 0.16).weakest == 1
    assert steps_of(0.0, 0.1, 0.1).weakest == 0


def test_names_of_thirty_layers_do_not_meet(make: Make) -> None:
    lens = lens_of(deep())
    view = make(lens, 520, 240)
    places = view.layout_of()
    named = sorted(labelled(view.ladder.steps, places.pitch, 26))
    xs = [places.xs[place] for place in named]
    assert named[0] == 0
    assert named[-1] == 30
    assert min(b - a for a, b in pairwise(xs)) >= 20
    assert len(named) >= 8
    assert view.rung_at(places.xs[17]) == 17


def test_texts_of_factors_do_not_cover_one_another(make: Make) -> None:
    lens = lens_of(first())
    lens.go(len(lens.walk) - 1)
    for width in (520, 660, 800):
        view = make(lens, width)
        painter = LadderPainter(Ink(theme.base_font()), view.ladder, view.layout_of(),
                                lens.micro_step.statement, 1, -1, "")
        pixmap = view.grab()
        with QPainter(pixmap) as on:
            painter.paint(on)
        texts = [box for box in painter._taken.boxes if box.height() > 12]
        assert len(texts) == 3 + 2 + 1
        assert not any(a.intersects(b) for i, a in enumerate(texts) for b in texts[i + 1:])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_step_is_drawn(make: Make, app: QApplication, scheme: str) -> None:
    theme.apply(app, "dark" if scheme == "dark" else "light")
    lens = lens_of(first())
    lens.set_level(Level.LAYER)
    view = make(lens)
    for place in range(len(lens.walk)):
        lens.go(place)
        view.grab()
    assert "of the last layer's gradient is left in layer 1" in view.accessibleDescription()


def test_nothing_is_looked_at_yet(make: Make) -> None:
    view = make(Lens())
    assert view.ladder.steps == ()
    assert view.rung_at(100) == -1


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_recurrent_layer_has_a_ladder_over_time(make: Make, kind: str) -> None:
    lens = lens_of(sequences(kind))
    view = make(lens)
    assert view.switch.options() == ("layers", "2")
    assert [step.name for step in view.ladder.steps] == ["layer 2", "layer 3"]
    hints = [view.hint()]
    view.hint_changed.connect(hints.append)
    view.switch.button("2").click()
    view.grab()
    assert hints == ["RMS of ∂L/∂z, layer by layer from the loss; one factor per layer",
                     "RMS of ∂L/∂h of layer 2, step by step from the end"]
    assert len(view.ladder.steps) == 20
    assert view.ladder.total == pytest.approx(
        math.prod(step.factor for step in view.ladder.steps[:-1]))
    assert ("gate" in tip_text(view.ladder, 4)) == (kind != "rnn")
    lens.go_to(view.ladder.steps[6].statement)
    assert (lens.statement.step, view.held()) == (6, 6)
    for place in range(0, len(view.ladder.steps), 5):
        lens.go_to(view.ladder.steps[place].statement)
        view.grab()


def test_a_network_without_time_has_no_switch(make: Make) -> None:
    view = make(lens_of(first()))
    assert view.switch.isHidden()
    view.lens.look_at(sequences("rnn").dissect())
    assert not view.switch.isHidden()
    view.switch.button("2").click()
    view.lens.look_at(first().dissect())
    assert view.switch.isHidden()
    assert view.ladder.layer == -1


def test_the_switch_stays_in_sight_when_another_step_comes(make: Make) -> None:
    view = make(lens_of(first()))
    view.show()
    for run in (sequences(), sequences("gru"), sequences()):
        view.lens.look_at(run.dissect())
        assert view.switch.isVisible()
        view.switch.set_current("2")
        assert view.rect().contains(view.switch.geometry())
        assert view.switch.width() > 100
    view.lens.look_at(residual().dissect())
    assert not view.switch.isVisible()
    view.lens.look_at(sequences().dissect())
    assert view.switch.width() > 100


def test_every_line_of_the_axis_has_its_own_name() -> None:
    sizes = [digit * 10.0 ** power for power in range(-9, 4) for digit in (1, 2, 5)]
    assert len({_tick_text(size) for size in sizes}) == len(sizes)
    assert _tick_text(5e-5) == "5·10<sup>−5</sup>"
    assert _tick_text(0.02) == "0.02"


def test_slopes_are_called_as_in_the_formulae(make: Make) -> None:
    lens = lens_of(trainer(clouds(23, 7, 2, 2), dense("one", 4, "silu"), dense("two", 3, "silu"),
                           dense("output", 2, "linear"), optimizer="sgd"))
    words = [step.words[1] for step in make(lens).ladder.steps[:-1]]
    assert words == [f"SiLU{PRIME}"] * 2
