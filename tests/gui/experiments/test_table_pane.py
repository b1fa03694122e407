"""A table of the article: rows, dots, what is said, and what can be done with it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from gui.experiments.course_view import CourseView, course_of
from gui.experiments.table_pane import TablePane, TableView
from gui.experiments.table_rows import TableFigures, TableRow, TableRows
from tests.engine.experiments.boards import made
from tests.gui.experiments.conftest import Show, at

LEFT = Qt.MouseButton.LeftButton
FIGURES = TableFigures((
    TableRow("rate 3", "", (math.inf,) * 5, "not reached"),
    TableRow("rate 0.1", "slow", (240.0, 250.0, 255.0, 260.0, 280.0), "255 (240 to 280)"),
    TableRow("rate 0.01", "moderate", (2350.0, 2400.0, math.nan, 2500.0, 2600.0), "2,450"),
    TableRow("rate 0.001", "fast", (), "not measured"),
), "steps to loss 0.1", is_log=True)
VIEW = TableView("Learning rate", "digits, 64-32-10", "Rate 0.1 is slow.", FIGURES, (), 0.1,
                 "neutral", "Measured:", "It stands upside down.", "Left out: the loss.")


@pytest.fixture
def rows(show: Show) -> TableRows:
    rows = TableRows()
    rows.set_table(FIGURES)
    show(rows)
    return rows


def test_dots_stand_in_the_order_of_their_figures(rows: TableRows) -> None:
    xs = [rows.x_of(figure) for figure in (240.0, 255.0, 2350.0, 2600.0)]
    assert xs == sorted(xs)
    assert xs[0] >= rows.columns()[2]
    assert xs[-1] < rows.columns()[3] - 10, "the end is kept for those that never arrive"
    assert FIGURES.axis.is_log


def test_columns_leave_room_for_one_another(rows: TableRows) -> None:
    for width in (300, 420, 640, 1200):
        rows.resize(width, rows.height())
        first, second, third, end = rows.columns()
        assert 0 < first < second < third < end <= width
        rows.grab()


def test_a_click_opens_its_row(rows: TableRows, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rows.opened) as heard:
        qtbot.mouseClick(rows, LEFT, pos=at(rows.place_of(2).center()))
    assert heard.args == [2]
    assert rows.row == 2
    with qtbot.assertNotEmitted(rows.opened):
        qtbot.mouseClick(rows, LEFT, pos=QPoint(40, 4))


def test_keys_go_from_row_to_row(rows: TableRows, qtbot: QtBot) -> None:
    rows.setFocus()
    for _ in range(5):
        qtbot.keyClick(rows, Qt.Key.Key_Down)
    assert rows.row == 3
    assert rows.accessibleDescription().startswith("rate 0.001, article fast, measured")
    qtbot.keyClick(rows, Qt.Key.Key_Up)
    with qtbot.waitSignal(rows.opened) as heard:
        qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert heard.args == [2]


def test_losses_of_seeds_make_a_curve_and_a_band() -> None:
    results = [made((0.1,), 0.1, seed=seed, steps=(1, 10, 100), curve=(2.0, 1.0 + seed, loss))
               for seed, loss in enumerate((0.3, None, 0.5))]
    curve = course_of("rate 0.1", results)
    assert curve is not None
    assert curve.steps == (1, 10, 100)
    assert (curve.low[1], curve.middle[1], curve.high[1]) == (1.0, 2.0, 3.0)
    assert (curve.low[2], curve.middle[2], curve.high[2]) == (0.3, 0.4, 0.5)
    assert course_of("nothing", [made((0.1,), None)]) is None


def test_curves_are_drawn_with_the_goal(show: Show) -> None:
    curves = [course_of(f"rate {rate}", [made((rate,), 0.1, seed=seed, steps=(1, 10, 100, 1000),
                                              curve=(2.0, 1.5, 1.0 - rate, 0.2 + 0.1 * seed))
                                         for seed in range(3)]) for rate in (0.1, 0.2)]
    view = CourseView()
    show(view)
    before = view.grab().toImage()
    view.set_curves([curve for curve in curves if curve is not None], 0.5)
    assert view.grab().toImage() != before
    assert "rate 0.2" in view.accessibleDescription()
    view.set_curves(())
    view.grab()


def test_the_pane_runs_copies_and_opens(show: Show, qtbot: QtBot) -> None:
    pane = TablePane()
    show(pane)
    assert not pane.run.isVisible()
    pane.show_table(VIEW)
    assert pane.title() == "Learning rate"
    assert "upside down" in pane.verdict.text()
    assert pane._setting.text() == "digits, 64-32-10 Left out: the loss."
    for button, signal, wanted in ((pane.run, pane.run_requested, [False]),
                                   (pane.copy, pane.copy_requested, []),
                                   (pane.open, pane.opened, [0])):
        with qtbot.waitSignal(signal) as heard:
            qtbot.mouseClick(button, LEFT)
        assert heard.args == wanted


def test_what_is_whole_is_run_again_and_what_runs_is_not_run_twice(show: Show, qtbot: QtBot
                                                                   ) -> None:
    pane = TablePane()
    show(pane)
    pane.show_table(replace(VIEW, is_whole=True))
    assert pane.run.text() == "Run again"
    with qtbot.waitSignal(pane.run_requested) as heard:
        qtbot.mouseClick(pane.run, LEFT)
    assert heard.args == [True]
    pane.show_table(replace(VIEW, can_run=False))
    assert not pane.run.isEnabled()


def test_the_row_stays_while_figures_come_and_goes_with_another_table(show: Show) -> None:
    pane = TablePane()
    show(pane)
    pane.show_table(VIEW)
    pane.rows.row = 2
    pane.show_table(replace(VIEW, verdict="More."))
    assert pane.rows.row == 2
    pane.show_table(replace(VIEW, title="Other"))
    assert pane.rows.row == 0
    pane.show_table(None)
    assert not pane.open.isVisible()
