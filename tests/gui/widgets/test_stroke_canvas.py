"""The sheet: strokes by mouse and by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.widgets import stroke_canvas
from gui.widgets.stroke_canvas import StrokeCanvas
from tests.gui.themed import app

__all__ = ["app"]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(app: QApplication, qtbot: QtBot) -> StrokeCanvas:
    canvas = StrokeCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(302, 202)
    canvas.show()
    return canvas


def drag(canvas: StrokeCanvas, *spots: tuple[int, int]) -> None:
    QTest.mousePress(canvas, LEFT, pos=QPoint(*spots[0]))
    for spot in spots[1:]:
        QTest.mouseMove(canvas, QPoint(*spot))
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(*spots[-1]))


def test_strokes_are_shares_of_the_square(canvas: StrokeCanvas, qtbot: QtBot) -> None:
    sheet = canvas.sheet()
    assert (sheet.left(), sheet.top(), sheet.width(), sheet.height()) == (51, 1, 200, 200)
    with qtbot.waitSignal(canvas.changed):
        drag(canvas, (51, 1), (151, 101), (251, 201))
    drag(canvas, (151, 51))
    long, dot = canvas.strokes()
    assert [point[:2] for point in long] == [(0, 0), (0.5, 0.5), (1, 1)]
    assert [point[:2] for point in dot] == [(0.5, 0.25)]
    times = [point[2] for point in (*long, *dot)]
    assert times[0] == pytest.approx(0, abs=5)
    assert times == sorted(times)


def test_what_leaves_the_sheet_stays_at_its_edge(canvas: StrokeCanvas) -> None:
    drag(canvas, (151, 101), (299, 101), (300, 101))
    assert [point[:2] for point in canvas.strokes()[0]] == [(0.5, 0.5), (1, 0.5)]


def test_strokes_are_taken_back(canvas: StrokeCanvas) -> None:
    drag(canvas, (60, 10), (90, 10))
    drag(canvas, (60, 90), (90, 90))
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert len(canvas.strokes()) == 1
    drag(canvas, (60, 90), (90, 90))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.is_empty()
    canvas.undo_stroke()
    assert canvas.strokes() == ()


def test_one_draws_with_keys_alone(canvas: StrokeCanvas) -> None:
    canvas.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Return,
                Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Return):
        QTest.keyClick(canvas, key)
    step = 1 / stroke_canvas.KEY_STEPS
    line, dot = canvas.strokes()
    assert [point[:2] for point in line] == [pytest.approx((0.5 - step, 0.5)), (0.5, 0.5)]
    assert [point[:2] for point in dot] == [pytest.approx((0.5, 0.5 - step))]
    canvas.grab()


def test_a_drawing_has_an_end(canvas: StrokeCanvas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stroke_canvas, "MOST_POINTS", 4)
    drag(canvas, (60, 10), (70, 10), (80, 10), (90, 10), (99, 10))
    drag(canvas, (60, 50), (70, 50))
    assert [len(stroke) for stroke in canvas.strokes()] == [4]


def test_the_line_is_as_thick_as_asked(canvas: StrokeCanvas) -> None:
    drag(canvas, (101, 101), (201, 101))

    def dark_rows() -> int:
        image = canvas.grab().toImage()
        return sum(image.pixelColor(151, y).lightness() < 100 for y in range(10, 190))

    thin = dark_rows()
    canvas.set_pen(stroke_canvas.THICK)
    assert thin == pytest.approx(stroke_canvas.USUAL * 200, abs=2)
    assert dark_rows() == pytest.approx(stroke_canvas.THICK * 200, abs=2)
