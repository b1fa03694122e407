"""A part of a plot can be looked at, while the whole goes on growing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.plots.axes import ValueAxis
from gui.plots.canvas import ZOOMED, Canvas
from gui.plots.zoom import Zoom

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(app: QApplication, qtbot: QtBot) -> Canvas:
    card, canvas = QWidget(), Canvas(ValueAxis(logarithmic=True))
    qtbot.addWidget(card)
    QVBoxLayout(card).addWidget(canvas)
    canvas.card = card
    card.resize(500, 300)
    card.show()
    canvas.set_empty(False)
    canvas.set_ranges((0.0, 100.0), (-4.0, 0.0))
    canvas.grab()
    return canvas


def place_of(canvas: Canvas, x: float, y: float) -> QPoint:
    return canvas.mapFromScene(canvas.box.mapViewToScene(QPointF(x, y)))


def wheel(canvas: Canvas, at: QPoint, notches: int = 1) -> bool:
    """Turn the wheel; return whether the canvas has used it."""
    event = QWheelEvent(QPointF(at), QPointF(canvas.mapToGlobal(at)), QPoint(),
                        QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    event.ignore()
    canvas.wheelEvent(event)
    return event.isAccepted()


def seen(canvas: Canvas) -> tuple[list[float], list[float]]:
    x, y = canvas.box.viewRange()
    return list(x), list(y)


def test_the_wheel_comes_nearer_and_the_place_stays(canvas: Canvas, qtbot: QtBot) -> None:
    at = place_of(canvas, 25.0, -1.0)
    before = canvas.box.mapSceneToView(canvas.mapToScene(at))
    with qtbot.waitSignal(canvas.zoomed):
        assert wheel(canvas, at, 4)
    x, y = seen(canvas)
    assert x[1] - x[0] == pytest.approx(100 / 1.25**4)
    assert y[1] - y[0] == pytest.approx(4 / 1.25**4)
    after = canvas.box.mapSceneToView(canvas.mapToScene(at))
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    assert canvas._mark.text() == ZOOMED
    assert canvas._mark.isVisible()


def test_over_an_axis_it_zooms_that_axis_alone(canvas: Canvas) -> None:
    below = place_of(canvas, 50.0, -4.0) + QPoint(0, 12)
    wheel(canvas, below, 2)
    x, y = seen(canvas)
    assert x[1] - x[0] == pytest.approx(100 / 1.25**2)
    assert y == [-4, 0]
    canvas.show_all()
    beside = place_of(canvas, 0.0, -2.0) - QPoint(20, 0)
    wheel(canvas, beside, 2)
    x, y = seen(canvas)
    assert x == [0, 100]
    assert y[1] - y[0] == pytest.approx(4 / 1.25**2)


def test_going_back_ends_with_all_and_leaves_the_wheel_to_others(canvas: Canvas) -> None:
    at = place_of(canvas, 60.0, -3.0)
    assert not wheel(canvas, at, -1), "there is no more to see than all"
    wheel(canvas, at, 3)
    wheel(canvas, at, -9)
    assert seen(canvas) == ([0, 100], [-4, 0])
    assert not canvas._mark.isVisible()
    canvas.set_empty_text("nothing")
    canvas.set_empty(True)
    assert not wheel(canvas, at, 1), "nothing is drawn"


def test_dragging_moves_what_is_seen_and_clicks_nothing(canvas: Canvas, qtbot: QtBot) -> None:
    wheel(canvas, place_of(canvas, 50.0, -2.0), 4)
    (left, _), (low, _) = seen(canvas)
    start = place_of(canvas, 50.0, -2.0)
    held = canvas.box.mapSceneToView(canvas.mapToScene(start))
    with qtbot.assertNotEmitted(canvas.pressed):
        qtbot.mousePress(canvas.viewport(), LEFT, pos=start)
        for way in (10, 25, 40):
            canvas.mouseMoveEvent(_move(canvas, start + QPoint(way, way // 2)))
        qtbot.mouseRelease(canvas.viewport(), LEFT, pos=start + QPoint(40, 20))
    (new_left, _), (new_low, _) = seen(canvas)
    assert new_left < left
    assert new_low > low
    now = canvas.box.mapSceneToView(canvas.mapToScene(start + QPoint(40, 20)))
    assert (now.x(), now.y()) == pytest.approx((held.x(), held.y()))


def _move(canvas: Canvas, at: QPoint) -> QMouseEvent:
    return QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(canvas.mapToGlobal(at)),
                       LEFT, LEFT, Qt.KeyboardModifier.NoModifier)


def test_a_click_is_a_click_and_two_show_all(canvas: Canvas, qtbot: QtBot) -> None:
    wheel(canvas, place_of(canvas, 50.0, -2.0), 4)
    at = place_of(canvas, 45.0, -2.2)
    with qtbot.waitSignal(canvas.pressed) as caught:
        qtbot.mouseClick(canvas.viewport(), LEFT, pos=at)
    # A pixel is 0.1 steps wide.
    assert caught.args[0].x() == pytest.approx(45.0, abs=0.2)
    qtbot.mouseDClick(canvas.viewport(), LEFT, pos=at)
    assert seen(canvas) == ([0, 100], [-4, 0])


def test_a_part_stays_while_the_whole_grows(canvas: Canvas) -> None:
    wheel(canvas, place_of(canvas, 30.0, -2.0), 4)
    before = seen(canvas)
    canvas.set_ranges((0.0, 250.0), (-6.0, 0.0))
    assert seen(canvas) == before
    canvas.set_ranges((0.0, 10.0), (-6.0, 0.0))
    assert seen(canvas)[0] == [0, 10], "of a whole that is smaller, all is seen"


def test_what_reaches_to_the_newest_stays_there() -> None:
    zoom = Zoom()
    zoom.set_home((0.0, 100.0), (0.0, 1.0))
    zoom.zoom((100.0, 0.0), (4.0, 1.0))
    assert zoom.seen() == ((75, 100), (0, 1))
    assert zoom.set_home((0.0, 140.0), (0.0, 2.0)) == ((115, 140), (0, 2))
    assert zoom.sees_end
    zoom.move(-30.0, 5.0)
    assert zoom.set_home((0.0, 200.0), (0.0, 2.0)) == ((85, 110), (0, 2))
    assert not zoom.sees_end


def test_it_never_leaves_the_whole_and_has_a_depth() -> None:
    zoom = Zoom()
    zoom.set_home((0.0, 1000.0), (-8.0, 0.0))
    zoom.zoom((500.0, -4.0), (1e9, 1e9))
    x, _ = zoom.seen()
    assert x[1] - x[0] == pytest.approx(0.2)
    zoom.move(1e6, 1e6)
    assert zoom.seen().x[1] == 1000
    assert zoom.seen().y[1] == 0
    assert zoom.reset() == ((0, 1000), (-8, 0))
    assert not zoom.is_on
