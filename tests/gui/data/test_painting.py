"""Painting points: the plane, its tools, and the document that follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.spec import DataSpec, PaintedSpec, ProjectSpec, write_project
from gui import theme
from gui.data import paint_canvas
from gui.data.data_panel import DataPanel
from gui.data.paint_canvas import PaintCanvas
from gui.data.paint_dialog import PaintDialog
from gui.document.document import Document
from tests.gui.themed import app

__all__ = ["app"]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def dialog(app: QApplication, qtbot: QtBot) -> PaintDialog:
    dialog = PaintDialog(PaintedSpec())
    qtbot.addWidget(dialog)
    dialog.resize(720, 470)
    dialog.show()
    return dialog


@pytest.fixture
def document(app: QApplication) -> Iterator[Document]:
    document = Document()
    document.set_data(DataSpec(source="circle"))
    yield document
    document.undo_stack.clear()


@pytest.fixture
def panel(document: Document, qtbot: QtBot) -> Iterator[DataPanel]:
    panel = DataPanel(document)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    panel.shut_down()


def spot(canvas: PaintCanvas, x: float, y: float) -> QPoint:
    return canvas._at(x, y).toPoint()


def stroke(canvas: PaintCanvas, *places: tuple[float, float],
           button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(canvas, button, pos=spot(canvas, *places[0]))
    for place in places[1:]:
        QTest.mouseMove(canvas, spot(canvas, *place))
    QTest.mouseRelease(canvas, button, pos=spot(canvas, *places[-1]))


def points(painted: PaintedSpec) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(painted.points).reshape(-1, 3)


def test_a_stroke_sprays_points_of_the_class_that_is_chosen(
    dialog: PaintDialog, qtbot: QtBot
) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_3)
    with qtbot.waitSignal(dialog.painted) as told:
        stroke(dialog.canvas, (2.0, 3.0))
    found = points(told.args[0])
    assert len(found) == dialog.canvas.density
    assert (found[:, 2] == 2).all()
    assert np.hypot(found[:, 0] - 2, found[:, 1] - 3).max() < dialog.canvas.radius + 0.1
    assert dialog.count.text() == f"{len(found)} points"


def test_points_erasing_and_pushing(dialog: PaintDialog) -> None:
    canvas = dialog.canvas
    QTest.keyClick(dialog, Qt.Key.Key_P)
    for place in ((-3.0, 0.0), (3.0, 0.0)):
        stroke(canvas, place)
    np.testing.assert_allclose(points(dialog.current()), [[-3, 0, 0], [3, 0, 0]], atol=0.05)
    QTest.keyClick(dialog, Qt.Key.Key_J)
    stroke(canvas, (3.0, 0.0))
    left, right = points(dialog.current())
    np.testing.assert_allclose(left, [-3, 0, 0], atol=0.05)
    assert abs(right[0] - 3) + abs(right[1]) > 0.001
    QTest.keyClick(dialog, Qt.Key.Key_E)
    stroke(canvas, (-3.0, 0.0))
    assert len(dialog.current().points) == 1
    # Whatever the tool, the right button erases.
    QTest.keyClick(dialog, Qt.Key.Key_B)
    stroke(canvas, tuple(dialog.current().points[0][:2]), button=RIGHT)
    assert dialog.current().points == ()


def test_each_stroke_is_taken_back_by_itself(dialog: PaintDialog, qtbot: QtBot) -> None:
    for x in (-4.0, 0.0, 4.0):
        stroke(dialog.canvas, (x, 0.0))
    three = dialog.current()
    assert not dialog.redo.isEnabled()
    with qtbot.waitSignal(dialog.painted):
        QTest.keySequence(dialog, "Ctrl+Z")
    assert len(dialog.current().points) == 2 * dialog.canvas.density
    assert dialog.canvas.painted() == dialog.current()
    QTest.keySequence(dialog, "Ctrl+Y")
    assert dialog.current() == three
    dialog.clear.click()
    assert dialog.current().points == ()
    dialog.undo.click()
    assert dialog.current() == three
    # A stroke that changes nothing is none.
    QTest.keyClick(dialog, Qt.Key.Key_E)
    with qtbot.assertNotEmitted(dialog.painted):
        stroke(dialog.canvas, (0.0, 5.5))


def test_values_are_painted_with_a_slider(dialog: PaintDialog) -> None:
    stroke(dialog.canvas, (0.0, 0.0))
    dialog.task.button("regression").click()
    assert dialog.current() == PaintedSpec("regression")
    dialog.value.set_value(-0.5)
    dialog.canvas.value = -0.5
    QTest.keyClick(dialog, Qt.Key.Key_2)
    stroke(dialog.canvas, (1.0, 1.0))
    assert set(points(dialog.current())[:, 2]) == {-0.5}
    dialog.grab()


def test_one_paints_with_keys_alone(dialog: PaintDialog) -> None:
    canvas = dialog.canvas
    QTest.keyClick(dialog, Qt.Key.Key_P)
    canvas.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(canvas, key)
    step = paint_canvas.KEY_STEP
    np.testing.assert_allclose(points(dialog.current()), [[step, step, 0]])


def test_there_is_an_end_to_points(dialog: PaintDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paint_canvas, "MOST_OWN", 6)
    for _ in range(3):
        stroke(dialog.canvas, (0.0, 0.0))
    assert len(dialog.current().points) == 6
    assert "room" in dialog.message.text()


def test_what_is_painted_on_a_set_is_learned_from(
    panel: DataPanel, document: Document, qtbot: QtBot
) -> None:
    panel.tiles["painted"].click()
    dialog = panel.open_paint_dialog()
    assert len(dialog.current().points) == 500
    assert document.project.data.source == "circle", "until something is painted"
    assert panel.tiles["circle"].isChecked()
    dialog.swatches[2].click()
    stroke(dialog.canvas, (-5.0, 5.0))
    assert document.project.data.source == "painted"
    assert document.dataset.class_names == ("1", "2", "3")
    assert panel.tiles["painted"].isChecked()
    assert document.issues == ()
    # The Edit menu takes it back, and the plane follows; so it does the other way.
    stroke(dialog.canvas, (5.0, 5.0))
    both = dialog.current()
    document.undo_stack.undo()
    assert len(dialog.current().points) == len(both.points) - dialog.canvas.density
    dialog.undo.click()
    assert document.project.data.painted == both
    dialog.close()
    qtbot.waitUntil(lambda: panel.open_paint_dialog() is not dialog)
    panel.open_paint_dialog().close()


def test_too_few_points_wait_until_there_are_more(
    panel: DataPanel, document: Document, tmp_path: Path
) -> None:
    document.set_data(DataSpec(source="digits"))
    dialog = panel.open_paint_dialog()
    assert dialog.current().points == ()
    stroke(dialog.canvas, (0.0, 0.0))
    assert document.project.data.source == "digits"
    assert "one class" in dialog.message.text()
    dialog.swatches[1].click()
    stroke(dialog.canvas, (4.0, 0.0))
    assert document.project.data.source == "painted"
    assert not dialog.message.isVisible()
    # Another project has other points.
    write_project(ProjectSpec(), tmp_path / "other.json")
    document.open(tmp_path / "other.json")
    assert not dialog.isVisible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_a_name_and_is_seen(
    dialog: PaintDialog, app: QApplication, scheme: theme.Scheme
) -> None:
    theme.apply(app, scheme)
    stroke(dialog.canvas, (0.0, 0.0))
    dialog.grab()
    shown: list[QWidget] = [dialog.canvas, dialog.undo, dialog.redo, dialog.clear, *dialog.swatches,
                            dialog.radius.slider, dialog.density.slider]
    for widget in shown:
        assert widget.accessibleName()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.toolTip() or widget is dialog.canvas or widget.parentWidget().toolTip()
        assert widget.visibleRegion().boundingRect().size() == widget.size()
    middle = dialog.canvas.grab().toImage().pixelColor(QPointF(
        dialog.canvas.area().center()).toPoint() + QPoint(80, 80))
    assert middle.name() == theme.current().map_neutral
