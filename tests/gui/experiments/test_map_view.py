"""The map: what is painted, what a pointer finds, a click, a rectangle, the keyboard."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.experiments.board import board_of
from engine.experiments.sweep import Axis, Sweep
from gui import theme
from gui.experiments.ink import ramps
from gui.experiments.map_painter import HATCH, branches, hatching, label_point
from gui.experiments.map_places import MapPlaces
from gui.experiments.map_view import MapView
from gui.experiments.sweep_picture import SweepPicture
from tests.engine.experiments.boards import filled, grid_sweep
from tests.gui.experiments.conftest import DEPTHS, GAINS, Show, at, describe, picture_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(show: Show, map_picture: SweepPicture) -> MapView:
    view = MapView()
    view.set_describe(describe)
    view.set_picture(map_picture)
    show(view)
    return view


def places_of(view: MapView) -> MapPlaces:
    places = view.places()
    assert places is not None
    return places


def centre(view: MapView, *values: float) -> QPointF:
    return view.place_of(values).center()


def colour_at(view: MapView, point: QPointF) -> QColor:
    picture = view.grab()
    ratio = picture.devicePixelRatio()
    return picture.toImage().pixelColor(round(point.x() * ratio), round(point.y() * ratio))


def commonest(view: MapView, values: tuple[float, ...]) -> QColor:
    """Return the colour of most of a cell, whatever goes over it."""
    picture = view.grab().toImage().copy(view.place_of(values).toAlignedRect())
    counts = Counter(picture.pixelColor(x, y).name() for x in range(picture.width())
                     for y in range(picture.height()))
    return QColor(counts.most_common(1)[0][0])


def test_every_point_of_the_map_lies_in_the_cell_that_it_finds(view: MapView) -> None:
    area = places_of(view).area
    for gain in GAINS:
        for depth in DEPTHS:
            assert view.values_at(centre(view, gain, depth)) == (gain, depth)
    assert view.values_at(area.topLeft() - QPointF(3, 3)) is None
    low, high = view.place_of((GAINS[0], DEPTHS[0])), view.place_of((GAINS[-1], DEPTHS[-1]))
    assert low.bottomLeft().x() == pytest.approx(area.left())
    assert low.bottom() == pytest.approx(area.bottom())
    assert high.right() == pytest.approx(area.right())


def test_only_computed_cells_are_painted(show: Show) -> None:
    sweep = grid_sweep(GAINS, DEPTHS)
    cells = [cell for cell in sweep.cells() if not sum(cell.place) % 2]
    view = MapView()
    view.set_picture(picture_of(filled(sweep, lambda gain, depth: gain * depth, cells)))
    show(view)
    ground = QColor(theme.current().surface_sunken)
    for cell in sweep.cells():
        found = colour_at(view, centre(view, *sweep.values_at(cell)))  # type: ignore[arg-type]
        assert (found == ground) == bool(sum(cell.place) % 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_say_how_well_it_learned_and_how_fast_it_broke(
    view: MapView, qapp: object, scheme: theme.Scheme
) -> None:
    theme.apply(qapp, scheme)  # type: ignore[arg-type]
    picture, colours = view.picture, ramps()
    assert picture is not None
    for values in ((0.5, 1), (2.0, 10), (2.25, 6), (3.0, 10)):
        spot = picture.spot(values)
        assert spot is not None
        wanted = colours[spot.fate][picture.shade(spot)]
        assert commonest(view, values) == wanted, values


def test_the_best_is_light_and_the_worst_dark_whatever_is_measured(map_picture: SweepPicture
                                                                   ) -> None:
    assert map_picture.shade(map_picture.board.spots[0.5, 1]) == 0
    board = map_picture.board
    accuracy = replace(board, sweep=grid_sweep(GAINS, DEPTHS, measure="accuracy"))
    turned = picture_of(accuracy)
    assert turned.shade(board.spots[0.5, 1]) == 255


def test_a_pointer_shows_what_there_is_to_say(view: MapView) -> None:
    QTest.mouseMove(view, at(centre(view, 1.5, 4)))
    assert view.hovered == (1.5, 4)
    view.grab()
    assert view.tip_area.width() > 50
    assert QRectF(view.rect()).contains(view.tip_area)
    assert not view.tip_area.intersects(view.place_of((1.5, 4)))
    QTest.mouseMove(view, at(places_of(view).area.topLeft() - QPointF(20, 10)))
    assert view.hovered is None


def test_every_corner_has_room_for_what_is_said(view: MapView) -> None:
    for values in ((0.5, 1), (0.5, 10), (3.0, 1), (3.0, 10)):
        view.hover(values)
        view.grab()
        assert QRectF(view.rect()).contains(view.tip_area), values


def test_a_click_opens(view: MapView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.opened) as heard:
        qtbot.mouseClick(view, LEFT, pos=at(centre(view, 2.5, 7)))
    assert heard.args == [(2.5, 7)]


def test_a_click_beside_the_map_opens_nothing(view: MapView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.opened):
        qtbot.mouseClick(view, LEFT, pos=at(places_of(view).area.bottomLeft() + QPointF(-9, 9)))


def drag(view: MapView, start: QPointF, end: QPointF) -> None:
    QTest.mousePress(view, LEFT, pos=at(start))
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(view, at(start + (end - start) * share))
        # Offscreen, a move does not say which buttons are down.
        view.mouseMoveEvent(QMouseEvent(
            QEvent.Type.MouseMove, start + (end - start) * share, QPointF(), LEFT, LEFT,
            Qt.KeyboardModifier.NoModifier))
    assert view.is_dragging()
    view.grab()
    QTest.mouseRelease(view, LEFT, pos=at(end))


def test_a_rectangle_asks_for_what_lies_in_it(view: MapView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.refine_requested) as heard, qtbot.assertNotEmitted(view.opened):
        drag(view, centre(view, 1.0, 3) - QPointF(4, -4), centre(view, 1.5, 6) + QPointF(4, -4))
    assert heard.args == [(1.0, 1.25, 1.5), (3, 4, 5, 6)]


def test_a_rectangle_over_one_column_or_outside_asks_for_nothing(view: MapView, qtbot: QtBot
                                                                 ) -> None:
    area = places_of(view).area
    with qtbot.assertNotEmitted(view.refine_requested), qtbot.assertNotEmitted(view.opened):
        drag(view, centre(view, 1.0, 3) - QPointF(3, 0), centre(view, 1.0, 6) + QPointF(3, 0))
        drag(view, area.topRight() + QPointF(2, 0), area.bottomRight() + QPointF(12, 0))


def test_escape_lets_a_rectangle_be(view: MapView, qtbot: QtBot) -> None:
    view.pressed = centre(view, 1.0, 3)
    view._corner = centre(view, 2.0, 6)
    view.setFocus()
    with qtbot.assertNotEmitted(view.refine_requested):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
        qtbot.mouseRelease(view, LEFT, pos=at(centre(view, 2.0, 6)))
    assert not view.is_dragging()


def test_arrows_go_from_cell_to_cell_and_enter_opens(view: MapView, qtbot: QtBot) -> None:
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    assert view.current == (GAINS[5], 1)
    for key, wanted in ((Qt.Key.Key_Up, (GAINS[5], 2)), (Qt.Key.Key_Right, (GAINS[6], 2)),
                        (Qt.Key.Key_Home, (GAINS[0], 2)), (Qt.Key.Key_Left, (GAINS[0], 2)),
                        (Qt.Key.Key_End, (GAINS[-1], 2)), (Qt.Key.Key_Down, (GAINS[-1], 1)),
                        (Qt.Key.Key_Down, (GAINS[-1], 1))):
        qtbot.keyClick(view, key)
        assert view.current == wanted
    assert "setting (3.0, 1)" in view.accessibleDescription()
    with qtbot.waitSignal(view.opened) as heard:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert heard.args == [(3.0, 1)]
    with qtbot.waitSignal(view.refine_requested) as asked:
        qtbot.keyClick(view, Qt.Key.Key_F)
    assert asked.args == [(2.5, 2.75, 3.0), (1, 2, 3)]


def test_a_part_that_is_finer_lies_over_the_rest(show: Show, map_picture: SweepPicture) -> None:
    fine = grid_sweep((1.0, 1.125, 1.25, 1.375, 1.5), (3, 4, 5))
    view = MapView()
    view.set_picture(picture_of(map_picture.board, filled(fine, lambda *_: 100.0)))
    show(view)
    assert view.values_at(centre(view, 1.125, 4)) == (1.125, 4)
    assert view.place_of((1.125, 4)).width() == pytest.approx(
        view.place_of((2.0, 4)).width() / 2)
    assert view.values_at(centre(view, 2.0, 4)) == (2.0, 4)
    places = places_of(view)
    assert places.beside((1.125, 4), Qt.Key.Key_Right) == (1.25, 4)
    assert places.beside((2.0, 4), Qt.Key.Key_Right) == (2.25, 4)


def test_another_sweep_forgets_what_was_selected(view: MapView, map_picture: SweepPicture) -> None:
    view.current = view.hovered = (1.0, 1)
    view.set_picture(replace(map_picture))
    assert view.current == (1.0, 1)
    view.set_picture(picture_of(board_of(grid_sweep(), ())))
    assert view.current is None
    assert view.hovered is None
    view.set_picture(None)
    view.grab()
    assert view.values_at(QPointF(50, 50)) is None


def test_lines_of_theory_stand_where_their_values_do(view: MapView) -> None:
    places = places_of(view)
    assert view.picture is not None
    lines = {line.key: line for line in view.picture.theory.lines}
    (critical,) = branches(lines["critical"], *places.boxes[0], places)
    assert critical[0].x() == pytest.approx(places.x_of(1.4142), abs=1.0)
    both = branches(lines["reach"], *places.boxes[0], places)
    assert len(both) == 2, "one at each side of chi = 1"
    assert label_point("critical", critical, places.area).y() == places.area.top()
    for branch in both:
        assert places.area.contains(label_point("reach", branch, places.area))


def test_hatching_stays_in_its_cell() -> None:
    for width, height in ((5.0, 5.0), (40.0, 9.0), (9.0, 60.0)):
        cell = QRectF(10, 20, width, height)
        strokes = list(hatching(cell))
        assert strokes
        roomy = cell.adjusted(-0.01, -0.01, 0.01, 0.01)
        assert all(roomy.contains(line.p1()) and roomy.contains(line.p2()) for line in strokes)
        assert all(line.dy() < 0 < line.dx() for line in strokes)


def test_hatching_reaches_the_corners_of_its_cell() -> None:
    cell = QRectF(10, 20, 60, 60)
    strokes = list(hatching(cell))
    spacing = theme.px(HATCH)
    for corner in (cell.topLeft(), cell.bottomRight()):
        assert min(math.dist((line.center().x(), line.center().y()), (corner.x(), corner.y()))
                   for line in strokes) <= spacing


def test_names_and_values_without_logarithm_have_cells_too(show: Show) -> None:
    sweep = replace_axes(grid_sweep(), Axis("activation", ("tanh", "relu", "sigmoid")),
                         Axis("l2", (0.0, 0.01, 0.1)))
    view = MapView()
    view.set_picture(picture_of(filled(sweep, lambda _name, penalty: penalty + 1)))
    show(view)
    view.grab()
    assert view.values_at(view.place_of(("sigmoid", 0.0)).center()) == ("sigmoid", 0.0)


def replace_axes(sweep: Sweep, *axes: Axis) -> Sweep:
    return changed(sweep, axes=axes)
