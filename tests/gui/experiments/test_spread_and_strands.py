"""Lines over one axis, and strands through three and more."""

from __future__ import annotations

import itertools
import math

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF, Qt
from pytestqt.qtbot import QtBot

from engine.experiments.board import board_of
from engine.experiments.sweep import Axis
from gui.experiments.spread_view import SpreadView
from gui.experiments.strands_view import StrandsView
from tests.engine.experiments.boards import filled, grid_sweep, made
from tests.gui.experiments.conftest import Show, at, describe, picture_of

LEFT = Qt.MouseButton.LeftButton
RATES = (0.001, 0.01, 0.1, 1.0)


@pytest.fixture
def spread(show: Show) -> SpreadView:
    sweep = replace(grid_sweep(seeds=5), axes=(Axis("learning_rate", RATES),))
    results = [made((rate,), None if rate == 1.0 or (rate == 0.1 and seed == 4)
                    else 0.1 / rate + 0.01 * seed, seed=seed)
               for rate in RATES[1:] for seed in range(5)]
    view = SpreadView()
    view.set_describe(describe)
    view.set_picture(picture_of(board_of(sweep, results)))
    show(view)
    view.grab()
    return view


def test_every_seed_has_its_place(spread: SpreadView) -> None:
    area = spread.area()
    xs = [spread.point((rate,), 1.0).x() for rate in RATES]
    steps = [b - a for a, b in itertools.pairwise(xs)]
    assert steps == pytest.approx([steps[0]] * 3), "equal ratios, equal distances"
    low, high = (spread.point((0.01,), 10.0 + 0.01 * seed) for seed in (0, 4))
    assert area.contains(low)
    assert low.y() > high.y(), "larger figures stand higher"
    assert spread.point((1.0,), math.nan).y() < area.top(), "what broke stands above"


def test_a_value_is_found_hovered_and_opened(spread: SpreadView, qtbot: QtBot) -> None:
    for rate in RATES:
        point = QPointF(spread.point((rate,), 1.0).x(), spread.area().center().y())
        assert spread.values_at(point) == (rate,)
    spread.hover((0.1,))
    spread.grab()
    assert QRectF(spread.rect()).contains(spread.tip_area)
    with qtbot.waitSignal(spread.opened) as heard:
        qtbot.mouseClick(spread, LEFT, pos=at(QPointF(
            spread.point((0.01,), 1.0).x(), spread.area().center().y())))
    assert heard.args == [(0.01,)]


def test_keys_walk_along_the_axis(spread: SpreadView, qtbot: QtBot) -> None:
    spread.setFocus()
    qtbot.waitUntil(spread.hasFocus)
    for key, wanted in ((Qt.Key.Key_Right, 0.01), (Qt.Key.Key_End, 1.0), (Qt.Key.Key_Right, 1.0),
                        (Qt.Key.Key_Left, 0.1), (Qt.Key.Key_Home, 0.001)):
        qtbot.keyClick(spread, key)
        assert spread.current == (wanted,)
    spread.grab()


def test_a_sweep_of_which_nothing_is_known_has_axes(show: Show) -> None:
    for view in (SpreadView(), StrandsView()):
        axes = (Axis("learning_rate", RATES), Axis("depth", (1, 2)), Axis("l2", (0.1, 1.0)))
        sweep = replace(grid_sweep(), axes=axes[:1] if isinstance(view, SpreadView) else axes)
        view.set_picture(picture_of(board_of(sweep, ())))
        show(view)
        view.grab()
        assert view.values_at(QPointF(10, 10)) is None


@pytest.fixture
def strands(show: Show) -> StrandsView:
    sweep = replace(grid_sweep(), axes=(Axis("learning_rate", RATES), Axis("depth", (1, 2, 3)),
                                        Axis("activation", ("tanh", "relu"))))
    view = StrandsView()
    view.set_describe(describe)
    view.set_picture(picture_of(filled(sweep, lambda rate, depth, name: (
        None if rate == 1.0 else rate * depth + (name == "relu")))))
    show(view)
    view.grab()
    return view


def test_strands_go_through_their_values_to_their_figure(strands: StrandsView) -> None:
    ranked = strands.ranked()
    assert ranked[0].values == (0.001, 1, "tanh")
    assert len(ranked) == 24
    area = strands.area()
    ends = [strands.strand(spot)[-1].y() for spot in ranked[:18]]
    assert ends == sorted(ends, reverse=True), "the best ends lowest"
    for spot in ranked[18:]:
        assert strands.strand(spot)[-1].y() < area.top()
    assert all(len(strands.strand(spot)) == 4 for spot in ranked)


def test_the_nearest_strand_is_found_and_opened(strands: StrandsView, qtbot: QtBot) -> None:
    spot = strands.ranked()[5]
    before, end = strands.strand(spot)[-2:]
    point = end + (before - end) * 0.02
    found = strands.values_at(point)
    assert found == spot.values
    with qtbot.waitSignal(strands.opened) as heard:
        qtbot.mouseClick(strands, LEFT, pos=at(point))
    assert heard.args == [spot.values]
    assert strands.values_at(QPointF(5, 5)) is None


def test_keys_walk_from_the_best_to_the_worst(strands: StrandsView, qtbot: QtBot) -> None:
    strands.setFocus()
    qtbot.waitUntil(strands.hasFocus)
    ranked = [spot.values for spot in strands.ranked()]
    assert strands.current == ranked[0]
    qtbot.keyClick(strands, Qt.Key.Key_Down)
    assert strands.current == ranked[1]
    qtbot.keyClick(strands, Qt.Key.Key_End)
    assert strands.current == ranked[-1]
    strands.grab()
